"""Dataclasses made from the JSON schema or the structure of a literal type, for values that come without a Python type."""

from __future__ import annotations

import dataclasses
import datetime as dt
import keyword
from collections.abc import Mapping
from typing import Any, Literal, Union

from google.protobuf.json_format import MessageToDict

from glidepath.idl import core
from glidepath.types.conversion import guess_python_type

_SCALARS: dict[str, Any] = {"integer": int, "number": float, "boolean": bool, "string": str, "null": type(None)}
_FORMATS: dict[tuple[str, str], Any] = {
    ("string", "date-time"): dt.datetime,
    ("string", "date"): dt.date,
    ("number", "time-delta"): dt.timedelta,
    ("string", "base64"): bytes,
}


def dataclass_of(literal_type: core.LiteralType) -> Any:
    """A dataclass with the fields that the literal type tells; ``dict`` when they are no Python names.

    Order: required fields, then the others by name (a protobuf struct keeps no order).
    """
    schema = MessageToDict(literal_type.metadata)
    definitions = schema.get("$defs", schema.get("definitions", {}))
    if "$ref" in schema:
        schema = definitions.get(schema["$ref"].rpartition("/")[2], {})
    if schema.get("properties"):
        return _class_of(schema, definitions)
    structure = literal_type.structure.dataclass_type
    types = {name: guess_python_type(structure[name]) for name in sorted(structure)}
    return _make(schema.get("title", "Structure"), list(types.items()))


def _class_of(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    properties, required = schema["properties"], schema.get("required", [])
    names = [*required, *sorted(name for name in properties if name not in required)]
    fields: list[Any] = []
    for name in names:
        python_type = _type_of(properties.get(name, {}), definitions)
        default = properties.get(name, {}).get("default")
        if name in required:
            fields.append((name, python_type))
        elif default is None or python_type not in (int, float, str, bool):
            fields.append((name, Union[python_type, None], dataclasses.field(default=None)))  # noqa: UP007
        else:
            fields.append((name, python_type, dataclasses.field(default=python_type(default))))
    return _make(schema.get("title", "Structure"), fields)


def _make(title: str, fields: list[Any]) -> Any:
    if any(not field[0].isidentifier() or keyword.iskeyword(field[0]) for field in fields):
        return dict
    return dataclasses.make_dataclass(title if title.isidentifier() else "Structure", fields)


def _type_of(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    kind = schema.get("type")
    if "$ref" in schema:
        return dict  # a class that holds itself: deeper levels stay plain data
    if "anyOf" in schema:
        return Union[tuple(_type_of(item, definitions) for item in schema["anyOf"])]  # noqa: UP007
    if "enum" in schema:
        return Literal[tuple(schema["enum"])]
    if kind == "array":
        return list[_type_of(schema["items"], definitions)] if "items" in schema else list  # type: ignore[misc]
    if kind == "object":
        return _object_type(schema, definitions)
    return _FORMATS.get((str(kind), str(schema.get("format")))) or _SCALARS.get(str(kind), Any)


def _object_type(schema: Mapping[str, Any], definitions: Mapping[str, Any]) -> Any:
    if schema.get("properties"):
        return _class_of(schema, definitions)
    values = schema.get("additionalProperties")
    if isinstance(values, dict):
        return dict[str, _type_of(values, definitions)]  # type: ignore[misc]
    return dict
