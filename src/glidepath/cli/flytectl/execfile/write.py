"""Write an execution file for a task or a launch plan: every input with a value to edit and its description beside it."""

from __future__ import annotations

import datetime
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click
import yaml

from glidepath.cli.flytectl.confirm import confirmed
from glidepath.cli.flytectl.execfile.values import example_of, value_of
from glidepath.errors import FlyteUserException
from glidepath.idl import admin, core


def write_for_task(task: admin.Task, path: Path) -> None:
    """Write the file for one version of a task."""
    variables = task.closure.compiled_task.template.interface.inputs.variables
    now = datetime.datetime.now(datetime.timezone.utc)
    values = {name: example_of(variable.type, now) for name, variable in variables.items()}
    _write(path, _document(task.id, "task", values), {name: variable.description for name, variable in variables.items()})


def write_for_launch_plan(plan: admin.LaunchPlan, path: Path) -> None:
    """Write the file for one version of a launch plan; defaults of its inputs are filled in."""
    parameters = plan.closure.expected_inputs.parameters
    now = datetime.datetime.now(datetime.timezone.utc)
    values = {
        name: value_of(parameter.default) if parameter.HasField("default") else example_of(parameter.var.type, now)
        for name, parameter in parameters.items()
    }
    descriptions = {name: parameter.var.description for name, parameter in parameters.items()}
    _write(path, _document(plan.id, "workflow", values), descriptions)


def _document(identifier: core.Identifier, kind: str, inputs: dict[str, Any]) -> dict[str, Any]:
    """The keys of an execution file; without target, so that ``-p`` and ``-d`` or the file's editor choose it."""
    return {
        "envs": {},
        "iamRoleARN": "",
        "inputs": inputs,
        "kubeServiceAcct": "",
        "targetDomain": "",
        "targetProject": "",
        kind: identifier.name,
        "version": identifier.version,
    }


def _write(path: Path, document: dict[str, Any], descriptions: Mapping[str, str]) -> None:
    if path.exists() and not confirmed(f"warning file {path} will be overwritten"):
        raise FlyteUserException(f"{path} was left as it is", hint="name another file with --execFile")
    text = "".join(_entry(key, document[key], descriptions) for key in sorted(document))
    # Inputs may be private: only their owner may read the file.
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    click.echo(f"wrote {path}; edit it, then: flytectl create execution --execFile {path}", err=True)


def _entry(key: str, value: Any, descriptions: Mapping[str, str]) -> str:
    if key != "inputs" or not value:
        return _yaml({key: value})
    lines = [f"{key}:\n"]
    for name in sorted(value):
        head, line_break, rest = _yaml({name: value[name]}).partition("\n")
        comment = f" # {' '.join(descriptions[name].split())}" if descriptions.get(name) else ""
        lines += ["    " + line + "\n" for line in f"{head}{comment}{line_break}{rest}".splitlines()]
    return "".join(lines)


def _yaml(document: dict[str, Any]) -> str:
    return yaml.safe_dump(document, default_flow_style=False, allow_unicode=True)
