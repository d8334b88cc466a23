"""Literals as plain values that print as JSON: what a person reads on a page, not what a program reads back."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

import msgpack
from google.protobuf import json_format

from glidepath.idl import core

MAX_TEXT = 20_000
"""Characters of one value shown on a page; more is cut with a note."""


def plain(literal: core.Literal) -> Any:
    """A literal as numbers, strings, lists and dicts. Blobs and structured datasets become their URI."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return [plain(item) for item in literal.collection.literals]
    if kind == "map":
        return {key: plain(item) for key, item in sorted(literal.map.literals.items())}
    if kind == "offloaded_metadata":
        return literal.offloaded_metadata.uri
    return _scalar(literal.scalar)


def text(literal: core.Literal) -> str:
    """A literal on a page: strings as they are, the rest as JSON."""
    value = plain(literal)
    shown = value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False, default=str)
    return shown if len(shown) <= MAX_TEXT else f"{shown[:MAX_TEXT]}… ({len(shown) - MAX_TEXT:,} more characters)"


def uris(literal: core.Literal) -> list[str]:
    """The URIs of the single objects in a literal (not of folders or datasets), to be offered for download."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return [uri for item in literal.collection.literals for uri in uris(item)]
    if kind == "map":
        return [uri for item in literal.map.literals.values() for uri in uris(item)]
    scalar = literal.scalar
    if scalar.WhichOneof("value") == "union":
        return uris(scalar.union.value)
    single = scalar.blob.metadata.type.dimensionality == core.BlobType.SINGLE
    return [scalar.blob.uri] if scalar.HasField("blob") and single and scalar.blob.uri else []


def _scalar(scalar: core.Scalar) -> Any:
    kind = scalar.WhichOneof("value")
    if kind == "primitive":
        return _primitive(scalar.primitive)
    if kind == "union":
        return plain(scalar.union.value)
    if kind in {"blob", "schema", "structured_dataset"}:
        return getattr(scalar, kind).uri
    if kind == "binary":
        return _binary(scalar.binary)
    if kind == "generic":
        return json_format.MessageToDict(scalar.generic)
    if kind == "error":
        return f"error in {scalar.error.failed_node_id}: {scalar.error.message}"
    return None


def _primitive(primitive: core.Primitive) -> Any:
    kind = primitive.WhichOneof("value")
    if kind == "datetime":
        return primitive.datetime.ToJsonString()
    if kind == "duration":
        return str(timedelta(seconds=primitive.duration.seconds, microseconds=primitive.duration.nanos // 1000))
    return getattr(primitive, kind) if kind else None


def _binary(binary: core.Binary) -> Any:
    if binary.tag == "msgpack":
        try:
            return msgpack.unpackb(binary.value, strict_map_key=False, timestamp=3)
        except ValueError:  # somebody else's bytes under that tag: a page still has to show the rest
            return f"{len(binary.value)} bytes that are not the msgpack they claim to be"
    return f"{len(binary.value)} bytes ({binary.tag or 'no tag'})"


def type_text(literal_type: core.LiteralType) -> str:
    """A literal type in a few words: ``int``, ``list[float]``, ``str | none``."""
    kind = literal_type.WhichOneof("type")
    if kind == "simple":
        return core.SimpleType.Name(literal_type.simple).lower()
    if kind == "collection_type":
        return f"list[{type_text(literal_type.collection_type)}]"
    if kind == "map_value_type":
        return f"dict[string, {type_text(literal_type.map_value_type)}]"
    if kind == "union_type":
        return " | ".join(type_text(variant) for variant in literal_type.union_type.variants)
    if kind == "enum_type":
        return "enum(" + ", ".join(literal_type.enum_type.values) + ")"
    if kind == "blob":
        single = literal_type.blob.dimensionality == core.BlobType.SINGLE
        return "file" if single else "folder"
    return (kind or "none").removesuffix("_type").replace("_", " ")
