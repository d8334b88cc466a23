"""Castability: the table of flytectl-and-admin.md D3, every pair of simple types and every row."""

import itertools

import pytest
from compiler_specs import (
    BINARY,
    BOOL,
    DATETIME,
    DURATION,
    ERROR,
    FLOAT,
    INT,
    NONE,
    STRING,
    STRUCT,
    Simple,
    dict_of,
    enum,
    list_of,
    simple,
    struct,
    union,
)
from hypothesis import given, strategies as st

from glidepath.compiler import castable
from glidepath.idl import core

SIMPLE = {
    "none": NONE,
    "int": INT,
    "float": FLOAT,
    "str": STRING,
    "bool": BOOL,
    "datetime": DATETIME,
    "duration": DURATION,
    "binary": BINARY,
    "error": ERROR,
    "struct": STRUCT,
}
Column = core.SchemaType.SchemaColumn


def blob(fmt: str = "", dimensionality: int = 0) -> core.LiteralType:
    return core.LiteralType(blob=core.BlobType(format=fmt, dimensionality=dimensionality))  # type: ignore[arg-type]


def schema(**columns: int) -> core.LiteralType:
    found = [Column(name=name, type=kind) for name, kind in columns.items()]  # type: ignore[arg-type]
    return core.LiteralType(schema=core.SchemaType(columns=found))


def dataset(fmt: str = "", **columns: core.LiteralType) -> core.LiteralType:
    found = [core.StructuredDatasetType.DatasetColumn(name=name, literal_type=each) for name, each in columns.items()]
    return core.LiteralType(structured_dataset_type=core.StructuredDatasetType(format=fmt, columns=found))


KINDS = {
    **SIMPLE,
    "list": list_of(INT),
    "dict": dict_of(INT),
    "blob": blob("csv"),
    "schema": schema(a=Column.INTEGER),
    "dataset": dataset("avro", a=INT),
    "enum": enum("red", "green"),
}
# Besides every kind into itself: what of one kind fits another.
ACROSS = {("none", "dataset"), ("enum", "str"), ("str", "enum")}


@pytest.mark.parametrize(("up", "down"), list(itertools.product(KINDS, KINDS)))
def test_every_kind_into_every_kind(up: str, down: str) -> None:
    assert castable(KINDS[up], KINDS[down]) is (up == down or (up, down) in ACROSS)


@pytest.mark.parametrize("kind", KINDS)
def test_every_kind_into_an_optional_of_it(kind: str) -> None:
    optional = union(KINDS[kind], NONE)
    assert castable(KINDS[kind], optional) is (kind != "none")
    # NONE fits a dataset as well as NONE, so it is ambiguous there; elsewhere it fits the NONE variant alone.
    assert castable(NONE, optional) is (kind not in ("none", "dataset"))
    assert castable(optional, optional) is True
    assert castable(optional, KINDS[kind]) is False


@pytest.mark.parametrize("kind", KINDS)
def test_a_type_that_is_not_set_fits_nothing(kind: str) -> None:
    assert castable(core.LiteralType(), KINDS[kind]) is False
    assert castable(KINDS[kind], core.LiteralType()) is False


@pytest.mark.parametrize("kind", KINDS)
def test_metadata_and_annotations_do_not_count(kind: str) -> None:
    marked = core.LiteralType()
    marked.CopyFrom(KINDS[kind])
    marked.annotation.annotations.update({"unit": "m"})
    if kind != "struct":
        marked.metadata.update({"title": "x"})
    assert castable(marked, KINDS[kind]) is True
    assert castable(KINDS[kind], marked) is True


@pytest.mark.parametrize(
    ("up", "down", "fits"),
    [
        # tags of simple types and enums
        (simple(Simple.INTEGER, "int"), simple(Simple.INTEGER, "int"), True),
        (simple(Simple.INTEGER, "int"), simple(Simple.INTEGER, "count"), False),
        (simple(Simple.INTEGER, "int"), INT, False),
        (INT, simple(Simple.INTEGER, "int"), True),
        (simple(Simple.STRING, "str"), enum("a"), True),
        # enums
        (enum("a", "b"), enum("a", "b"), True),
        (enum("a", "b"), enum("b", "a"), False),
        (enum("a"), enum("a", "b"), False),
        (enum("a"), INT, False),
        # collections and maps
        (list_of(NONE), list_of(INT), True),
        (list_of(NONE), list_of(list_of(blob())), True),
        (list_of(INT), list_of(FLOAT), False),
        (list_of(INT), list_of(list_of(INT)), False),
        (list_of(list_of(INT)), list_of(INT), False),
        (list_of(list_of(NONE)), list_of(list_of(INT)), True),
        (list_of(INT), list_of(union(INT, NONE)), True),
        (dict_of(NONE), dict_of(STRING), True),
        (dict_of(INT), dict_of(STRING), False),
        (dict_of(INT), list_of(INT), False),
        (dict_of(INT), STRUCT, False),
        # blobs: the format counts unless one is empty, the dimensionality never
        (blob("csv"), blob("csv", core.BlobType.MULTIPART), True),
        (blob("csv"), blob("png"), False),
        (blob("csv"), blob(), True),
        (blob(), blob("csv"), True),
        # schemas
        (schema(a=Column.INTEGER, b=Column.STRING), schema(a=Column.INTEGER), True),
        (schema(a=Column.INTEGER), schema(a=Column.INTEGER, b=Column.STRING), False),
        (schema(a=Column.INTEGER), schema(a=Column.FLOAT), False),
        (schema(), schema(a=Column.INTEGER), True),
        (schema(a=Column.INTEGER), schema(), True),
        # structured datasets
        (dataset("parquet", a=INT, b=STRING), dataset("parquet", a=INT), True),
        (dataset("parquet", a=INT), dataset("parquet", a=INT, b=STRING), False),
        (dataset("parquet", a=INT), dataset("parquet", a=FLOAT), False),
        (dataset("parquet", a=list_of(NONE)), dataset("parquet", a=list_of(INT)), True),
        (dataset("parquet"), dataset("parquet", a=INT), True),
        (dataset("parquet", a=INT), dataset("parquet"), True),
        (dataset("Parquet"), dataset("parquet"), True),
        (dataset("csv"), dataset("parquet"), False),
        (dataset("csv"), dataset(), True),
        (dataset(), dataset("csv"), True),
        # schema and structured dataset
        (schema(a=Column.INTEGER), dataset(), True),
        (schema(a=Column.INTEGER), dataset("parquet", a=INT), True),
        (schema(a=Column.INTEGER), dataset("parquet", a=STRING), False),
        (schema(a=Column.INTEGER), dataset("csv", a=INT), False),
        (dataset("parquet", a=DATETIME, b=DURATION), schema(a=Column.DATETIME, b=Column.DURATION), True),
        (dataset("", a=FLOAT, b=BOOL, c=STRING), schema(a=Column.FLOAT, b=Column.BOOLEAN, c=Column.STRING), True),
        (dataset("parquet", a=list_of(INT)), schema(a=Column.INTEGER), False),
        (dataset("csv", a=INT), schema(a=Column.INTEGER), False),
        (NONE, schema(), False),
        # unions
        (union(INT, STRING), union(STRING, INT, NONE), True),
        (union(INT, STRING), union(INT, NONE), False),
        (union(INT), INT, True),
        (union(INT), STRING, False),
        (union(INT, STRING), INT, False),
        (INT, union(INT, STRING), True),
        (INT, union(STRING, BOOL), False),
        (INT, union(INT, INT), False),
        (INT, union(simple(Simple.INTEGER, "a"), simple(Simple.INTEGER, "b")), False),
        (simple(Simple.INTEGER, "a"), union(simple(Simple.INTEGER, "a"), simple(Simple.INTEGER, "b")), True),
        (STRING, union(enum("a"), INT), True),
        (STRING, union(enum("a"), STRING), False),
        (list_of(NONE), union(list_of(INT), list_of(STRING)), False),
    ],
)
def test_rows(up: core.LiteralType, down: core.LiteralType, fits: bool) -> None:
    assert castable(up, down) is fits


PARENT = {"type": "object", "title": "Parent", "properties": {"a": {"type": "integer"}}, "required": ["a"]}
CHILD = {
    "type": "object",
    "title": "Child",
    "properties": {"a": {"type": "integer"}, "b": {"type": "string"}},
    "required": ["a", "b"],
    "additionalProperties": False,
}


def object_of(**properties: dict[str, object]) -> dict[str, object]:
    return {"type": "object", "properties": properties, "required": sorted(properties)}


@pytest.mark.parametrize(
    ("up", "down", "fits"),
    [
        (PARENT, None, True),
        (None, PARENT, True),
        (PARENT, PARENT, True),
        (CHILD, PARENT, True),
        (PARENT, CHILD, False),
        (object_of(a={"type": "string"}), object_of(a={"type": "integer"}), False),
        (object_of(a={"type": "integer"}), object_of(a={"type": "number"}), True),
        (object_of(a={"type": "number"}), object_of(a={"type": "integer"}), False),
        (object_of(a=CHILD), object_of(a=PARENT), True),
        (object_of(a=PARENT), object_of(a=CHILD), False),
        (object_of(a={"type": "array", "items": CHILD}), object_of(a={"type": "array", "items": PARENT}), True),
        (object_of(a={"type": "array", "items": PARENT}), object_of(a={"type": "array", "items": CHILD}), False),
        (
            object_of(a={"additionalProperties": {"type": "integer"}}),
            object_of(a={"additionalProperties": {"type": "string"}}),
            False,
        ),
        (object_of(a={"enum": ["x"]}), object_of(a={"enum": ["x", "y"]}), True),
        (object_of(a={"enum": ["x", "z"]}), object_of(a={"enum": ["x", "y"]}), False),
        ({**object_of(a={}), "required": []}, object_of(a={}), False),
        (object_of(a={"type": ["integer", "null"]}), object_of(a={"type": "integer"}), False),
        (object_of(a={"type": "integer"}), object_of(a={"type": ["integer", "null"]}), True),
        (object_of(a={"anyOf": [{"type": "integer"}]}), object_of(a={"anyOf": [{"type": "string"}]}), True),
        (
            {"$ref": "#/definitions/C", "definitions": {"C": CHILD}},
            {"$ref": "#/definitions/P", "definitions": {"P": PARENT}},
            True,
        ),
        ({"$ref": "#/$defs/P", "$defs": {"P": PARENT}}, CHILD, False),
        ({"$ref": "#/$defs/nowhere"}, CHILD, False),
        (CHILD, {"$ref": "#/$defs/nowhere"}, True),
        (CHILD, {"$ref": "#/$defs/R", "$defs": {"R": {"$ref": "#/$defs/R"}}}, True),
    ],
)
def test_dataclasses_by_their_schemas(up: dict[str, object] | None, down: dict[str, object] | None, fits: bool) -> None:
    assert castable(struct(up), struct(down)) is fits


def test_a_schema_that_contains_itself_comes_to_an_end() -> None:
    tree = {"$ref": "#/$defs/T", "$defs": {"T": object_of(left={"$ref": "#/$defs/T"}, right={"$ref": "#/$defs/T"})}}
    renamed = {"$ref": "#/$defs/U", "$defs": {"U": object_of(left={"$ref": "#/$defs/U"}, right={"$ref": "#/$defs/U"})}}
    assert castable(struct(tree), struct(renamed)) is True


def literal_types() -> st.SearchStrategy[core.LiteralType]:
    leaves = st.sampled_from([*SIMPLE.values(), enum("a"), blob("csv"), dataset(), schema()])
    return st.recursive(leaves, lambda inner: st.one_of(inner.map(list_of), inner.map(dict_of)), max_leaves=5)


@given(literal_types())
def test_every_type_fits_itself_and_no_type_is_changed_by_asking(each: core.LiteralType) -> None:
    before = each.SerializeToString(deterministic=True)
    assert castable(each, each) is True
    assert each.SerializeToString(deterministic=True) == before


@given(literal_types(), literal_types())
def test_wrapping_both_sides_in_a_list_keeps_the_answer(up: core.LiteralType, down: core.LiteralType) -> None:
    if up != NONE:
        assert castable(list_of(up), list_of(down)) is castable(up, down)
