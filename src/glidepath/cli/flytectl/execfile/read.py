"""Read an execution file."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from glidepath.cli.flytectl.execfile.literals import literal_of
from glidepath.errors import FlyteException, FlyteInvalidInputException, FlyteValueException
from glidepath.idl import core

_TEXTS = {
    "task": "task",
    "workflow": "workflow",
    "version": "version",
    "targetproject": "target_project",
    "targetdomain": "target_domain",
    "kubeserviceacct": "service_account",
    "iamrolearn": "iam_role",
    "clusterpool": "cluster_pool",
    "targetexecutioncluster": "execution_cluster",
}


@dataclass(frozen=True)
class ExecutionFile:
    """What an execution file says."""

    task: str = ""
    workflow: str = ""
    """The name of a launch plan; empty when ``task`` is given."""
    version: str = ""
    target_project: str = ""
    target_domain: str = ""
    service_account: str = ""
    iam_role: str = ""
    cluster_pool: str = ""
    execution_cluster: str = ""
    overwrite_cache: bool = False
    envs: Mapping[str, str] = field(default_factory=dict)
    inputs: Mapping[str, Any] = field(default_factory=dict)
    path: Path = field(default_factory=Path)
    """Where it was read, for messages."""


def read(path: Path) -> ExecutionFile:
    """The content of a file. Raises FlyteValueException when it is not a YAML map, or has an unknown key."""
    try:
        document = yaml.safe_load(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise FlyteValueException(f"unable to read from {path} yaml file: {error.strerror}") from error
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise FlyteValueException(f"unable to read from {path} yaml file: {error}") from error
    if not isinstance(document, dict):
        raise FlyteValueException(
            f"unable to read from {path} yaml file: it holds no map", hint="flytectl get launchplan … --execFile writes one"
        )
    fields: dict[str, Any] = {"path": path}
    for key, value in document.items():
        name = str(key).lower()
        if name in _TEXTS:
            fields[_TEXTS[name]] = "" if value is None else str(value)
        elif name in {"inputs", "envs"}:
            fields[name] = _map(value, name, path)
        elif name == "overwritecache":
            fields["overwrite_cache"] = value is True
        else:
            raise FlyteValueException(f"unknown key {key} in an execution file", where=str(path), hint="check its spelling")
    return ExecutionFile(**fields)


def _map(value: Any, key: str, path: Path) -> dict[str, Any]:
    if value is None:
        return {}
    if not isinstance(value, dict):
        raise FlyteValueException(f"{key} must be a map", where=str(path))
    return {str(name): item if key == "inputs" else str(item) for name, item in value.items()}


def literals(
    file: ExecutionFile, types: Mapping[str, core.LiteralType], required: Collection[str], owner: str
) -> core.LiteralMap:
    """The inputs of a file as literals by the types of an interface. ``owner`` names the entity, for messages.

    Raises FlyteInvalidInputException for an input that the interface does not have and for a required one that the file does
    not, FlyteTypeException for a misfit.
    """
    try:
        _check_names(file.inputs, types, required, owner)
        return core.LiteralMap(literals={name: literal_of(value, types[name], name) for name, value in file.inputs.items()})
    except FlyteException as error:
        error.where = error.where or str(file.path)
        raise


def _check_names(given: Collection[str], known: Collection[str], required: Collection[str], owner: str) -> None:
    unknown = [name for name in sorted(given) if name not in known]
    if unknown:
        raise FlyteInvalidInputException(
            f"{owner} has no input {', '.join(unknown)}", hint=f"its inputs are: {', '.join(sorted(known)) or 'none'}"
        )
    missing = [name for name in sorted(required) if name not in given]
    if missing:
        raise FlyteInvalidInputException(f"{owner} needs input {', '.join(missing)}", hint="give it a value below `inputs:`")
