"""Types and values that stock flytekit and Glidepath must write alike. Imported in both environments, under this name."""

# ruff: noqa: E741  (all spellings of generics are under test)
import collections
import dataclasses
import datetime as dt
import decimal
import enum
import importlib.util
import os
import pathlib
import typing
import uuid
from dataclasses import dataclass, field
from typing import Annotated, Any, Dict, List, Literal, NamedTuple, Optional, Sequence, Set, Tuple, Union

import pandas as pd
import pyarrow as pa

IS_STOCK = importlib.util.find_spec("glidepath") is None
if IS_STOCK:
    from flytekit import HashMethod, kwtypes
    from flytekit.core.annotation import FlyteAnnotation
    from flytekit.types.directory import FlyteDirectory
    from flytekit.types.error import FlyteError
    from flytekit.types.file import FlyteFile
    from flytekit.types.structured import StructuredDataset
else:
    from glidepath.types import (
        FlyteAnnotation,
        FlyteDirectory,
        FlyteError,
        FlyteFile,
        HashMethod,
        StructuredDataset,
        kwtypes,
    )

DATA = os.environ["STOCK_TABLE_DATA"]
FILE = os.path.join(DATA, "file.txt")
FOLDER = os.path.join(DATA, "folder")


class Color(enum.Enum):
    RED = "red"
    BLUE = "blue"


class Number(enum.Enum):
    ONE = 1
    TWO = 2


class Pair(NamedTuple):
    a: int
    b: str


@dataclass
class Inner:
    a: int
    b: Optional[str] = None


@dataclass
class Everything:
    required: int
    i: int = 3
    f: float = 1.5
    b: bool = True
    s: str = "x"
    n: None = None
    o: Optional[int] = None
    o2: Optional[int] = 5
    u: Union[int, str] = 1
    l: List[int] = field(default_factory=list)
    l2: list[list[int]] = field(default_factory=lambda: [[1], []])
    d: Dict[str, int] = field(default_factory=lambda: {"z": 1, "a": 2})
    dd: dict = field(default_factory=dict)
    di: Dict[int, str] = field(default_factory=lambda: {2: "b", 1: "a"})
    c: Color = Color.RED
    t: dt.datetime = dt.datetime(2020, 1, 1)
    day: dt.date = dt.date(2020, 1, 1)
    td: dt.timedelta = dt.timedelta(seconds=5)
    inn: Inner = field(default_factory=lambda: Inner(1))
    inn2: Optional[Inner] = None
    li: List[Inner] = field(default_factory=lambda: [Inner(2, "b")])
    dl: Dict[str, List[Inner]] = field(default_factory=lambda: {"k": [Inner(3)]})
    lo: List[Optional[int]] = field(default_factory=lambda: [None, 1])
    described: int = field(default=1, metadata={"description": "what it means"})
    computed: int = field(init=False, default=2)


@dataclass
class Odd:
    any_: Any
    pair: Tuple[int, str]
    many: Tuple[int, ...]
    unique: Set[int]
    bare: list
    choice: Literal["a", "b"]
    path: pathlib.Path
    ident: uuid.UUID
    raw: bytes
    named: Pair
    amount: decimal.Decimal
    number: Number
    seq: Sequence[int]
    time: dt.time
    mapping: typing.Mapping[str, int]
    frozen: typing.FrozenSet[int]
    anys: Dict[str, Any]


@dataclass
class Holder:
    f: FlyteFile
    d: FlyteDirectory
    of: Optional[FlyteFile] = None
    lf: List[FlyteFile] = field(default_factory=list)
    typed: Optional[FlyteFile["csv"]] = None  # noqa: F821


@dataclass
class Table:
    s: StructuredDataset


@dataclass
class Chain:
    x: int
    y: "Optional[Chain]" = None


@dataclass
class Framed:
    df: pd.DataFrame


@dataclass(frozen=True)
class Child:
    x: Annotated[int, "noted"] = 3
    y: float = float("inf")


@dataclass
class Unions:
    x: Union[int, float, str, None]
    y: Union[float, int]
    z: Union[Inner, str]


@dataclass
class Empty:
    pass


@dataclass
class Opaque:
    x: object


class Custom:
    def __init__(self, x=1):
        self.x = x


FRAME = pd.DataFrame({"a": [1, 2], "b": ["x", "y"]})
ODD = Odd(
    1, (1, "a"), (1, 2), {7}, [1, "b"], "a", pathlib.Path("/tmp/x"), uuid.UUID(int=1), b"x", Pair(1, "a"),
    decimal.Decimal("1.5"), Number.TWO, [1], dt.time(1, 2, 3), {"a": 1}, frozenset({1}), {"a": [1, {"b": None}]},
)  # fmt: skip
UTC = dt.timezone.utc

TABLE = {
    "int": (int, [0, 3, -(2**63), 2**63 - 1]),
    "float": (float, [3.5, -0.0, 1e300, float("inf")]),
    "bool": (bool, [True, False]),
    "str": (str, ["", "x", "snow \u2603"]),
    "none": (type(None), [None]),
    "datetime": (dt.datetime, [dt.datetime(2020, 1, 1, 3, 4, 5, 678, tzinfo=UTC), dt.datetime(1969, 1, 1, tzinfo=UTC)]),
    "date": (dt.date, [dt.date(2020, 1, 2)]),
    "timedelta": (dt.timedelta, [dt.timedelta(days=2, microseconds=3), dt.timedelta(seconds=-1.5)]),
    "enum": (Color, [Color.RED]),
    "literal_str": (Literal["a", "b"], ["a"]),
    "literal_int": (Literal[1, 2], [2]),
    "literal_float": (Literal[1.5], [1.5]),
    "literal_bool": (Literal[True], [True]),
    "list_int": (List[int], [[1, 2], []]),
    "list_str": (list[str], [["a"]]),
    "list_list": (List[List[int]], [[[1], []]]),
    "list_dict": (List[dict], [[{"a": 1}]]),
    "list_enum": (List[Color], [[Color.RED, Color.BLUE]]),
    "dict_int": (Dict[str, int], [{"b": 2, "a": 1}, {}]),
    "dict_list": (dict[str, list[float]], [{"b": [1.5]}]),
    "dict_dict": (Dict[str, Dict[str, str]], [{"b": {"c": "d"}}]),
    "dict_int_keys": (Dict[int, int], [{1: 1, 2: 2}]),
    "dict_int_dataclass": (Dict[int, Inner], [{1: Inner(2)}]),
    "dict_int_datetime": (Dict[int, dt.datetime], [{1: dt.datetime(2020, 1, 1)}]),
    "dict_untyped": (dict, [{"a": 1, "b": [1, 2.5, {"c": None}], 3: True}, {}, {"t": (1, 2), "r": b"x"}]),
    "dict_untyped_typing": (Dict, [{"a": 1}]),
    "dict_of_dict": (Dict[str, dict], [{"a": {"b": 1}}]),
    "dict_any": (Dict[str, Any], [{"a": 1}]),
    "ordered_dict": (collections.OrderedDict, []),
    "optional_int": (Optional[int], [None, 1]),
    "optional_pep604": (int | None, [None, 1]),
    "none_first": (Union[None, int], [None, 4]),
    "union": (Union[int, str], [1, "a"]),
    "union_numbers": (Union[float, int], [1, 1.0]),
    "union_bool": (Union[int, bool], [True, 1]),
    "union_dates": (Union[dt.datetime, dt.date], [dt.datetime(2020, 1, 1, tzinfo=UTC), dt.date(2020, 1, 1)]),
    "union_enum": (Union[str, Color], ["red", Color.RED]),
    "union_enum_first": (Union[Color, str], ["red", Color.RED]),
    "union_lists": (Union[List[int], List[str]], [[1], ["a"]]),
    "union_many": (
        Union[
            int, str, List[int], Dict[str, int], Color, dt.date, dt.timedelta, Inner, FlyteFile, FlyteDirectory, dict, list[Any]
        ],
        [1, "a", Color.RED, dt.date(2020, 1, 1), dt.timedelta(1), Inner(1)],
    ),
    "union_literals": (Union[Literal["a"], Literal["b"]], []),
    "union_any": (Union[int, Any], ["a"]),
    "union_of_union": (Union[int, Optional[str]], [None, 1, "a"]),
    "optional_list": (Optional[List[Optional[int]]], [[1, None], None]),
    "optional_literal": (Optional[Literal["a", "b"]], ["a", None]),
    "optional_enum": (Optional[Color], [None, Color.RED]),
    "optional_dataclass": (Optional[Inner], [None, Inner(1)]),
    "list_optional_dataclass": (List[Optional[Inner]], [[None, Inner(1)]]),
    "union_file_str": (Union[FlyteFile, str], ["a", FlyteFile(FILE)]),
    "annotated": (Annotated[int, "x"], [1]),
    "annotated_optional": (Annotated[Optional[int], "x"], [1]),
    "annotation": (Annotated[int, FlyteAnnotation({"k": {"a": [1, "b"]}})], [1]),
    "hash": (Annotated[int, HashMethod(str)], [1]),
    "hash_optional": (Annotated[Optional[int], HashMethod(str)], [1]),
    "hash_inside": (List[Annotated[int, HashMethod(str)]], [[1]]),
    "hash_in_optional": (Optional[Annotated[int, HashMethod(str)]], [1]),
    "dataclass": (Inner, [Inner(1), Inner(1, "z")]),
    "dataclass_everything": (Everything, [Everything(1), Everything(2, inn2=Inner(9), u="a", o=1)]),
    "dataclass_odd": (Odd, [ODD]),
    "dataclass_files": (Holder, [Holder(FlyteFile(FILE), FlyteDirectory(FOLDER), None, [FlyteFile(FILE)])]),
    "dataclass_metadata": (List[Holder], [[Holder(FlyteFile(FILE, metadata={"a": "b"}), FlyteDirectory(FOLDER))]]),
    "dataclass_table": (Table, [Table(StructuredDataset(dataframe=FRAME))]),
    "dataclass_recursive": (Chain, [Chain(1, Chain(2))]),
    "dataclass_frame": (Framed, []),
    "dataclass_frozen": (Child, [Child(1)]),
    "dataclass_unions": (Unions, [Unions(1, 1, Inner(1)), Unions("a", 1.5, "b"), Unions(None, 2, "c"), Unions(2.5, 2, "c")]),
    "dataclass_empty": (Empty, [Empty()]),
    "dataclass_opaque": (Opaque, []),
    "dataclass_list": (List[Inner], [[Inner(1), Inner(2)]]),
    "dataclass_dict": (Dict[str, List[Inner]], [{"a": [Inner(1)]}]),
    "dataclass_int_as_float": (
        dataclasses.make_dataclass("Loose", [("x", float), ("y", int)], namespace={"__module__": __name__}),
        [],
    ),
    "file": (FlyteFile, [FlyteFile(FILE), FILE, pathlib.Path(FILE), FlyteFile("s3://bucket/k.txt")]),
    "file_kept": (FlyteFile, [FlyteFile(FILE, remote_path=False)]),
    "file_csv": (FlyteFile["csv"], [FILE]),
    "file_metadata": (Annotated[FlyteFile, "x"], [FlyteFile(FILE, metadata={"a": "b"})]),
    "file_hash": (Annotated[FlyteFile, HashMethod(lambda f: "hh")], [FlyteFile(FILE)]),
    "file_list": (List[FlyteFile], [[FILE]]),
    "file_optional": (Optional[FlyteFile], [None, FILE]),
    "path_like": (os.PathLike, []),
    "path": (pathlib.Path, [pathlib.Path(FILE)]),
    "directory": (FlyteDirectory, [FlyteDirectory(FOLDER), FOLDER, FlyteDirectory("s3://bucket/d")]),
    "directory_kept": (FlyteDirectory, [FlyteDirectory(FOLDER, remote_directory=False)]),
    "directory_format": (FlyteDirectory["csv"], [FlyteDirectory["csv"](FOLDER)]),
    "pandas": (pd.DataFrame, [FRAME]),
    "pandas_columns": (Annotated[pd.DataFrame, kwtypes(a=int, b=str)], [FRAME]),
    "pandas_format": (Annotated[pd.DataFrame, kwtypes(a=int), "csv"], []),
    "pandas_schema": (Annotated[pd.DataFrame, kwtypes(a=int), "parquet", pa.schema([("a", pa.int64())])], [FRAME[["a"]]]),
    "pandas_hash": (Annotated[pd.DataFrame, HashMethod(lambda f: "hh")], [FRAME]),
    "pandas_annotation": (Annotated[pd.DataFrame, FlyteAnnotation({"k": 1})], [FRAME]),
    "pandas_optional": (Optional[pd.DataFrame], [FRAME, None]),
    "pandas_list": (List[pd.DataFrame], [[FRAME]]),
    "arrow": (pa.Table, [pa.Table.from_pandas(FRAME)]),
    "dataset": (StructuredDataset, [StructuredDataset(dataframe=FRAME), StructuredDataset(uri="s3://bucket/x")]),
    "dataset_columns": (
        Annotated[StructuredDataset, kwtypes(a=int, b=str, c=float, d=bool, e=dt.datetime, f=dt.timedelta, g=List[int])],
        [],
    ),
    "dataset_csv": (Annotated[StructuredDataset, kwtypes(a=int, b=str), "csv"], [StructuredDataset(dataframe=FRAME)]),
    "error": (FlyteError, [FlyteError(message="m", failed_node_id="n0")]),
    "any": (Any, [1, {"a": {1}}]),
    "custom": (Custom, [Custom(3)]),
    "set": (set, [{1}]),
    "set_of_int": (Set[int], [{1}]),
    "bytes": (bytes, [b"x"]),
    "sequence": (Sequence[int], [[1]]),
    "new_type": (typing.NewType("UserId", int), [1]),
}  # fmt: skip

if importlib.util.find_spec("pydantic"):
    import pydantic

    class PydanticInner(pydantic.BaseModel):
        a: int
        b: Optional[str] = None

    class PydanticOuter(pydantic.BaseModel):
        "What it is for."

        i: PydanticInner
        l: List[PydanticInner] = []
        d: Dict[str, float] = {}
        t: dt.datetime = dt.datetime(2020, 1, 1)
        c: Color = Color.RED
        y: Dict[int, int] = {1: 1}

    @dataclass
    class PydanticHolder:
        p: PydanticInner

    outer = PydanticOuter(i=PydanticInner(a=1), l=[PydanticInner(a=2)])
    TABLE |= {
        "pydantic": (PydanticInner, [PydanticInner(a=1)]),
        "pydantic_nested": (PydanticOuter, [outer]),
        "pydantic_optional": (Optional[PydanticInner], [PydanticInner(a=1), None]),
        "pydantic_list": (List[PydanticInner], [[PydanticInner(a=1)]]),
        "pydantic_in_dataclass": (PydanticHolder, []),
    }

if importlib.util.find_spec("mashumaro"):
    from mashumaro.mixins.json import DataClassJSONMixin

    @dataclass
    class Mixed(DataClassJSONMixin):
        a: int
        t: Optional[dt.datetime] = None
        b: bytes = b"x"
        d: Dict[int, int] = field(default_factory=lambda: {1: 1})

    TABLE["dataclass_mixin"] = (Mixed, [Mixed(1, dt.datetime(2020, 1, 1))])


def canonical(value):
    """A value as text that is the same in both environments when the value is."""
    if isinstance(value, FlyteFile):
        source = value.remote_source or value.path
        return f"file {source}" if source.startswith("s3") else f"file {pathlib.Path(value).read_text()}"
    if isinstance(value, FlyteDirectory):
        source = str(getattr(value, "remote_source", None) or value.path)
        return f"folder {source if source.startswith('s3') else sorted(os.listdir(value))}"
    if isinstance(value, StructuredDataset):
        uri = value.literal.uri if value.literal is not None else value.uri
        if uri and uri.startswith("s3"):
            return f"dataset {uri}"
        return canonical(value.dataframe if value.dataframe is not None else value.open(pd.DataFrame).all())
    if isinstance(value, pa.Table):
        return f"table {value.to_pydict()}"
    if isinstance(value, pd.DataFrame):
        return f"frame {value.to_dict('list')}"
    if isinstance(value, Custom):
        return f"custom {value.x}"
    if dataclasses.is_dataclass(value):
        fields = {item.name: canonical(getattr(value, item.name)) for item in dataclasses.fields(value)}
        return f"{type(value).__name__}({fields})"
    if isinstance(value, (set, frozenset)):
        return f"set {sorted(value)}"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {canonical(value[key])}" for key in sorted(value, key=repr)) + "}"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(canonical(item) for item in value) + "]"
    return repr(value)
