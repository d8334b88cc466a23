"""Literals and types as text on a page."""

import msgpack
import pytest
from google.protobuf.duration_pb2 import Duration
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.console import literals
from glidepath.idl import core


def scalar(**fields):
    return core.Literal(scalar=core.Scalar(**fields))


def primitive(**fields):
    return scalar(primitive=core.Primitive(**fields))


ONE = primitive(integer=1)
STRUCT = Struct()
STRUCT.update({"a": 1.5})
BLOB = core.BlobMetadata(type=core.BlobType(dimensionality=core.BlobType.SINGLE))
FOLDER = core.BlobMetadata(type=core.BlobType(dimensionality=core.BlobType.MULTIPART))


@pytest.mark.parametrize(
    ("literal", "value"),
    [
        (ONE, 1),
        (primitive(float_value=0.5), 0.5),
        (primitive(boolean=False), False),
        (primitive(string_value="ä"), "ä"),
        (primitive(datetime=Timestamp(seconds=0)), "1970-01-01T00:00:00Z"),
        (primitive(duration=Duration(seconds=90)), "0:01:30"),
        (scalar(none_type=core.Void()), None),
        (scalar(union=core.Union(value=ONE)), 1),
        (scalar(generic=STRUCT), {"a": 1.5}),
        (scalar(binary=core.Binary(value=msgpack.packb({"a": [1, 2]}), tag="msgpack")), {"a": [1, 2]}),
        (scalar(binary=core.Binary(value=b"\xc1", tag="msgpack")), "1 bytes that are not the msgpack they claim to be"),
        (scalar(binary=core.Binary(value=b"abc")), "3 bytes (no tag)"),
        (scalar(blob=core.Blob(uri="s3://b/k")), "s3://b/k"),
        (scalar(structured_dataset=core.StructuredDataset(uri="s3://b/d")), "s3://b/d"),
        (core.Literal(collection=core.LiteralCollection(literals=[ONE, ONE])), [1, 1]),
        (core.Literal(map=core.LiteralMap(literals={"k": ONE})), {"k": 1}),
        (core.Literal(), None),
    ],
)
def test_plain(literal, value):
    assert literals.plain(literal) == value


def test_long_values_are_cut_with_a_note():
    text = literals.text(primitive(string_value="x" * 20_007))
    assert text.endswith("x… (7 more characters)")


def test_only_single_objects_are_offered_for_download():
    single, folder = (
        scalar(blob=core.Blob(uri=uri, metadata=kind)) for uri, kind in (("s3://b/k", BLOB), ("s3://b/f", FOLDER))
    )
    both = core.Literal(collection=core.LiteralCollection(literals=[single, folder, scalar(union=core.Union(value=single))]))
    assert literals.uris(both) == ["s3://b/k", "s3://b/k"]


INT = core.LiteralType(simple=core.SimpleType.INTEGER)
NONE = core.LiteralType(simple=core.SimpleType.NONE)


@pytest.mark.parametrize(
    ("literal_type", "text"),
    [
        (INT, "integer"),
        (core.LiteralType(collection_type=INT), "list[integer]"),
        (core.LiteralType(map_value_type=INT), "dict[string, integer]"),
        (
            core.LiteralType(union_type=core.UnionType(variants=[INT, NONE])),
            "integer | none",
        ),
        (core.LiteralType(enum_type=core.EnumType(values=["a", "b"])), "enum(a, b)"),
        (core.LiteralType(blob=core.BlobType(dimensionality=core.BlobType.MULTIPART)), "folder"),
        (core.LiteralType(structured_dataset_type=core.StructuredDatasetType()), "structured dataset"),
    ],
)
def test_type_text(literal_type, text):
    assert literals.type_text(literal_type) == text
