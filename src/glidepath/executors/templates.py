"""Fills the placeholders of a container's command and arguments (reference: engine.md, 2.4)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timezone
from typing import Any

import msgpack

from glidepath.errors import FlyteValueException
from glidepath.executors.protocol import Attempt
from glidepath.idl import core, paths

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
        return _text(attempt.inputs.literals[name])
    except FlyteValueException as error:
        raise FlyteValueException(f"input {name!r} {error.message}", where=f"task {attempt.task.id.name}") from None


def _text(literal: core.Literal) -> str:
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return f"[{','.join(_text(item) for item in literal.collection.literals)}]"
    if kind != "scalar":
        raise FlyteValueException(f"is a {kind or 'nothing'}, which has no text form in arguments")
    scalar = literal.scalar
    match scalar.WhichOneof("value"):
        case "primitive":
            return _primitive(scalar.primitive)
        case "blob":
            return scalar.blob.uri
        case "schema":
            return scalar.schema.uri
        case "structured_dataset":
            return scalar.structured_dataset.uri
        case "binary":
            return _go(msgpack.unpackb(scalar.binary.value, strict_map_key=False))
        case other:
            raise FlyteValueException(f"is a {other or 'nothing'}, which has no text form in arguments")


def _primitive(primitive: core.Primitive) -> str:
    match primitive.WhichOneof("value"):
        case "integer":
            return str(primitive.integer)
        case "float_value":
            return _go(primitive.float_value)
        case "boolean":
            return _go(primitive.boolean)
        case "string_value":
            return primitive.string_value
        case "datetime":
            stamp = primitive.datetime
            base = datetime.fromtimestamp(stamp.seconds, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
            fraction = f".{stamp.nanos:09d}".rstrip("0").rstrip(".")
            return f"{base}{fraction}Z"
        case "duration":
            pairs = (("seconds", primitive.duration.seconds), ("nanos", primitive.duration.nanos))
            return " ".join(f"{key}:{value}" for key, value in pairs if value)
        case _:
            return ""


def _go(value: Any) -> str:
    """A value as Go's ``%v`` prints it, which is what a stock engine puts there."""
    match value:
        case None:
            return "<nil>"
        case bool():
            return "true" if value else "false"
        case float():
            return _go_float(value)
        case list() | tuple():
            return f"[{' '.join(_go(item) for item in value)}]"
        case dict():
            pairs = sorted((_go(key), _go(item)) for key, item in value.items())
            return f"map[{' '.join(f'{key}:{item}' for key, item in pairs)}]"
        case bytes():
            return f"[{' '.join(str(byte) for byte in value)}]"
        case _:
            return str(value)


def _go_float(value: float) -> str:
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(value)]
    if value == 0 or 1e-4 <= abs(value) < 1e21:
        text = f"{value:.17f}" if "e" in repr(value) and abs(value) < 1 else repr(value)
        return str(int(value)) if value.is_integer() else text
    mantissa, exponent = repr(value).split("e")
    return f"{mantissa.removesuffix('.0')}e{exponent}"
