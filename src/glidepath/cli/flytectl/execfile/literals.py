"""YAML values ⇄ literals, by literal type alone."""

from __future__ import annotations

import datetime
import json
import os
from collections.abc import Callable
from typing import Any

import msgpack
from google.protobuf import json_format
from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.clients.durations import parse_duration
from glidepath.errors import FlyteException, FlyteTypeException
from glidepath.idl import core

_Simple = core.SimpleType
_OLD_FORMAT = "FLYTE_USE_OLD_DC_FORMAT"
_TRUE = {"1", "t", "true"}


def literal_of(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    """A YAML value as a literal of a type. ``name`` is the input's, for messages: raises FlyteTypeException for a misfit."""
    kind = literal_type.WhichOneof("type")
    converter = _CONVERTERS.get(kind or "")
    if converter is None:
        raise FlyteTypeException(f"input {name}: values of this type cannot be written in a file: {kind}")
    return converter(value, literal_type, name)


def _misfit(name: str, value: Any, wanted: str, hint: str = "") -> FlyteTypeException:
    return FlyteTypeException(f"input {name}: {value!r} is not {wanted}", hint=hint)


def _simple(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    converter = _SIMPLE.get(literal_type.simple)
    if converter is None:
        raise FlyteTypeException(
            f"input {name}: values of type {_Simple.Name(literal_type.simple)} cannot be written in a file"
        )
    return core.Literal(scalar=converter(value, name))


def _primitive(field: str, make: Callable[[Any, str], Any]) -> Callable[[Any, str], core.Scalar]:
    return lambda value, name: core.Scalar(primitive=core.Primitive(**{field: make(value, name)}))


def _integer(value: Any, name: str) -> int:
    try:
        if isinstance(value, bool) or (isinstance(value, float) and not value.is_integer()):
            raise ValueError
        return int(value)
    except (TypeError, ValueError):
        raise _misfit(name, value, "a whole number") from None


def _float(value: Any, name: str) -> float:
    try:
        if isinstance(value, bool):
            raise ValueError
        return float(value)
    except (TypeError, ValueError):
        raise _misfit(name, value, "a number") from None


def _string(value: Any, name: str) -> str:
    if isinstance(value, (dict, list)) or value is None:
        raise _misfit(name, value, "a text", hint="put it in quotes")
    if isinstance(value, (datetime.date, datetime.datetime)):
        return value.isoformat()
    return str(value).lower() if isinstance(value, bool) else str(value)


def _boolean(value: Any, name: str) -> bool:
    text = str(value).lower()
    if text not in {"true", "false", "t", "f", "1", "0"}:
        raise _misfit(name, value, "true or false")
    return text in _TRUE


def _datetime(value: Any, name: str) -> Timestamp:
    try:
        moment = (
            value if isinstance(value, datetime.date) else datetime.datetime.fromisoformat(str(value).replace("Z", "+00:00"))
        )
    except ValueError:
        raise _misfit(name, value, "a date and time", hint="write it as 2024-01-31T12:00:00Z") from None
    if not isinstance(moment, datetime.datetime):
        moment = datetime.datetime(moment.year, moment.month, moment.day)  # noqa: DTZ001 - the zone follows
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=datetime.timezone.utc)
    stamp = Timestamp()
    stamp.FromDatetime(moment)
    return stamp


def _duration(value: Any, name: str) -> Duration:
    try:
        seconds = parse_duration(str(value))
    except FlyteException as error:
        raise _misfit(name, value, "a duration", hint=error.hint) from None
    duration = Duration()
    duration.FromTimedelta(datetime.timedelta(seconds=seconds))
    return duration


def _struct(value: Any, name: str) -> core.Scalar:
    document = json.loads(value) if isinstance(value, str) and value.lstrip().startswith(("{", "[")) else value
    if os.environ.get(_OLD_FORMAT, "").lower() in _TRUE:
        if not isinstance(document, dict):
            raise _misfit(name, value, "a map")
        return core.Scalar(generic=json_format.ParseDict(document, Struct()))
    return core.Scalar(binary=core.Binary(value=msgpack.packb(document), tag="msgpack"))


def _none(value: Any, name: str) -> core.Scalar:
    if value not in (None, "", {}):
        raise _misfit(name, value, "empty")
    return core.Scalar(none_type=core.Void())


_SIMPLE: dict[int, Callable[[Any, str], core.Scalar]] = {
    _Simple.INTEGER: _primitive("integer", _integer),
    _Simple.FLOAT: _primitive("float_value", _float),
    _Simple.STRING: _primitive("string_value", _string),
    _Simple.BOOLEAN: _primitive("boolean", _boolean),
    _Simple.DATETIME: _primitive("datetime", _datetime),
    _Simple.DURATION: _primitive("duration", _duration),
    _Simple.STRUCT: _struct,
    _Simple.NONE: _none,
}


def _collection(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    if not isinstance(value, list):
        raise _misfit(name, value, "a list")
    items = [literal_of(item, literal_type.collection_type, f"{name}[{i}]") for i, item in enumerate(value)]
    return core.Literal(collection=core.LiteralCollection(literals=items))


def _map(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    if not isinstance(value, dict):
        raise _misfit(name, value, "a map")
    items = {str(key): literal_of(item, literal_type.map_value_type, f"{name}.{key}") for key, item in value.items()}
    return core.Literal(map=core.LiteralMap(literals=items))


def _enum(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    allowed = list(literal_type.enum_type.values)
    if str(value) not in allowed:
        raise _misfit(name, value, f"one of {', '.join(allowed)}")
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value=str(value))))


def _union(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    """The first variant that the value fits."""
    for variant in literal_type.union_type.variants:
        try:
            inner = literal_of(value, variant, name)
        except FlyteTypeException:
            continue
        return core.Literal(scalar=core.Scalar(union=core.Union(value=inner, type=variant)))
    raise _misfit(name, value, "of any of the types that the input allows")


def _blob(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    blob = core.Blob(uri=_string(value, name), metadata=core.BlobMetadata(type=literal_type.blob))
    return core.Literal(scalar=core.Scalar(blob=blob))


def _dataset(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    metadata = core.StructuredDatasetMetadata(structured_dataset_type=literal_type.structured_dataset_type)
    return core.Literal(
        scalar=core.Scalar(structured_dataset=core.StructuredDataset(uri=_string(value, name), metadata=metadata))
    )


def _schema(value: Any, literal_type: core.LiteralType, name: str) -> core.Literal:
    return core.Literal(scalar=core.Scalar(schema=core.Schema(uri=_string(value, name), type=literal_type.schema)))


_CONVERTERS: dict[str, Callable[[Any, core.LiteralType, str], core.Literal]] = {
    "simple": _simple,
    "collection_type": _collection,
    "map_value_type": _map,
    "enum_type": _enum,
    "union_type": _union,
    "blob": _blob,
    "structured_dataset_type": _dataset,
    "schema": _schema,
}
