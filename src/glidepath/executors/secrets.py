"""Puts the secrets that a task asks for where its SDK looks: variables and files, never specs or logs (engine.md, 2.5)."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from glidepath.errors import FlyteUserException
from glidepath.idl import core

ENV_PREFIX = "_FSEC_"


class MissingSecret(FlyteUserException):
    """A task asks for a secret that this server does not have."""

    code = "MissingSecret"


@dataclass(frozen=True)
class SecretSource:
    """The secrets that a server knows: variables ``_FSEC_<GROUP>_<KEY>``, then files ``<folder>/<group>/<key>``, lower case."""

    env: Mapping[str, str] = field(default_factory=dict)
    folder: Path | None = None

    def find(self, secret: core.Secret) -> str | None:
        """The value of a secret, or ``None``."""
        value = self.env.get(variable_of(secret))
        if value is None and self.folder is not None:
            path = self.folder.joinpath(*_path_of(secret))
            value = path.read_text() if path.is_file() else None
        return value


@dataclass(frozen=True)
class Mounts:
    """Secrets ready for one attempt: variables to set, and files (path below the secrets folder → content)."""

    env: dict[str, str]
    files: dict[Path, str]


def variable_of(secret: core.Secret) -> str:
    """The variable that holds a secret: ``_FSEC_<GROUP>[_<VERSION>]_<KEY>`` in upper case."""
    return ENV_PREFIX + "_".join(part for part in (secret.group, secret.group_version, secret.key) if part).upper()


def mount(secrets: Iterable[core.Secret], source: SecretSource, folder: Path) -> Mounts:
    """What to set and to write for the secrets of a task; files will lie below ``folder``.

    Raises :class:`MissingSecret`, naming the secret, when the source does not have it.
    """
    env: dict[str, str] = {}
    files: dict[Path, str] = {}
    for secret in secrets:
        value = source.find(secret)
        if value is None:
            raise MissingSecret(
                f"this server has no secret {secret.key!r} in group {secret.group!r}",
                hint=f"start the server with {variable_of(secret)} set",
            )
        if secret.mount_requirement == core.Secret.ENV_VAR:
            env[variable_of(secret)] = value
            if secret.env_var:
                env[secret.env_var] = value
        else:
            path = folder.joinpath(*_path_of(secret))
            files[path] = value
            if secret.env_var:
                env[secret.env_var] = str(path)
    if files:
        env.update(FLYTE_SECRETS_DEFAULT_DIR=str(folder), FLYTE_SECRETS_FILE_PREFIX="")
    if env:
        env.setdefault("FLYTE_SECRETS_ENV_PREFIX", ENV_PREFIX)
    return Mounts(env, files)


def write_files(mounts: Mounts) -> None:
    """Write the files of the mounts so that only this user can read them."""
    for path, value in mounts.files.items():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(value)


def _path_of(secret: core.Secret) -> tuple[str, ...]:
    return tuple(part.lower() for part in (secret.group, secret.group_version, secret.key) if part)
