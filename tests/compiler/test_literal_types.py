"""The type that a literal has by itself."""

import pytest
from compiler_specs import BINARY, ERROR, FLOAT, INT, NONE, STRING, STRUCT, dict_of, list_of, union
from google.protobuf.struct_pb2 import Struct

from glidepath.compiler import literal_type_for_literal
from glidepath.errors import FlyteTypeException
from glidepath.idl import core


def scalar(**fields: object) -> core.Literal:
    return core.Literal(scalar=core.Scalar(**fields))  # type: ignore[arg-type]


ONE = scalar(primitive=core.Primitive(integer=1))
TEXT = scalar(primitive=core.Primitive(string_value="a"))
BLOB = core.BlobType(format="csv")
DATASET = core.StructuredDatasetType(format="parquet")


def collection(*literals: core.Literal) -> core.Literal:
    return core.Literal(collection=core.LiteralCollection(literals=literals))


def mapping(**literals: core.Literal) -> core.Literal:
    return core.Literal(map=core.LiteralMap(literals=literals))


@pytest.mark.parametrize(
    ("literal", "expected"),
    [
        (ONE, INT),
        (scalar(primitive=core.Primitive(float_value=0.0)), FLOAT),
        (TEXT, STRING),
        (scalar(none_type=core.Void()), NONE),
        (scalar(error=core.Error()), ERROR),
        (scalar(generic=Struct()), STRUCT),
        (scalar(binary=core.Binary(value=b"x", tag="msgpack")), STRUCT),
        (scalar(binary=core.Binary(value=b"x", tag="raw")), BINARY),
        (scalar(blob=core.Blob(metadata=core.BlobMetadata(type=BLOB))), core.LiteralType(blob=BLOB)),
        (scalar(schema=core.Schema(type=core.SchemaType())), core.LiteralType(schema=core.SchemaType())),
        (
            scalar(
                structured_dataset=core.StructuredDataset(
                    metadata=core.StructuredDatasetMetadata(structured_dataset_type=DATASET)
                )
            ),
            core.LiteralType(structured_dataset_type=DATASET),
        ),
        (scalar(union=core.Union(value=ONE, type=STRING)), STRING),
        (collection(), list_of(NONE)),
        (collection(ONE, ONE), list_of(INT)),
        (collection(TEXT, ONE, TEXT), list_of(union(INT, STRING))),
        (collection(collection(), collection(ONE)), list_of(union(list_of(INT), list_of(NONE)))),
        (mapping(), dict_of(NONE)),
        (mapping(a=ONE), dict_of(INT)),
        (mapping(a=TEXT, b=ONE), dict_of(union(INT, STRING))),
        (
            core.Literal(offloaded_metadata=core.LiteralOffloadedMetadata(uri="s3://b/k", inferred_type=list_of(INT))),
            list_of(INT),
        ),
    ],
)
def test_type_of(literal: core.Literal, expected: core.LiteralType) -> None:
    assert literal_type_for_literal(literal) == expected


@pytest.mark.parametrize(
    ("literal", "message"),
    [
        (core.Literal(), "A literal without a value has no type."),
        (scalar(), "A scalar without a value has no type."),
        (scalar(primitive=core.Primitive()), "A primitive without a value has no type."),
        (collection(core.Literal()), "A literal without a value has no type."),
    ],
)
def test_a_literal_without_a_value(literal: core.Literal, message: str) -> None:
    with pytest.raises(FlyteTypeException) as raised:
        literal_type_for_literal(literal)
    assert str(raised.value) == message
