"""Which literal type may flow into which (reference: flytectl-and-admin.md, D3).

Recursion here goes as deep as the type message, and protobuf itself refuses messages deeper than 100.
"""

from __future__ import annotations

from collections.abc import Mapping

from glidepath.compiler.struct_schemas import struct_castable
from glidepath.idl import core

_PARQUET = "parquet"

# The column types of schemas and the simple types that they are in a structured dataset.
_SCHEMA_COLUMN_TYPES: dict[int, int] = {
    core.SchemaType.SchemaColumn.INTEGER: core.SimpleType.INTEGER,
    core.SchemaType.SchemaColumn.FLOAT: core.SimpleType.FLOAT,
    core.SchemaType.SchemaColumn.STRING: core.SimpleType.STRING,
    core.SchemaType.SchemaColumn.BOOLEAN: core.SimpleType.BOOLEAN,
    core.SchemaType.SchemaColumn.DATETIME: core.SimpleType.DATETIME,
    core.SchemaType.SchemaColumn.DURATION: core.SimpleType.DURATION,
}


def castable(upstream: core.LiteralType, downstream: core.LiteralType) -> bool:
    """Whether a value of type ``upstream`` may be handed to an input of type ``downstream``.

    Metadata and annotations do not count. No type casts to INTEGER from FLOAT or back. A value fits a union when it fits
    exactly one variant; a union fits a union when each of its variants fits some variant.
    """
    up_kind, down_kind = upstream.WhichOneof("type"), downstream.WhichOneof("type")
    if up_kind is None or down_kind is None:
        return False
    if up_kind == "union_type" or down_kind == "union_type":
        return _union_castable(upstream, downstream)
    if down_kind == "collection_type":
        return up_kind == "collection_type" and _element_castable(upstream.collection_type, downstream.collection_type)
    if down_kind == "map_value_type":
        return up_kind == "map_value_type" and _element_castable(upstream.map_value_type, downstream.map_value_type)
    if down_kind == "blob":
        return up_kind == "blob" and _blob_castable(upstream.blob, downstream.blob)
    if down_kind == "schema":
        return _into_schema(upstream, downstream.schema)
    if down_kind == "structured_dataset_type":
        return _into_structured_dataset(upstream, downstream.structured_dataset_type)
    return _plain_castable(upstream, downstream)


def is_none(literal_type: core.LiteralType) -> bool:
    """Whether a type is NONE (set, not merely absent)."""
    return literal_type.WhichOneof("type") == "simple" and literal_type.simple == core.SimpleType.NONE


def accepts_none(literal_type: core.LiteralType) -> bool:
    """Whether a type is a union with a NONE variant, so that an input of it may stay unbound."""
    return any(is_none(variant) for variant in literal_type.union_type.variants)


def _union_castable(upstream: core.LiteralType, downstream: core.LiteralType) -> bool:
    if downstream.WhichOneof("type") != "union_type":
        variants = upstream.union_type.variants
        return len(variants) == 1 and castable(variants[0], downstream)
    targets = downstream.union_type.variants
    if upstream.WhichOneof("type") == "union_type":
        return all(any(castable(variant, target) for target in targets) for variant in upstream.union_type.variants)
    return sum(castable(upstream, target) for target in targets) == 1


def _plain_castable(upstream: core.LiteralType, downstream: core.LiteralType) -> bool:
    """The simple types and enums."""
    up_enum, down_enum = upstream.HasField("enum_type"), downstream.HasField("enum_type")
    # A text may hold a member of the enum; the value is checked where it is known.
    if up_enum and not down_enum and downstream.simple == core.SimpleType.STRING:
        return True
    if down_enum and upstream.HasField("simple") and upstream.simple == core.SimpleType.STRING:
        return True
    if upstream.structure.tag and upstream.structure.tag != downstream.structure.tag:
        return False
    if up_enum or down_enum:
        return up_enum and down_enum and list(upstream.enum_type.values) == list(downstream.enum_type.values)
    if not upstream.HasField("simple") or upstream.simple != downstream.simple:
        return False
    return upstream.simple != core.SimpleType.STRUCT or struct_castable(upstream, downstream)


def _element_castable(upstream: core.LiteralType, downstream: core.LiteralType) -> bool:
    # An empty list or map has NONE for its element and fits everything.
    return is_none(upstream) or castable(upstream, downstream)


def _blob_castable(upstream: core.BlobType, downstream: core.BlobType) -> bool:
    return not upstream.format or not downstream.format or upstream.format == downstream.format


def _into_schema(upstream: core.LiteralType, downstream: core.SchemaType) -> bool:
    if upstream.HasField("schema"):
        return _columns_included(_schema_columns(downstream), _schema_columns(upstream.schema))
    if upstream.HasField("structured_dataset_type"):
        dataset = upstream.structured_dataset_type
        return _is_parquet(dataset) and _columns_included(_schema_columns(downstream), _simple_columns(dataset))
    return False


def _into_structured_dataset(upstream: core.LiteralType, downstream: core.StructuredDatasetType) -> bool:
    if is_none(upstream):
        return True
    if upstream.HasField("schema"):
        return _is_parquet(downstream) and _columns_included(_simple_columns(downstream), _schema_columns(upstream.schema))
    if not upstream.HasField("structured_dataset_type"):
        return False
    dataset = upstream.structured_dataset_type
    if dataset.format and downstream.format and dataset.format.lower() != downstream.format.lower():
        return False
    if not dataset.columns or not downstream.columns:
        return True
    available = {column.name: column.literal_type for column in dataset.columns}
    return all(
        column.name in available and castable(available[column.name], column.literal_type) for column in downstream.columns
    )


def _is_parquet(dataset: core.StructuredDatasetType) -> bool:
    return dataset.format.lower() in ("", _PARQUET)


def _schema_columns(schema: core.SchemaType) -> dict[str, int | None]:
    return {column.name: _SCHEMA_COLUMN_TYPES.get(column.type) for column in schema.columns}


def _simple_columns(dataset: core.StructuredDatasetType) -> dict[str, int | None]:
    """A structured dataset's columns as simple types; None for one that no schema column can be."""
    known = set(_SCHEMA_COLUMN_TYPES.values())
    return {
        column.name: column.literal_type.simple
        if column.literal_type.HasField("simple") and column.literal_type.simple in known
        else None
        for column in dataset.columns
    }


def _columns_included(wanted: Mapping[str, int | None], available: Mapping[str, int | None]) -> bool:
    """Whether all wanted columns are there with their types; a table without columns is generic and fits on either side."""
    if not wanted or not available:
        return True
    return all(kind is not None and available.get(name) == kind for name, kind in wanted.items())
