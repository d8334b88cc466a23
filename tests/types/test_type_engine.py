"""flytekit's way to teach types, over the registry."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import NamedTuple

import pytest

from glidepath import task, workflow
from glidepath.errors import FlyteValueException
from glidepath.idl import core
from glidepath.types import kwtypes
from glidepath.types.flyte_context import FlyteContext, FlyteContextManager
from glidepath.types.schema import FlyteSchema
from glidepath.types.type_engine import (
    AsyncTypeTransformer,
    RestrictedTypeError,
    SimpleTransformer,
    TypeEngine,
    TypeTransformer,
    TypeTransformerFailedError,
)


class Point:
    def __init__(self, x: int, y: int) -> None:
        self.x, self.y = x, y


class PointTransformer(TypeTransformer[Point]):
    def __init__(self) -> None:
        super().__init__("Point", Point)

    def get_literal_type(self, t: type[Point]) -> core.LiteralType:
        return core.LiteralType(simple=core.SimpleType.STRING)

    def to_literal(self, ctx: FlyteContext, python_val: Point, python_type: type[Point], expected: core.LiteralType):
        text = f"{python_val.x},{python_val.y}"
        return core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value=text)))

    def to_python_value(self, ctx: FlyteContext, lv: core.Literal, expected_python_type: type[Point]) -> Point:
        x, y = lv.scalar.primitive.string_value.split(",")
        return Point(int(x), int(y))


class Stored:
    def __init__(self, data: bytes) -> None:
        self.data = data


class StoredTransformer(AsyncTypeTransformer[Stored]):
    """Keeps its bytes in a file, as transformers of big values do."""

    TYPE = core.BlobType(format="stored", dimensionality=core.BlobType.BlobDimensionality.SINGLE)

    def __init__(self) -> None:
        super().__init__("Stored", Stored)

    def get_literal_type(self, t: type[Stored]) -> core.LiteralType:
        return core.LiteralType(blob=self.TYPE)

    async def async_to_literal(self, ctx, python_val, python_type, expected):
        path = Path(ctx.file_access.get_random_local_path("value.bin"))
        path.write_bytes(python_val.data)
        await asyncio.sleep(0)
        uri = ctx.file_access.put_raw_data(str(path))
        return core.Literal(scalar=core.Scalar(blob=core.Blob(uri=uri, metadata=core.BlobMetadata(type=self.TYPE))))

    async def async_to_python_value(self, ctx, lv, expected_python_type):
        path = ctx.file_access.get_random_local_path()
        ctx.file_access.get_data(lv.scalar.blob.uri, path)
        return Stored(Path(path).read_bytes())


class Money(int):
    pass


TypeEngine.register(PointTransformer())
TypeEngine.register(StoredTransformer())
TypeEngine.register(
    SimpleTransformer(
        "Money",
        Money,
        core.LiteralType(simple=core.SimpleType.INTEGER),
        lambda value: core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=int(value)))),
        lambda literal: Money(literal.scalar.primitive.integer),
    )
)


@task
def make(x: int) -> Point:
    return Point(x, 2)


@task
def total(points: list[Point]) -> int:
    return sum(point.x + point.y for point in points)


@task
def store(text: str) -> Stored:
    return Stored(text.encode())


@task
def read(stored: Stored) -> Money:
    return Money(len(stored.data))


@workflow
def compute(x: int) -> int:
    return total(points=[make(x=x), make(x=x)])


@workflow
def keep(text: str) -> Money:
    return read(stored=store(text=text))


def test_values_of_a_users_type_travel():
    assert compute(x=3) == 10


def test_values_of_an_async_transformer_travel_through_files():
    found = keep(text="hello")
    assert (found, type(found)) == (5, Money)


def test_values_of_another_type_are_refused():
    ctx = FlyteContextManager.current_context()
    with pytest.raises(TypeTransformerFailedError, match="expected a value of type .*Point, got 3 of type int"):
        TypeEngine.to_literal(ctx, 3, Point, TypeEngine.to_literal_type(Point))


def test_one_type_has_one_transformer():
    with pytest.raises(FlyteValueException, match="has the transformer Point already"):
        TypeEngine.register(PointTransformer())


def test_restricted_types_cannot_be_declared():
    TypeEngine.register_restricted_type("use two floats", complex)
    with pytest.raises(RestrictedTypeError, match="complex must not be used: use two floats"):
        TypeEngine.to_literal_type(complex)


def test_guesses_ask_users_transformers_too():
    class Raw:
        pass

    raw = core.LiteralType(simple=core.SimpleType.BINARY)
    TypeEngine.register(SimpleTransformer("Raw", Raw, raw, lambda value: core.Literal(), lambda literal: Raw()))
    assert TypeEngine.guess_python_type(raw) is Raw
    assert TypeEngine.guess_python_type(TypeEngine.to_literal_type(int)) is int


def test_maps_of_literals_are_made_and_read():
    ctx = FlyteContextManager.current_context()
    literals = TypeEngine.dict_to_literal_map(ctx, {"a": 1, "p": Point(1, 2)})
    assert literals.literals["p"].scalar.primitive.string_value == "1,2"
    found = TypeEngine.literal_map_to_kwargs(ctx, literals, {"a": int, "p": Point, "absent": str})
    assert (found["a"], found["p"].y, sorted(found)) == (1, 2, ["a", "p"])


def test_transformers_of_glidepaths_own_can_be_leaned_on():
    ctx = FlyteContextManager.current_context()
    floats = TypeEngine.get_transformer(float)
    literal = floats.to_literal(ctx, 0.5, float, floats.get_literal_type(float))
    assert (floats.name, floats.to_python_value(ctx, literal, float)) == ("float", 0.5)
    assert TypeEngine.get_transformer(Point).name == "Point"
    assert TypeEngine.to_html(ctx, "<b>", str) == "&lt;b&gt;"


def test_named_tuples_become_variables():
    class Pair(NamedTuple):
        a: int
        p: str

    variables = TypeEngine.named_tuple_to_variable_map(Pair).variables
    assert {name: (v.type.simple, v.description) for name, v in variables.items()} == {
        "a": (core.SimpleType.INTEGER, "0"),
        "p": (core.SimpleType.STRING, "1"),
    }


def test_files_of_plug_in_code(tmp_path):
    access = FlyteContextManager.current_context().file_access
    folder = Path(access.get_random_local_directory())
    (folder / "f").write_text("x")
    uri = access.put_raw_data(folder)
    assert access.exists(uri) and not access.exists(uri + "/nothing")
    access.get_data(uri, tmp_path / "copy", is_multipart=True)
    assert (tmp_path / "copy" / "f").read_text() == "x"
    assert Path(access.put_raw_data(b"raw", file_name="r")).read_bytes() == b"raw"
    assert access.is_remote("s3://b/k") and not access.is_remote("/tmp/x")


def test_schemas_name_their_columns():
    literal_type = TypeEngine.to_literal_type(FlyteSchema[kwtypes(id=int, name=str)])
    columns = {column.name: column.type for column in literal_type.schema.columns}
    assert columns == {"id": core.SchemaType.SchemaColumn.INTEGER, "name": core.SchemaType.SchemaColumn.STRING}
