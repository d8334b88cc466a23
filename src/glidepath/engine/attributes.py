"""Attribute paths on outputs: ``out.a["k"][0]`` (reference: engine.md, 1.5)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import msgpack
from google.protobuf import json_format, struct_pb2

from glidepath.errors import FlytePromiseAttributeResolveException
from glidepath.idl import core

Key = str | int

_MSGPACK = "msgpack"


def resolve_attributes(literal: core.Literal, path: Sequence[core.PromiseAttribute]) -> core.Literal:
    """The part of ``literal`` that the path names.

    Collections and maps of literals are walked first; what remains of the path applies to the msgpack or struct scalar
    found there. Raises :class:`FlytePromiseAttributeResolveException` naming the step that leads nowhere.
    """
    keys: list[Key] = [step.string_value if step.WhichOneof("value") == "string_value" else step.int_value for step in path]
    for position, key in enumerate(keys):
        kind = literal.WhichOneof("value")
        if kind == "map":
            literal = _member(dict(literal.map.literals), key, keys, position)
        elif kind == "collection":
            literal = _member(list(literal.collection.literals), key, keys, position)
        else:
            return _within_scalar(literal, keys, position)
    return literal


def _within_scalar(literal: core.Literal, keys: list[Key], position: int) -> core.Literal:
    kind = literal.scalar.WhichOneof("value")
    if kind == "union":
        return resolve_attributes(literal.scalar.union.value, [_attribute(key) for key in keys[position:]])
    if kind == "binary" and literal.scalar.binary.tag == _MSGPACK:
        value = msgpack.unpackb(literal.scalar.binary.value, strict_map_key=False)
        return _msgpack_literal(_walk(value, keys, position))
    if kind == "generic":
        value = json_format.MessageToDict(literal.scalar.generic)
        return _struct_literal(_walk(value, keys, position))
    raise _unresolvable(keys, position, f"a {kind or 'missing'} value has no parts")


def _walk(value: Any, keys: list[Key], position: int) -> Any:
    for offset, key in enumerate(keys[position:], start=position):
        value = _member(value, key, keys, offset)
    return value


def _member(value: Any, key: Key, keys: list[Key], position: int) -> Any:
    if isinstance(value, dict):
        if key not in value:
            raise _unresolvable(keys, position, f"its keys are {sorted(map(str, value))}")
        return value[key]
    if isinstance(value, list):
        if not isinstance(key, int) or not 0 <= key < len(value):
            raise _unresolvable(keys, position, f"the list has {len(value)} items, from 0")
        return value[key]
    raise _unresolvable(keys, position, f"a {type(value).__name__} has no parts")


def _unresolvable(keys: list[Key], position: int, why: str) -> FlytePromiseAttributeResolveException:
    path = "".join(f"[{key!r}]" for key in keys[: position + 1])
    return FlytePromiseAttributeResolveException(f"cannot follow {path} on an output: {why}")


def _attribute(key: Key) -> core.PromiseAttribute:
    return core.PromiseAttribute(int_value=key) if isinstance(key, int) else core.PromiseAttribute(string_value=key)


def _primitive(value: Any) -> core.Literal | None:
    if value is None:
        return core.Literal(scalar=core.Scalar(none_type=core.Void()))
    if isinstance(value, bool):
        primitive = core.Primitive(boolean=value)
    elif isinstance(value, int):
        primitive = core.Primitive(integer=value)
    elif isinstance(value, float):
        primitive = core.Primitive(float_value=value)
    elif isinstance(value, str):
        primitive = core.Primitive(string_value=value)
    else:
        return None
    return core.Literal(scalar=core.Scalar(primitive=primitive))


def _msgpack_literal(value: Any) -> core.Literal:
    if isinstance(value, list):
        return core.Literal(collection=core.LiteralCollection(literals=[_msgpack_scalar(item) for item in value]))
    return _primitive(value) or _msgpack_scalar(value)


def _msgpack_scalar(value: Any) -> core.Literal:
    return core.Literal(scalar=core.Scalar(binary=core.Binary(value=msgpack.packb(value), tag=_MSGPACK)))


def _struct_literal(value: Any) -> core.Literal:
    if isinstance(value, list):
        return core.Literal(collection=core.LiteralCollection(literals=[_struct_literal(item) for item in value]))
    if isinstance(value, dict):
        struct = struct_pb2.Struct()
        struct.update(value)
        return core.Literal(scalar=core.Scalar(generic=struct))
    literal = _primitive(value)
    if literal is None:
        raise FlytePromiseAttributeResolveException(f"a {type(value).__name__} cannot travel as a literal")
    return literal
