"""The literal type that a literal has by itself (reference: flytectl-and-admin.md, D3, last paragraph)."""

from __future__ import annotations

from collections.abc import Iterable

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.idl.text import compact_text

MSGPACK_TAG = "msgpack"

_PRIMITIVES: dict[str, core.SimpleType] = {
    "integer": core.SimpleType.INTEGER,
    "float_value": core.SimpleType.FLOAT,
    "string_value": core.SimpleType.STRING,
    "boolean": core.SimpleType.BOOLEAN,
    "datetime": core.SimpleType.DATETIME,
    "duration": core.SimpleType.DURATION,
}


def literal_type_for_literal(literal: core.Literal) -> core.LiteralType:
    """The type of a literal, from its value alone.

    A collection or map of different types gets a union of them, sorted and without repeats; an empty one holds NONE.
    Msgpack bytes count as STRUCT; an offloaded literal has the type that was written beside its URI.

    Raises:
        FlyteTypeException: the literal holds no value.
    """
    kind = literal.WhichOneof("value")
    if kind == "scalar":
        return literal_type_for_scalar(literal.scalar)
    if kind == "collection":
        return core.LiteralType(collection_type=_merged(literal.collection.literals))
    if kind == "map":
        return core.LiteralType(map_value_type=_merged(literal.map.literals.values()))
    if kind == "offloaded_metadata":
        return literal.offloaded_metadata.inferred_type
    raise FlyteTypeException("A literal without a value has no type.")


def literal_type_for_scalar(scalar: core.Scalar) -> core.LiteralType:
    """The type of a scalar; raises :class:`FlyteTypeException` when it holds no value."""
    kind = scalar.WhichOneof("value")
    if kind == "primitive":
        return core.LiteralType(simple=_primitive(scalar.primitive))
    if kind == "none_type":
        return core.LiteralType(simple=core.SimpleType.NONE)
    if kind == "blob":
        return core.LiteralType(blob=scalar.blob.metadata.type)
    if kind == "binary":
        is_msgpack = scalar.binary.tag == MSGPACK_TAG
        return core.LiteralType(simple=core.SimpleType.STRUCT if is_msgpack else core.SimpleType.BINARY)
    if kind == "schema":
        return core.LiteralType(schema=scalar.schema.type)
    if kind == "generic":
        return core.LiteralType(simple=core.SimpleType.STRUCT)
    if kind == "structured_dataset":
        return core.LiteralType(structured_dataset_type=scalar.structured_dataset.metadata.structured_dataset_type)
    if kind == "union":
        return scalar.union.type
    if kind == "error":
        return core.LiteralType(simple=core.SimpleType.ERROR)
    raise FlyteTypeException("A scalar without a value has no type.")


def _primitive(primitive: core.Primitive) -> core.SimpleType:
    kind = primitive.WhichOneof("value")
    if kind is None:
        raise FlyteTypeException("A primitive without a value has no type.")
    return _PRIMITIVES[kind]


def primitive_type(primitive: core.Primitive) -> core.LiteralType:
    """The type of a primitive; raises :class:`FlyteTypeException` when it holds no value."""
    return core.LiteralType(simple=_primitive(primitive))


def union_of(types: Iterable[core.LiteralType]) -> core.LiteralType:
    """NONE for no type, the type itself when all are equal, else a sorted union of the different ones."""
    distinct = {each.SerializeToString(deterministic=True): each for each in types}
    if not distinct:
        return core.LiteralType(simple=core.SimpleType.NONE)
    if len(distinct) == 1:
        return next(iter(distinct.values()))
    variants = sorted(distinct.values(), key=_text)
    return core.LiteralType(union_type=core.UnionType(variants=variants))


def _text(literal_type: core.LiteralType) -> str:
    return compact_text(literal_type)


def _merged(literals: Iterable[core.Literal]) -> core.LiteralType:
    return union_of(literal_type_for_literal(literal) for literal in literals)
