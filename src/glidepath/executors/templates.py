"""Fills the placeholders of a container's command and arguments (reference: engine.md, 2.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable

from glidepath.errors import FlyteValueException
from glidepath.executors.protocol import Attempt
from glidepath.idl import paths
from glidepath.idl.literal_text import argument_text

_PLACEHOLDER = re.compile(r"\{\{\s*[.$]([A-Za-z0-9_.]+)\s*\}\}")
_INPUT = "inputs."
_NONE = '""'
TASK_TEMPLATE = "task.pb"


def render(args: Iterable[str], attempt: Attempt) -> list[str]:
    """The arguments with every known placeholder replaced; unknown ones stay as they are.

    Names are case-insensitive. Raises :class:`~glidepath.errors.FlyteValueException` for an input that the attempt does not
    have, or whose value has no text form.
    """
    values = _values(attempt)

    def replace(match: re.Match[str]) -> str:
        name = match[1]
        if name.lower().startswith(_INPUT):
            return _input(name[len(_INPUT) :], attempt)
        return values.get(name.lower(), match[0])

    return [_PLACEHOLDER.sub(replace, arg) for arg in args]


def wants_task_template(args: Iterable[str]) -> bool:
    """Whether the arguments name the task template's file, which must then be written beside the inputs."""
    return any(match[1].lower() == "tasktemplatepath" for arg in args for match in _PLACEHOLDER.finditer(arg))


def task_template_uri(attempt: Attempt) -> str:
    """Where the task template of an attempt lies: beside its inputs."""
    return paths.join(_folder(attempt.input_uri), TASK_TEMPLATE)


def _values(attempt: Attempt) -> dict[str, str]:
    return {
        "input": attempt.input_uri,
        "inputprefix": _folder(attempt.input_uri),
        "outputprefix": attempt.output_prefix,
        "rawoutputdataprefix": attempt.raw_output_prefix,
        "checkpointoutputprefix": attempt.checkpoint_prefix,
        "prevcheckpointprefix": attempt.previous_checkpoint or _NONE,
        "perretryuniquekey": _unique_key(attempt.name),
        "tasktemplatepath": task_template_uri(attempt),
        "namespace": f"{attempt.execution.project}-{attempt.execution.domain}",
    }


def _folder(uri: str) -> str:
    return uri.rsplit("/", 1)[0]


def _unique_key(name: str) -> str:
    key = re.sub(r"[^A-Za-z0-9]", "_", name)
    return key if key[:1].isalpha() else f"a{key}"


def _input(name: str, attempt: Attempt) -> str:
    if name not in attempt.inputs.literals:
        known = ", ".join(sorted(attempt.inputs.literals)) or "none"
        raise FlyteValueException(
            f"the arguments use the input {name!r}, which the task does not have",
            where=f"task {attempt.task.id.name}",
            hint=f"inputs of this attempt: {known}",
        )
    try:
        return argument_text(attempt.inputs.literals[name])
    except FlyteValueException as error:
        raise FlyteValueException(f"input {name!r} {error.message}", where=f"task {attempt.task.id.name}") from None
