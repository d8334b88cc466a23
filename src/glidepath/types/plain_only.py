"""Families that stand inside dataclasses but do not travel alone: tuples, sets, bytes, UUIDs, decimals, paths, anything."""

from __future__ import annotations

import base64
import collections
import collections.abc
import datetime as dt
import decimal
import pathlib
import uuid
from collections.abc import Callable
from typing import Any, get_args, get_type_hints

from glidepath.errors import FlyteTypeException
from glidepath.types.collections import DictTransformer, array_schema
from glidepath.types.context import DataContext
from glidepath.types.registry import find_codec, register_codec
from glidepath.types.transformer import PlainCodec, mismatch, name_of


class AnyCodec(PlainCodec[Any]):
    """Plain data as it is."""

    def fits(self, value: Any, python_type: Any) -> bool:
        return False  # any other variant of a union knows the value better

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return False

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        return value

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        return plain

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {}


class TextCodec(PlainCodec[Any]):
    """A type that is written as text."""

    def __init__(self, base: type, text_format: str, write: Callable[[Any], str], read: Callable[[str], Any]) -> None:
        self.base, self.format, self.write, self.read = base, text_format, write, read

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, self.base)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, str)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, self.base):
            raise mismatch(value, python_type)
        return self.write(value)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        try:
            return self.read(plain)
        except (TypeError, ValueError, ArithmeticError, AttributeError) as error:
            raise FlyteTypeException(f"{plain!r} does not read as {name_of(python_type)}") from error

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "string", "format": self.format}


class BytesCodec(PlainCodec[bytes]):
    """Bytes: as they are in msgpack, base64 in JSON."""

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, bytes)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, bytes):
            raise mismatch(value, python_type)
        return value

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> bytes:
        if isinstance(plain, bytes):
            return plain
        try:
            return base64.decodebytes(plain.encode())
        except (AttributeError, ValueError) as error:
            raise mismatch(plain, python_type) from error

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"type": "string", "format": "base64"}


class SequenceCodec(PlainCodec[Any]):
    """Lists, sets and tuples of one item type: a list. ``make`` builds the value again."""

    def __init__(self, base: Any, make: Callable[[list[Any]], Any], *, unique: bool = False) -> None:
        self.base, self.make, self.unique = base, make, unique

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, self.base)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, list)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, self.base) or isinstance(value, str):
            raise mismatch(value, python_type)
        item_type = _item_type(python_type)
        codec = find_codec(item_type)
        return [codec.to_plain(item, item_type, ctx) for item in value]

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(plain, list):
            raise mismatch(plain, python_type)
        item_type = _item_type(python_type)
        codec = find_codec(item_type)
        return self.make([codec.from_plain(item, item_type, ctx) for item in plain])

    def schema(self, python_type: Any) -> dict[str, Any]:
        item_type = _item_type(python_type)
        schema = array_schema(find_codec(item_type).schema(item_type))
        return {**schema, "uniqueItems": True} if self.unique else schema


class TupleCodec(PlainCodec[Any]):
    """Tuples and NamedTuples: a list with one type per place."""

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, tuple)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, list)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, tuple):
            raise mismatch(value, python_type)
        types = _place_types(python_type, len(value))
        return [find_codec(place).to_plain(item, place, ctx) for place, item in zip(types, value, strict=True)]

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(plain, list):
            raise mismatch(plain, python_type)
        types = _place_types(python_type, len(plain))
        items = [find_codec(place).from_plain(item, place, ctx) for place, item in zip(types, plain, strict=True)]
        return python_type(*items) if hasattr(python_type, "_fields") else tuple(items)

    def schema(self, python_type: Any) -> dict[str, Any]:
        args = get_args(python_type)
        if not args and not hasattr(python_type, "_fields"):
            return {"type": "array"}
        if args and args[-1] is ...:
            return array_schema(find_codec(args[0]).schema(args[0]))
        types = list(_place_types(python_type, None))
        places = [find_codec(place).schema(place) for place in types]
        return {"type": "array", "prefixItems": places, "minItems": len(places), "maxItems": len(places)}


class MappingCodec(PlainCodec[Any]):
    """Dicts of other kinds (``Mapping``, ``OrderedDict``, ``defaultdict``): as dicts."""

    def __init__(self, make: Callable[[dict[Any, Any], Any], Any]) -> None:
        self.make = make
        self.dicts = DictTransformer()

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, collections.abc.Mapping)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return self.dicts.plain_fits(plain, python_type)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, collections.abc.Mapping):
            raise mismatch(value, python_type)
        return self.dicts.to_plain(dict(value), python_type, ctx)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        return self.make(self.dicts.from_plain(plain, python_type, ctx), python_type)

    def schema(self, python_type: Any) -> dict[str, Any]:
        return self.dicts.schema(python_type)


def _item_type(python_type: Any) -> Any:
    return (get_args(python_type) or (Any,))[0]


def _place_types(python_type: Any, length: int | None) -> tuple[Any, ...]:
    """The type of each place; ``length`` is how many values there are. Raises FlyteTypeException when the numbers differ."""
    fields = getattr(python_type, "_fields", None)
    hints = get_type_hints(python_type, include_extras=True) if fields else {}
    args = tuple(hints.get(field, Any) for field in fields) if fields else get_args(python_type)
    if not fields and not args:
        return (Any,) * (length or 0)
    if args and args[-1] is ...:
        return (args[0],) * (length or 0)
    if length is not None and length != len(args):
        raise FlyteTypeException(f"{name_of(python_type)} has {len(args)} places, got {length} values")
    return args


def _defaultdict(value: dict[Any, Any], python_type: Any) -> Any:
    value_type = (get_args(python_type) or (None, None))[1]
    factory = value_type if isinstance(value_type, type) else None
    return collections.defaultdict(factory, value)


def _time(text: str) -> dt.time:
    return dt.time.fromisoformat(text)


register_codec(AnyCodec(), Any)
register_codec(BytesCodec(), bytes)
register_codec(TextCodec(uuid.UUID, "uuid", str, uuid.UUID), uuid.UUID)
register_codec(TextCodec(decimal.Decimal, "decimal", str, decimal.Decimal), decimal.Decimal)
register_codec(TextCodec(dt.time, "time", dt.time.isoformat, _time), dt.time)
register_codec(TextCodec(pathlib.PurePath, "path", str, pathlib.Path), pathlib.Path)
register_codec(TextCodec(pathlib.PurePath, "path", str, pathlib.PurePath), pathlib.PurePath)
register_codec(TupleCodec(), tuple)
register_codec(SequenceCodec(list, list), list)
register_codec(SequenceCodec(collections.abc.Sequence, list), collections.abc.Sequence)
register_codec(SequenceCodec(collections.deque, collections.deque), collections.deque)
register_codec(SequenceCodec(collections.abc.Set, set, unique=True), set, collections.abc.Set)
register_codec(SequenceCodec(collections.abc.Set, frozenset, unique=True), frozenset)
register_codec(MappingCodec(lambda value, _: value), collections.abc.Mapping)
register_codec(MappingCodec(lambda value, _: collections.OrderedDict(value)), collections.OrderedDict)
register_codec(MappingCodec(_defaultdict), collections.defaultdict)
