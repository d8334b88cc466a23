"""The literal type that a literal shows by itself, for values that are wanted as ``Any``."""

from __future__ import annotations

from glidepath.errors import FlyteTypeException
from glidepath.idl import core

_PRIMITIVES = {
    "integer": core.SimpleType.INTEGER,
    "float_value": core.SimpleType.FLOAT,
    "string_value": core.SimpleType.STRING,
    "boolean": core.SimpleType.BOOLEAN,
    "datetime": core.SimpleType.DATETIME,
    "duration": core.SimpleType.DURATION,
}
_SCALARS = {
    "none_type": core.SimpleType.NONE,
    "error": core.SimpleType.ERROR,
    "generic": core.SimpleType.STRUCT,
    "binary": core.SimpleType.STRUCT,
}


def type_of_literal(literal: core.Literal) -> core.LiteralType:
    """The literal type of a literal, as far as it shows. Raises FlyteTypeException for an empty one."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return core.LiteralType(collection_type=_of_all(list(literal.collection.literals)))
    if kind == "map":
        return core.LiteralType(map_value_type=_of_all([literal.map.literals[key] for key in sorted(literal.map.literals)]))
    scalar = literal.scalar
    inner = scalar.WhichOneof("value")
    if inner == "primitive":
        return core.LiteralType(simple=_PRIMITIVES[scalar.primitive.WhichOneof("value") or "string_value"])
    if inner == "blob":
        return core.LiteralType(blob=scalar.blob.metadata.type)
    if inner == "structured_dataset":
        return core.LiteralType(structured_dataset_type=scalar.structured_dataset.metadata.structured_dataset_type)
    if inner == "schema":
        return core.LiteralType(schema=scalar.schema.type)
    if inner == "union":
        return scalar.union.type
    if inner in _SCALARS:
        return core.LiteralType(simple=_SCALARS[inner])
    raise FlyteTypeException(f"a literal that holds {inner or 'nothing'} has no type")


def _of_all(literals: list[core.Literal]) -> core.LiteralType:
    types: list[core.LiteralType] = []
    for literal in literals:
        found = type_of_literal(literal)
        if found not in types:
            types.append(found)
    if not types:
        return core.LiteralType(simple=core.SimpleType.NONE)
    return types[0] if len(types) == 1 else core.LiteralType(union_type=core.UnionType(variants=types))
