"""Secrets as a running task reads them: environment variables first, then files (reference: flytekit.md, 4.7)."""

# Every script that asks for its context loads this: no pathlib, which costs 3 ms.
# ruff: noqa: PTH113, PTH118, PTH123

from __future__ import annotations

import os

_ENV_PREFIX = "_FSEC_"
_FOLDER = "/etc/secrets"


class SecretsManager:
    """Finds secrets. ``prefixes`` are tried in turn before the variable's name; ``None`` means what the platform set.

    ``secrets.get("group", "key")`` and ``secrets.group.key`` are the same.
    """

    def __init__(self, prefixes: tuple[str, ...] | None = None) -> None:
        self.prefixes = prefixes

    def get(
        self, group: str | None = None, key: str | None = None, group_version: str | None = None, encode_mode: str = "r"
    ) -> str:
        """The value of a secret; ``encode_mode`` ``"rb"`` reads a file's bytes.

        Raises :class:`ValueError`, as flytekit does, naming the places that were searched.
        """
        variables = [prefix + _joined(group, group_version, key) for prefix in self._prefixes()]
        for variable in variables:
            if variable in os.environ:
                return os.environ[variable].strip()
        path = self.get_secrets_file(group, key, group_version)
        if os.path.isfile(path):
            with open(path, encode_mode) as file:
                text: str = file.read().strip()
            return text
        raise ValueError(
            f"there is no secret {key!r} in group {group!r}: neither {' nor '.join(variables)} is set, nor is there a file "
            f"{path}. Does the task ask for it, @task(secret_requests=[Secret(group={group!r}, key={key!r})])?"
        )

    def get_secrets_env_var(self, group: str | None = None, key: str | None = None, group_version: str | None = None) -> str:
        """The variable that holds a secret."""
        return self._prefixes()[-1] + _joined(group, group_version, key)

    def get_secrets_file(self, group: str | None = None, key: str | None = None, group_version: str | None = None) -> str:
        """The file that holds a secret."""
        parts = [part.lower() for part in (group, group_version, key) if part]
        prefix = os.environ.get("FLYTE_SECRETS_FILE_PREFIX", "")
        if parts:
            parts[-1] = prefix + parts[-1]
        return os.path.join(os.environ.get("FLYTE_SECRETS_DEFAULT_DIR", _FOLDER), *parts)

    def __getattr__(self, group: str) -> _Group:
        if group.startswith("__"):
            raise AttributeError(group)
        return _Group(self, group)

    def _prefixes(self) -> tuple[str, ...]:
        return self.prefixes or (os.environ.get("FLYTE_SECRETS_ENV_PREFIX", _ENV_PREFIX),)


class _Group:
    """One group of secrets, whose keys are attributes."""

    def __init__(self, manager: SecretsManager, group: str) -> None:
        self.manager = manager
        self.group = group

    def __getattr__(self, key: str) -> str:
        if key.startswith("__"):
            raise AttributeError(key)
        return self.manager.get(self.group, key)


def _joined(group: str | None, version: str | None, key: str | None) -> str:
    return "_".join(part for part in (group, version, key) if part).upper()
