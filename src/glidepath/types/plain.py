"""Plain data and its three carriers on the wire: msgpack binaries, protobuf structs (read only), JSON."""

from __future__ import annotations

from typing import Any

from glidepath.errors import FlyteTypeException, FlyteValueException
from glidepath.idl import core

MSGPACK = "msgpack"


def pack_binary(plain: Any) -> core.Literal:
    """Plain data as a msgpack binary literal. The same data gives the same bytes; key order is the data's own."""
    import msgpack  # type: ignore[import-untyped]  # 4 ms to load; most programs never pack

    try:
        value = msgpack.packb(plain)
    except (TypeError, ValueError, OverflowError) as error:
        raise FlyteTypeException(
            f"a value inside a dict or dataclass cannot be written: {error}",
            hint="annotate the field with its real type, or use plain numbers, text, lists and dicts",
        ) from error
    return core.Literal(scalar=core.Scalar(binary=core.Binary(value=value, tag=MSGPACK)))


def unpack_binary(binary: core.Binary) -> Any:
    """The plain data of a msgpack binary. Raises FlyteValueException for another tag or broken bytes."""
    import msgpack  # see pack_binary

    if binary.tag != MSGPACK:
        raise FlyteValueException(f"a binary literal with the tag {binary.tag!r} cannot be read; only {MSGPACK!r} can")
    try:
        return msgpack.unpackb(binary.value, strict_map_key=False)
    except ValueError as error:
        raise FlyteValueException(f"a binary literal of {len(binary.value)} bytes is not valid msgpack: {error}") from error
