"""Plain data and its carriers on the wire: msgpack binaries (written and read) and protobuf structs (read)."""

from __future__ import annotations

from typing import Any

from glidepath.errors import FlyteTypeException, FlyteValueException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.transformer import TypeTransformer, wrong_literal

MSGPACK = "msgpack"


def pack_binary(plain: Any) -> core.Literal:
    """Plain data as a msgpack binary literal. The same data gives the same bytes; the order of keys is the data's own.

    Raises FlyteTypeException when the data holds something that is not plain.
    """
    import msgpack  # 4 ms to load; most programs never pack

    try:
        value = msgpack.packb(plain, default=_number_of)
    except (TypeError, ValueError, OverflowError) as error:
        raise FlyteTypeException(
            f"a value inside a dict or dataclass cannot be written: {error}",
            hint="annotate it with its real type (dict[str, datetime], a dataclass), or use numbers, text, lists and dicts",
        ) from error
    return core.Literal(scalar=core.Scalar(binary=core.Binary(value=value, tag=MSGPACK)))


def unpack_binary(binary: core.Binary) -> Any:
    """The plain data of a msgpack binary. Raises FlyteValueException for another tag or broken bytes."""
    import msgpack  # see pack_binary

    if binary.tag != MSGPACK:
        raise FlyteValueException(f"a binary literal with the tag {binary.tag!r} cannot be read; only {MSGPACK!r} can")
    try:
        return msgpack.unpackb(binary.value, strict_map_key=False)
    except (ValueError, TypeError) as error:
        raise FlyteValueException(f"a binary literal of {len(binary.value)} bytes is not valid msgpack: {error}") from error


def plain_of(literal: core.Literal, python_type: Any) -> Any:
    """The plain data that a binary or struct literal carries. Raises FlyteTypeException when it carries none.

    A protobuf struct knows no whole numbers: its ints come out as floats, and the codec of each field puts that right.
    """
    scalar = literal.scalar
    if scalar.HasField("binary"):
        return unpack_binary(scalar.binary)
    if scalar.HasField("generic"):
        from google.protobuf.json_format import MessageToDict  # 6 ms to load; only the old form needs it

        return MessageToDict(scalar.generic)
    raise wrong_literal(literal, python_type)


def from_plain_literal(codec: TypeTransformer[Any], literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
    """The value of a literal that carries plain data, or of a union whose value is wanted as one of its variants."""
    if literal.scalar.HasField("union"):
        return codec.to_python(literal.scalar.union.value, python_type, ctx)
    return codec.from_plain(plain_of(literal, python_type), python_type, ctx)


def _number_of(value: Any) -> Any:
    """A numpy number as Python's; what else msgpack does not know is refused."""
    if hasattr(value, "dtype") and hasattr(value, "item") and getattr(value, "ndim", None) == 0:
        return value.item()
    raise TypeError(f"{type(value).__name__} is not plain data")
