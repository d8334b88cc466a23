"""Lists and dicts."""

from __future__ import annotations

from typing import Any, get_args

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.conversion import guess_python_type, literal_type_of, to_python
from glidepath.types.plain import from_plain_literal, pack_binary
from glidepath.types.registry import find, find_codec, register
from glidepath.types.transformer import TypeTransformer, mismatch

_CACHE_KEY = "cache-key-metadata"


def struct_type() -> core.LiteralType:
    """The literal type of free-form plain data, marked as msgpack for cache keys."""
    literal_type = core.LiteralType(simple=core.SimpleType.STRUCT)
    literal_type.annotation.annotations.update({_CACHE_KEY: {"serialization-format": "msgpack"}})
    return literal_type


class ListTransformer(TypeTransformer[list[Any]]):
    """``list[T]``: a collection of literals."""

    name = "Typed List"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(collection_type=literal_type_of(_item_type(python_type)))

    def fits(self, value: Any, python_type: Any) -> bool:
        if not isinstance(value, list):
            return False
        item_type = _item_type(python_type)
        transformer = find(item_type)
        return all(transformer.fits(item, item_type) for item in value)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        if not isinstance(value, list):
            raise mismatch(value, python_type)
        item_type, expected = _item_type(python_type), literal_type.collection_type
        transformer = find(item_type)
        literal = core.Literal()  # filled in place: building it from parts would copy each part
        literal.collection.SetInParent()
        literal.collection.literals.extend([transformer.to_literal(item, item_type, expected, ctx) for item in value])
        return literal

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> list[Any]:
        item_type = _item_type(python_type)
        if literal.HasField("collection"):
            return [to_python(item, item_type, ctx) for item in literal.collection.literals]
        found: list[Any] = from_plain_literal(self, literal, python_type, ctx)
        return found

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, list):
            raise mismatch(value, python_type)
        item_type = _item_type(python_type)
        codec = find_codec(item_type)
        return [codec.to_plain(item, item_type, ctx) for item in value]

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> list[Any]:
        if not isinstance(plain, list):
            raise mismatch(plain, python_type)
        item_type = _item_type(python_type)
        codec = find_codec(item_type)
        return [codec.from_plain(item, item_type, ctx) for item in plain]

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        if not isinstance(plain, list):
            return False
        item_type = _item_type(python_type)
        codec = find_codec(item_type)
        return all(codec.plain_fits(item, item_type) for item in plain)

    def schema(self, python_type: Any) -> dict[str, Any]:
        item_type = _item_type(python_type)
        return array_schema(find_codec(item_type).schema(item_type))

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.WhichOneof("type") != "collection_type":
            return None
        return list[guess_python_type(literal_type.collection_type)]  # type: ignore[misc]


class DictTransformer(TypeTransformer[dict[Any, Any]]):
    """``dict[str, T]``: a map of literals. Any other dict: plain data as a msgpack binary."""

    name = "Typed Dict"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        value_type = _value_type(python_type)
        if value_type is None:
            return struct_type()
        return core.LiteralType(map_value_type=literal_type_of(value_type))

    def fits(self, value: Any, python_type: Any) -> bool:
        value_type = _value_type(python_type)
        if not isinstance(value, dict) or value_type is None:
            return isinstance(value, dict)
        transformer = find(value_type)
        return all(isinstance(key, str) and transformer.fits(item, value_type) for key, item in value.items())

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        if not isinstance(value, dict):
            raise mismatch(value, python_type)
        value_type = _value_type(python_type)
        if value_type is None:
            return pack_binary(self.to_plain(value, python_type, ctx))
        transformer, expected = find(value_type), literal_type.map_value_type
        literal = core.Literal()
        literal.map.SetInParent()
        for key, item in value.items():
            if not isinstance(key, str):
                raise FlyteTypeException(
                    f"the keys of {python_type} must be str, got {key!r}", hint="annotate the dict as plain dict"
                )
            literal.map.literals[key].CopyFrom(transformer.to_literal(item, value_type, expected, ctx))
        return literal

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> dict[Any, Any]:
        value_type = _value_type(python_type)
        if literal.HasField("map"):
            item_type = Any if value_type is None else value_type
            return {key: to_python(literal.map.literals[key], item_type, ctx) for key in sorted(literal.map.literals)}
        found: dict[Any, Any] = from_plain_literal(self, literal, python_type, ctx)
        return found

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, dict):
            raise mismatch(value, python_type)
        key_type, value_type = get_args(python_type) or (None, None)
        if key_type is None:
            return value
        keys, values = find_codec(key_type), find_codec(value_type)
        return {keys.to_plain(key, key_type, ctx): values.to_plain(item, value_type, ctx) for key, item in value.items()}

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> dict[Any, Any]:
        if not isinstance(plain, dict):
            raise mismatch(plain, python_type)
        key_type, value_type = get_args(python_type) or (None, None)
        if key_type is None:
            return plain
        keys, values = find_codec(key_type), find_codec(value_type)
        return {keys.from_plain(key, key_type, ctx): values.from_plain(item, value_type, ctx) for key, item in plain.items()}

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        if not isinstance(plain, dict):
            return False
        key_type, value_type = get_args(python_type) or (None, None)
        if key_type is None:
            return True
        keys, values = find_codec(key_type), find_codec(value_type)
        return all(keys.plain_fits(key, key_type) and values.plain_fits(item, value_type) for key, item in plain.items())

    def schema(self, python_type: Any) -> dict[str, Any]:
        key_type, value_type = get_args(python_type) or (None, None)
        if key_type is None:
            return {"type": "object"}
        value_schema, key_schema = find_codec(value_type).schema(value_type), find_codec(key_type).schema(key_type)
        named = {"additionalProperties": value_schema} if value_schema else {}
        return {"type": "object", **named, "propertyNames": key_schema}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        kind = literal_type.WhichOneof("type")
        if kind == "map_value_type":
            return dict[str, guess_python_type(literal_type.map_value_type)]  # type: ignore[misc]
        is_plain = kind == "simple" and literal_type.simple == core.SimpleType.STRUCT and not literal_type.HasField("metadata")
        return dict if is_plain else None


def array_schema(items: dict[str, Any]) -> dict[str, Any]:
    """The JSON schema of a list: free items leave no trace."""
    return {"type": "array", "items": items} if items else {"type": "array"}


def _item_type(python_type: Any) -> Any:
    args = get_args(python_type)
    if not args:
        raise FlyteTypeException("a bare list cannot travel", hint="say what it holds: list[int], list[Any]")
    return args[0]


def _value_type(python_type: Any) -> Any | None:
    """The ``T`` of ``dict[str, T]``, or None for every other dict."""
    args = get_args(python_type)
    return args[1] if args and args[0] is str else None


register(ListTransformer(), list)
register(DictTransformer(), dict)
