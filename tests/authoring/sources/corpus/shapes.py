# ruff: noqa  (the sources show every way in which users write things)
"""Tasks with inputs and outputs of many types."""

import typing
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import Enum
from typing import Annotated, Any, NamedTuple, Optional, Union

import pandas as pd
from flytekit import HashMethod, StructuredDataset, kwtypes, task, workflow
from flytekit.core.node_creation import create_node
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Inner:
    x: int
    names: list[str] = field(default_factory=list)


@dataclass
class Outer:
    inner: Inner
    ratio: float = 0.5
    table: Optional[dict[str, int]] = None
    file: Optional[FlyteFile] = None


class Unknown:
    pass


class Pair(NamedTuple):
    left: int
    right: str


class One(NamedTuple):
    only: int


Old = typing.NamedTuple("Old", [("first", int), ("second", float)])
Hashed = Annotated[pd.DataFrame, HashMethod(lambda df: str(len(df)))]
Columns = Annotated[pd.DataFrame, kwtypes(a=int, b=str)]


@task
def primitives(a: int, b: float, c: str, d: bool, e: datetime, f: timedelta, g: date) -> tuple[int, float, str]:
    return a, b, c


@task
def primitives_with_defaults(
    a: int = 1,
    b: float = 2.5,
    c: str = "c",
    d: bool = False,
    e: datetime = datetime(2024, 1, 2, 3, 4, 5),
    f: timedelta = timedelta(hours=1),
    g: Optional[int] = None,
) -> int:
    return a


@task
def collections(a: list[int], b: dict[str, list[float]], c: list[dict[str, str]], d: dict) -> typing.List[int]:
    return a


@task
def unions(a: Optional[int], b: Union[int, str], c: int | None, d: list[Union[str, float]]) -> Optional[str]:
    return None


@task
def enums(a: Colour, b: list[Colour]) -> Colour:
    return a


@task
def dataclasses(a: Outer, b: list[Inner]) -> Outer:
    return a


@task
def files(a: FlyteFile, b: FlyteFile["csv"], c: FlyteDirectory, d: FlyteDirectory["jpg"]) -> FlyteFile[typing.TypeVar("txt")]:
    return a


@task
def frames(a: pd.DataFrame, b: StructuredDataset, c: Columns, d: Hashed) -> pd.DataFrame:
    return a


@task
def frames_with_columns(a: Annotated[StructuredDataset, kwtypes(x=int)]) -> Columns:
    return a


@task
def pickles(a: Unknown, b: Any) -> Unknown:
    return a


@task
def named(a: int) -> Pair:
    return Pair(a, "x")


@task
def named_in_old_form(a: int) -> Old:
    return Old(a, 1.0)


@task
def named_here(a: int) -> NamedTuple("Here", one=int, two=str):
    return a, "x"


@task
def one_field(a: int) -> One:
    return One(a)


@task
async def asynchronous(a: int) -> int:
    return a


@task(retries=1)
async def asynchronous_named(a: int) -> Pair:
    return Pair(a, "x")


@workflow
def shapes_wf(a: int, colour: Colour = Colour.RED, names: list[str] = ["a"], flag: bool = True) -> Pair:  # noqa: B006
    b = create_node(asynchronous, a=a).o0
    pair = named(a=b)
    one = one_field(a=b)
    enums(a=colour, b=[colour, Colour.GREEN])
    old = named_in_old_form(a=one.only)
    unions(a=old.first, b=pair.right, c=None, d=["a", 2.0])
    return Pair(pair.left, pair.right)


@workflow
def dataclass_wf(o: Outer = Outer(inner=Inner(x=1, names=["n"]))) -> tuple[Outer, int]:  # noqa: B008
    p = dataclasses(a=o, b=[o.inner, Inner(x=2)])
    return p, p.inner.x


@workflow
def union_wf(a: Optional[int] = None, b: Union[int, str] = "b", c: int | None = 3) -> Optional[str]:
    return unions(a=a, b=b, c=c, d=["a"])
