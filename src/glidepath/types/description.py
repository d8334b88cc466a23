"""Types and values as short texts for people: help pages, prompts, errors."""

from __future__ import annotations

import datetime as dt
import enum
import json
from typing import Any

from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.json_form import json_form
from glidepath.types.registry import find_codec

_SIMPLE = {
    core.SimpleType.NONE: "None",
    core.SimpleType.INTEGER: "int",
    core.SimpleType.FLOAT: "float",
    core.SimpleType.STRING: "str",
    core.SimpleType.BOOLEAN: "bool",
    core.SimpleType.DATETIME: "datetime",
    core.SimpleType.DURATION: "timedelta",
    core.SimpleType.BINARY: "binary",
    core.SimpleType.ERROR: "error",
    core.SimpleType.STRUCT: "dict",
}


def describe(literal_type: core.LiteralType) -> str:
    """A literal type in a few words: ``int``, ``list[str]``, ``int | None``, ``red|blue``, ``file (csv)``."""
    kind = literal_type.WhichOneof("type")
    if kind == "simple":
        return _simple(literal_type)
    if kind == "collection_type":
        return f"list[{describe(literal_type.collection_type)}]"
    if kind == "map_value_type":
        return f"dict[str, {describe(literal_type.map_value_type)}]"
    if kind == "union_type":
        return " | ".join(describe(variant) for variant in literal_type.union_type.variants)
    if kind == "enum_type":
        return "|".join(literal_type.enum_type.values)
    if kind == "blob":
        return _blob(literal_type)
    if kind == "structured_dataset_type":
        return _table(literal_type.structured_dataset_type)
    return {"schema": "table"}.get(str(kind), "unknown")


def to_text(value: Any, python_type: Any, ctx: DataContext) -> str:
    """A value as the text that :func:`glidepath.types.from_text` reads back: for defaults in help pages, for input files."""
    if value is None:
        return "None"
    if isinstance(value, str) and not isinstance(value, enum.Enum):
        return value
    if isinstance(value, dt.timedelta):
        return (
            f"{value // dt.timedelta(microseconds=1)}us"
            if value >= dt.timedelta(0)
            else f"-{to_text(-value, python_type, ctx)}"
        )
    plain = json_form(find_codec(python_type).to_plain(value, python_type, ctx))
    if isinstance(plain, dict) and isinstance(plain.get("path", plain.get("uri")), str) and not isinstance(value, dict):
        return str(plain.get("path", plain.get("uri")))
    return plain if isinstance(plain, str) else json.dumps(plain)


def _simple(literal_type: core.LiteralType) -> str:
    values = literal_type.annotation.annotations.fields.get("literal_values")
    if values is not None:
        choices: Any = literal_type.annotation.annotations["literal_values"]
        return "|".join(str(int(value)) if isinstance(value, float) and value.is_integer() else str(value) for value in choices)
    title = literal_type.metadata.fields.get("title")
    if literal_type.simple == core.SimpleType.STRUCT and title is not None:
        return title.string_value
    return _SIMPLE.get(literal_type.simple, "unknown")


def _blob(literal_type: core.LiteralType) -> str:
    blob = literal_type.blob
    if blob.format == "PythonPickle":
        name = literal_type.metadata.fields.get("python_class_name")
        return f"pickle of {name.string_value}" if name is not None else "pickle"
    kind = "directory" if blob.dimensionality == core.BlobType.MULTIPART else "file"
    return f"{kind} ({blob.format})" if blob.format else kind


def _table(table: core.StructuredDatasetType) -> str:
    columns = ", ".join(f"{column.name}: {describe(column.literal_type)}" for column in table.columns)
    return f"table ({columns})" if columns else "table"
