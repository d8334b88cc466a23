"""What an execution file holds for an input before anybody has edited it: its default, or an example of its type."""

from __future__ import annotations

import datetime
import json
from typing import Any

import msgpack
from google.protobuf.json_format import MessageToDict

from glidepath.idl import core

_Simple = core.SimpleType
_SOME_PATH = "/tmp/somepath"  # noqa: S108 - an example that is shown, never opened


def example_of(literal_type: core.LiteralType, now: datetime.datetime) -> Any:
    """An example value of a type, as YAML can hold it."""
    kind = literal_type.WhichOneof("type")
    if kind == "simple":
        return _simple_example(literal_type.simple, now)
    if kind == "collection_type":
        return [example_of(literal_type.collection_type, now)]
    if kind == "map_value_type":
        return {"itemKey": example_of(literal_type.map_value_type, now)}
    if kind == "enum_type":
        return next(iter(literal_type.enum_type.values), "")
    if kind == "union_type":
        variants = literal_type.union_type.variants
        return example_of(variants[0], now) if variants else None
    return _SOME_PATH


def _simple_example(simple: int, now: datetime.datetime) -> Any:
    examples: dict[int, Any] = {
        _Simple.INTEGER: 0,
        _Simple.FLOAT: 0,
        _Simple.STRING: "",
        _Simple.BOOLEAN: False,
        _Simple.DATETIME: now.isoformat().replace("+00:00", "Z"),
        _Simple.DURATION: "1s",
        _Simple.STRUCT: {},
    }
    return examples.get(simple)


def value_of(literal: core.Literal) -> Any:
    """A literal as YAML can hold it, such that reading it back by its type gives the literal again."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return [value_of(item) for item in literal.collection.literals]
    if kind == "map":
        return {key: value_of(item) for key, item in literal.map.literals.items()}
    return _scalar(literal.scalar)


def _scalar(scalar: core.Scalar) -> Any:
    kind = scalar.WhichOneof("value")
    if kind == "primitive":
        return _primitive(scalar.primitive)
    if kind in {"blob", "schema", "structured_dataset"}:
        return getattr(scalar, kind).uri
    if kind == "union":
        return value_of(scalar.union.value)
    if kind == "generic":
        return MessageToDict(scalar.generic)
    if kind == "binary" and scalar.binary.tag == "msgpack":
        return json.loads(json.dumps(msgpack.unpackb(scalar.binary.value), default=str))
    return None


def _primitive(primitive: core.Primitive) -> Any:
    kind = primitive.WhichOneof("value")
    if kind == "datetime":
        return primitive.datetime.ToJsonString()
    if kind == "duration":
        return primitive.duration.ToJsonString()
    if kind == "float_value" and primitive.float_value.is_integer():
        return int(primitive.float_value)
    return getattr(primitive, kind) if kind else None
