"""Where a :class:`~glidepath.admin.config.ServerConfig` comes from: flag, then environment, then file, then default."""

from __future__ import annotations

import difflib
import logging
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import yaml

from glidepath.admin.config import ExecutorSettings, Limits, ServerConfig, default_data_dir, duration, size
from glidepath.errors import FlyteValidationException

log = logging.getLogger(__name__)


def _mapping(value: Any) -> dict[str, str]:
    if isinstance(value, str):
        value = dict(pair.split("=", 1) for pair in value.split(",") if pair)
    return {str(key): str(item) for key, item in dict(value).items()}


def _names(value: Any) -> tuple[str, ...]:
    items = value.split(",") if isinstance(value, str) else value
    return tuple(str(item.get("id") if isinstance(item, dict) else item).strip() for item in items)


def _flag(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    if str(value).lower() not in {"true", "false", "1", "0"}:
        raise ValueError(f"{value!r} is neither true nor false")
    return str(value).lower() in {"true", "1"}


@dataclass(frozen=True)
class Setting:
    """One field: where it lies in the file, how its text is read. Its variable is ``GLIDEPATH_`` and the field's name."""

    target: str
    """``limits.upload_bytes``: the field of ServerConfig, of its limits or of its executor."""
    path: str
    """``server.grpc.port``: the path in the file."""
    parse: Callable[[Any], Any] = str

    @property
    def variable(self) -> str:
        return "GLIDEPATH_" + self.target.replace(".", "_").upper()


SETTINGS = (
    Setting("data_dir", "glidepath.dataDir", lambda text: Path(text).expanduser()),
    Setting("host", "server.host"),
    Setting("grpc_port", "server.grpc.port", int),
    Setting("http_port", "server.httpPort", int),
    Setting("single_port", "glidepath.singlePort", int),
    Setting("any_port", "glidepath.anyPort", _flag),
    Setting("public_url", "glidepath.publicUrl"),
    Setting("database_url", "database.url"),
    Setting("storage_root", "storage.container"),
    Setting("upload_prefix", "server.dataProxy.upload.storagePrefix"),
    Setting("domains", "domains", _names),
    Setting("limits.upload_bytes", "server.dataProxy.upload.maxSize", size),
    Setting("limits.signed_url", "server.dataProxy.upload.maxExpiresIn", duration),
    Setting("limits.message_bytes", "server.grpc.maxMessageSizeBytes", size),
    Setting("limits.inline_bytes", "remoteData.maxSizeInBytes", size),
    Setting("limits.workflow_nodes", "registration.maxWorkflowNodes", int),
    Setting("limits.parallelism", "flyteadmin.maxParallelism", int),
    Setting("limits.cache_age", "catalog-cache.max-cache-age", duration),
    Setting("executor.cpus", "glidepath.executor.cpus", float),
    Setting("executor.memory_bytes", "glidepath.executor.memory", size),
    Setting("executor.max_eager", "glidepath.executor.maxEager", int),
    Setting("executor.images", "glidepath.executor.images", _mapping),
    Setting("executor.log_bytes", "glidepath.executor.logSize", size),
)

_BY_PATH = {setting.path.lower(): setting for setting in SETTINGS}
_SECTIONS = {path.split(".")[0] for path in _BY_PATH}


def load(file: Path | None, environ: Mapping[str, str], flags: Mapping[str, Any]) -> ServerConfig:
    """The configuration, resolved.

    ``flags`` maps targets of :data:`SETTINGS` to values already of the right type; None means not given.
    Raises FlyteValidationException that names the file and key, or the variable, of a value that does not parse.
    """
    values = dict(_from_file(file)) if file else {}
    values.update(_from_environment(environ))
    values.update({target: value for target, value in flags.items() if value is not None})
    values.setdefault("data_dir", default_data_dir(environ))
    return _assemble(values).resolved()


def _assemble(values: Mapping[str, Any]) -> ServerConfig:
    own = {field.name for field in fields(ServerConfig)}
    config = ServerConfig(**{name: value for name, value in values.items() if name in own})
    limits = {name[7:]: value for name, value in values.items() if name.startswith("limits.")}
    executor = {name[9:]: value for name, value in values.items() if name.startswith("executor.")}
    return replace(config, limits=Limits(**limits), executor=ExecutorSettings(**executor))


def _from_environment(environ: Mapping[str, str]) -> Iterator[tuple[str, Any]]:
    for setting in SETTINGS:
        if setting.variable in environ:
            yield setting.target, _parsed(setting, environ[setting.variable], f"environment variable {setting.variable}")


def _from_file(file: Path) -> Iterator[tuple[str, Any]]:
    try:
        document = yaml.safe_load(file.read_text()) or {}
    except OSError as error:
        raise FlyteValidationException(f"cannot read the server's configuration: {error.strerror}", where=str(file)) from error
    except yaml.YAMLError as error:
        raise FlyteValidationException(f"the server's configuration is not YAML: {error}", where=str(file)) from error
    if not isinstance(document, dict):
        raise FlyteValidationException("the server's configuration is not a mapping of sections", where=str(file))
    for path, value in _leaves(document):
        setting = _BY_PATH.get(path.lower())
        if setting:
            yield setting.target, _parsed(setting, value, f"{file}, key {path}")
        elif path.split(".")[0].lower() in {"glidepath", "storage", "database"}:
            near = difflib.get_close_matches(path, [setting.path for setting in SETTINGS], 1)
            hint = f"{near[0]}, if that is what you mean" if near else "one of " + ", ".join(s.path for s in SETTINGS)
            raise FlyteValidationException(f"unknown key {path} in the server's configuration", where=str(file), hint=hint)
        else:
            log.warning("%s: key %s is not used by this server", file, path)


def _leaves(document: Mapping[Any, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for key, value in document.items():
        path = f"{prefix}{key}"
        if isinstance(value, dict) and path.lower() not in _BY_PATH:
            yield from _leaves(value, f"{path}.")
        else:
            yield path, value


def _parsed(setting: Setting, value: Any, where: str) -> Any:
    try:
        return setting.parse(value)
    except (TypeError, ValueError) as error:
        raise FlyteValidationException(f"bad value {value!r} for {setting.target}: {error}", where=where) from error
