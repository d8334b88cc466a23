"""Values of every kind go into a task, come out, go into the next, and come out at the end."""

import sys
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path
from typing import NamedTuple, Optional, Union

import flytekit
import pandas as pd
from flytekit import current_context, task, workflow
from flytekit.types.directory import FlyteDirectory
from flytekit.types.file import FlyteFile


class Colour(Enum):
    RED = "red"
    GREEN = "green"


@dataclass
class Inner:
    n: int
    names: list[str] = field(default_factory=list)


@dataclass
class Record:
    inner: Inner
    ratio: float = 0.5
    table: Optional[dict[str, int]] = None


class Plain(NamedTuple):
    number: int
    real: float
    text: str
    flag: bool
    moment: datetime
    span: timedelta


class Structured(NamedTuple):
    colour: Colour
    maybe: Optional[int]
    either: Union[int, str]
    items: list[int]
    table: dict[str, list[str]]
    record: Record


class Bulky(NamedTuple):
    frame: pd.DataFrame
    file: FlyteFile
    folder: FlyteDirectory


class All(NamedTuple):
    number: int
    moment: datetime
    colour: Colour
    maybe: Optional[int]
    either: Union[int, str]
    items: list[int]
    record: Record
    names: list[str]
    frame: pd.DataFrame
    file: FlyteFile
    folder: FlyteDirectory


@task
def who() -> dict[str, str]:
    """Which SDK and which Python run this task."""
    return {"sdk": str(getattr(flytekit, "__file__", "answered by glidepath")), "python": sys.executable, "module": __name__}


@task
def plain(number: int, real: float, text: str, flag: bool, moment: datetime, span: timedelta) -> Plain:
    return Plain(number + 1, real * 2, text.upper(), not flag, moment + span, span * 2)


@task
def structured(
    colour: Colour, maybe: Optional[int], either: Union[int, str], items: list[int], table: dict[str, list[str]], record: Record
) -> Structured:
    assert isinstance(colour, Colour)
    assert isinstance(record.inner, Inner)
    other = Colour.GREEN if colour is Colour.RED else Colour.RED
    changed = Record(Inner(record.inner.n + 1, [*record.inner.names, "task"]), record.ratio, {"items": len(items)})
    return Structured(other, maybe, either, [*items, len(items)], {**table, "more": ["x"]}, changed)


@task
def bulky(frame: pd.DataFrame, file: FlyteFile, folder: FlyteDirectory) -> Bulky:
    work = Path(current_context().working_directory)
    copy = work / "copy.txt"
    copy.write_text(Path(file.download()).read_text() + "and a task's\n")
    parts = work / "parts"
    (parts / "deep").mkdir(parents=True)
    for path in Path(folder.download()).rglob("*.txt"):
        (parts / "deep" / path.name).write_text(path.read_text().upper())
    return Bulky(frame.assign(b=frame.a * 2), FlyteFile(str(copy)), FlyteDirectory(str(parts)))


@task
def check(frame: pd.DataFrame, file: FlyteFile, folder: FlyteDirectory, record: Record) -> list[str]:
    """What the task before made, as this one sees it."""
    names = sorted(path.name for path in Path(folder.download()).rglob("*") if path.is_file())
    return [str(list(frame.columns)), Path(file.download()).read_text(), *names, *record.inner.names]


@workflow
def plain_wf(
    moment: datetime,
    number: int = 1,
    real: float = 1.5,
    text: str = "text",
    flag: bool = False,
    span: timedelta = timedelta(hours=1),
) -> Plain:
    return plain(number=number, real=real, text=text, flag=flag, moment=moment, span=span)


@workflow
def values_wf(
    frame: pd.DataFrame,
    file: FlyteFile,
    folder: FlyteDirectory,
    record: Record,
    moment: datetime,
    colour: Colour = Colour.RED,
    maybe: Optional[int] = None,
    either: Union[int, str] = "either",
) -> All:
    """All kinds of values from a client, through two tasks, back to the client."""
    first = plain(number=1, real=0.5, text="t", flag=True, moment=moment, span=timedelta(days=1))
    made = structured(colour=colour, maybe=maybe, either=either, items=[1, 2], table={"k": ["v"]}, record=record)
    bulk = bulky(frame=frame, file=file, folder=folder)
    names = check(frame=bulk.frame, file=bulk.file, folder=bulk.folder, record=made.record)
    return All(
        first.number,
        first.moment,
        made.colour,
        made.maybe,
        made.either,
        made.items,
        made.record,
        names,
        bulk.frame,
        bulk.file,
        bulk.folder,
    )
