"""What single families promise beyond coming back: old forms, attribute paths, messages, tables, lightness."""

import datetime as dt
import enum
import subprocess
import sys
import threading
from collections import OrderedDict
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated, Any, Literal

import msgpack
import numpy
import pandas as pd
import pyarrow as pa
import pydantic
import pytest

from glidepath.errors import FlyteAssertion, FlyteDownloadDataException, FlyteTypeException, FlyteValueException
from glidepath.idl import core
from glidepath.types import (
    FlyteFile,
    StructuredDataset,
    TypeTransformer,
    find,
    guess_python_type,
    kwtypes,
    literal_type_of,
    register,
    to_literal,
    to_python,
)


class Color(enum.Enum):
    RED = "red"


@dataclass
class Inner:
    a: int
    share: float = 0.5


@dataclass
class Outer:
    i: Inner
    many: dict[str, list[Inner]] = field(default_factory=dict)
    color: Color = Color.RED
    file: FlyteFile | None = None


@dataclass
class Knot:
    name: str
    inner: "list[Knot]" = field(default_factory=list)


class Model(pydantic.BaseModel):
    a: int
    file: FlyteFile


def literal_of(value, python_type, ctx):
    return to_literal(value, python_type, literal_type_of(python_type), ctx)


def binary(plain):
    value = msgpack.packb(plain)
    return core.Literal(scalar=core.Scalar(binary=core.Binary(value=value, tag="msgpack")))


def test_the_old_struct_form_is_read_with_its_ints(ctx):
    literal = core.Literal()
    literal.scalar.generic.update({"i": {"a": 3, "share": 2}, "many": {"x": [{"a": 1}]}, "color": "red", "file": None})
    read = to_python(literal, Outer, ctx)
    assert read == Outer(Inner(3, 2.0), {"x": [Inner(1)]})
    assert (type(read.i.a), type(read.i.share)) == (int, float)


@pytest.mark.parametrize(
    ("plain", "python_type", "value"),
    [
        (3, int, 3),
        (3, float, 3.0),
        (3.0, int, 3),
        ("x", str, "x"),
        (None, int | None, None),
        ("red", Color, Color.RED),
        ([1], list[int], [1]),
        ({"a": {"a": 1}}, dict[str, Inner], {"a": Inner(1)}),
        ("2024-01-01T00:00:00Z", dt.datetime, dt.datetime(2024, 1, 1, tzinfo=dt.timezone.utc)),
        (5.0, dt.timedelta, dt.timedelta(seconds=5)),
        ({"path": "s3://b/k"}, FlyteFile, FlyteFile("s3://b/k")),
        ("a", Literal["a"], "a"),
        ({"a": 1}, Any, {"a": 1}),
    ],
)
def test_what_an_attribute_path_takes_out_of_a_dataclass_is_read(ctx, plain, python_type, value):
    assert to_python(binary(plain), python_type, ctx) == value


def test_values_wanted_as_any_are_read_as_what_they_are(ctx):
    for value, python_type in [(1, int), ([1], list[int]), ({"a": "b"}, dict[str, str]), (None, int | None)]:
        assert to_python(literal_of(value, python_type, ctx), Any, ctx) == value


def test_an_offloaded_literal_is_fetched(ctx):
    literal = literal_of([1, 2], list[int], ctx)
    uri = ctx.new_uri("big.pb")
    ctx.storage.put(uri, literal.SerializeToString())
    offloaded = core.Literal(offloaded_metadata=core.LiteralOffloadedMetadata(uri=uri))
    assert to_python(offloaded, list[int], ctx) == [1, 2]


def test_a_wrong_field_is_named(ctx):
    with pytest.raises(FlyteTypeException) as caught:
        literal_of(Outer(Inner("x")), Outer, ctx)
    assert "Inner.a" in caught.value.where and "expected a value of type int" in str(caught.value)
    with pytest.raises(FlyteTypeException, match=r"needs 'i'"):
        to_python(binary({"color": "red"}), Outer, ctx)


def test_an_unknown_key_is_ignored_and_a_missing_one_has_its_default(ctx):
    assert to_python(binary({"a": 1, "later": 2}), Inner, ctx) == Inner(1, 0.5)


def test_members_of_a_union_are_told_apart_by_their_class(ctx):
    @dataclass
    class Left:
        x: int

    @dataclass
    class Right:
        x: int

    for value in (Left(1), Right(1)):
        assert type(to_python(literal_of(value, Left | Right, ctx), Left | Right, ctx)) is type(value)


def test_a_class_that_holds_itself(ctx):
    knot = Knot("a", [Knot("b", [Knot("c")])])
    assert to_python(literal_of(knot, Knot, ctx), Knot, ctx) == knot
    schema = literal_type_of(Knot).metadata
    assert schema["$ref"] == "#/$defs/Knot"


def test_files_inside_dataclasses_are_uploaded(ctx, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("hello")
    read = to_python(literal_of(Outer(Inner(1), file=FlyteFile(path)), Outer, ctx), Outer, ctx)
    assert read.file.remote_source.startswith(ctx.raw_output_prefix)
    assert Path(read.file).read_text() == "hello"


def test_files_inside_pydantic_models_are_uploaded(ctx, tmp_path):
    path = tmp_path / "a.txt"
    path.write_text("hello")
    read = to_python(literal_of(Model(a=1, file=FlyteFile(path)), Model, ctx), Model, ctx)
    assert (read.a, Path(read.file).read_text()) == (1, "hello")
    assert read.file.remote_source.startswith(ctx.raw_output_prefix)


def test_a_guessed_dataclass_reads_what_the_real_one_wrote(ctx):
    guessed = guess_python_type(literal_type_of(Outer))
    read = to_python(literal_of(Outer(Inner(3)), Outer, ctx), guessed, ctx)
    assert (read.i.a, read.color) == (3, "red")


@pytest.mark.parametrize("value", [2**63, -(2**63) - 1])
def test_numbers_beyond_64_bits_are_refused(ctx, value):
    with pytest.raises(FlyteValueException, match="does not fit into 64 bits"):
        literal_of(value, int, ctx)


def test_numpy_numbers_are_numbers(ctx):
    assert literal_of(numpy.float64(1.5), float, ctx).scalar.primitive.float_value == 1.5
    assert to_python(literal_of(Inner(numpy.int64(3), numpy.float32(0.5)), Inner, ctx), Inner, ctx) == Inner(3, 0.5)
    assert to_python(literal_of({"n": numpy.int64(3)}, dict, ctx), dict, ctx) == {"n": 3}


def test_what_is_not_plain_in_a_dict_is_refused_with_advice(ctx):
    with pytest.raises(FlyteTypeException, match="annotate it with its real type"):
        literal_of({"when": dt.datetime(2024, 1, 1)}, dict, ctx)


def test_dicts_of_other_kinds(ctx):
    assert to_python(literal_of(OrderedDict(a=1), OrderedDict, ctx), OrderedDict, ctx) == {"a": 1}


def test_a_choice_that_is_none_is_refused(ctx):
    with pytest.raises(FlyteTypeException, match="choices: 'a', 'b'"):
        literal_of("c", Literal["a", "b"], ctx)


def test_mixed_choices_and_number_enums_are_refused_as_types():
    class Level(enum.Enum):
        LOW = 1

    for python_type in (Literal[1, "a"], Level):
        with pytest.raises(FlyteTypeException, match="cannot travel"):
            literal_type_of(python_type)


def test_a_broken_pickle_is_told(ctx):
    literal = literal_of({1}, set, ctx)
    ctx.storage.put(literal.scalar.blob.uri, b"broken")
    with pytest.raises(FlyteDownloadDataException, match="same Python"):
        to_python(literal, set, ctx)
    with pytest.raises(FlyteTypeException, match="cannot be pickled"):
        literal_of(threading.Lock(), object, ctx)


def test_broken_msgpack_is_told(ctx):
    literal = core.Literal(scalar=core.Scalar(binary=core.Binary(value=b"\xc1", tag="msgpack")))
    with pytest.raises(FlyteValueException, match="not valid msgpack"):
        to_python(literal, dict, ctx)
    literal.scalar.binary.tag = "cbor"
    with pytest.raises(FlyteValueException, match="'cbor'"):
        to_python(literal, dict, ctx)


FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})


def test_a_frame_is_read_as_another_kind_of_table(ctx):
    literal = literal_of(FRAME, pd.DataFrame, ctx)
    assert to_python(literal, pa.Table, ctx).to_pydict() == {"a": [1, 2], "b": ["x", "y"]}
    assert to_python(literal, pd.DataFrame, ctx).equals(FRAME)


def test_only_the_annotated_columns_are_read(ctx):
    literal = literal_of(FRAME, pd.DataFrame, ctx)
    assert list(to_python(literal, Annotated[pd.DataFrame, kwtypes(b=str)], ctx).columns) == ["b"]


def test_a_dataset_is_read_when_it_is_opened(ctx):
    read = to_python(literal_of(StructuredDataset(dataframe=FRAME), StructuredDataset, ctx), StructuredDataset, ctx)
    assert read.open(pd.DataFrame).all().equals(FRAME)
    assert [piece.num_rows for piece in read.open(pa.Table).iter()] == [2]
    with pytest.raises(FlyteAssertion, match="not open"):
        StructuredDataset(uri="s3://b/k").all()


def test_a_dataset_takes_the_format_it_is_given(ctx):
    literal = literal_of(StructuredDataset(dataframe=FRAME, file_format="csv"), StructuredDataset, ctx)
    assert literal.scalar.structured_dataset.metadata.structured_dataset_type.format == "csv"
    assert to_python(literal, pd.DataFrame, ctx).equals(FRAME)
    with pytest.raises(FlyteTypeException, match="formats: parquet, csv"):
        literal_of(StructuredDataset(dataframe=FRAME, file_format="orc"), StructuredDataset, ctx)


def test_a_table_that_lies_somewhere_is_taken_as_it_is(ctx, tmp_path):
    path = tmp_path / "table.csv"
    FRAME.to_csv(path, index=False)
    literal = literal_of(StructuredDataset(uri=path), pd.DataFrame, ctx)
    assert to_python(literal, pd.DataFrame, ctx).equals(FRAME)
    assert literal.scalar.structured_dataset.uri.startswith(ctx.raw_output_prefix)


def test_a_table_goes_through_a_remote_store(tmp_path, ctx):
    from glidepath.storage import StorageConfig, open_storage
    from glidepath.storage.memory import MemoryStorage
    from glidepath.types import DataContext

    store = MemoryStorage()
    far = DataContext(open_storage(StorageConfig(families={"memory": store})), "memory://raw", tmp_path / "far")
    literal = literal_of(FRAME, pd.DataFrame, far)
    assert [info.uri.rpartition("/")[2] for info in store.list("memory://raw")] == ["00000"]
    assert to_python(literal, pd.DataFrame, far).equals(FRAME)


def test_a_missing_column_is_told(ctx):
    literal = literal_of(FRAME, pd.DataFrame, ctx)
    with pytest.raises(FlyteDownloadDataException, match="annotated columns"):
        to_python(literal, Annotated[pa.Table, kwtypes(missing=int)], ctx)


def test_a_family_can_join(ctx):
    class Celsius:
        def __init__(self, degrees):
            self.degrees = degrees

    class CelsiusTransformer(TypeTransformer[Celsius]):
        name = "Celsius"

        def literal_type(self, python_type):
            return core.LiteralType(simple=core.SimpleType.FLOAT)

        def to_literal(self, value, python_type, literal_type, ctx):
            return core.Literal(scalar=core.Scalar(primitive=core.Primitive(float_value=value.degrees)))

        def to_python(self, literal, python_type, ctx):
            return Celsius(literal.scalar.primitive.float_value)

    assert find(Celsius).name == "FlytePickle"
    register(CelsiusTransformer(), Celsius)
    assert to_python(literal_of([Celsius(20.5)], list[Celsius], ctx), list[Celsius], ctx)[0].degrees == 20.5


def test_the_door_is_light():
    heavy = {"pandas", "pyarrow", "obstore", "asyncio", "yaml", "cloudpickle", "pydantic", "msgpack", "grpc", "numpy"}
    code = f"""
import sys, glidepath.types as t
from dataclasses import dataclass
@dataclass
class D:
    a: int
    b: "list[str] | None" = None
t.literal_type_of(D); t.literal_type_of(int | None); t.FlyteFile; t.StructuredDataset
print(sorted({{m.split('.')[0] for m in sys.modules}} & {heavy}))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
