"""Literals as the texts that Flyte's engine puts into arguments and files (reference: engine.md, 2.4 and 2.6)."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

import msgpack

from glidepath.errors import FlyteValueException
from glidepath.idl import core


def argument_text(literal: core.Literal) -> str:
    """A literal inside an argument of a container. Raises FlyteValueException for one that has no text form."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return f"[{','.join(argument_text(item) for item in literal.collection.literals)}]"
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
            return rfc3339(primitive)
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


def rfc3339(primitive: core.Primitive) -> str:
    """A datetime in UTC, as precise as it is: ``2020-01-01T00:00:00.5Z``."""
    stamp = primitive.datetime
    base = datetime.fromtimestamp(stamp.seconds, tz=timezone.utc).strftime("%Y-%m-%dT%H:%M:%S")
    fraction = f".{stamp.nanos:09d}".rstrip("0").rstrip(".")
    return f"{base}{fraction}Z"
