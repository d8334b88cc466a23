"""Sources that are measured: the same text for both sides but for the name of the SDK."""

from __future__ import annotations

from pathlib import Path
from string import Template

ENTITIES_PER_MODULE = 7
"""Five tasks, a workflow, its launch plan."""

HELLO = Template("""\
from $sdk import task, workflow


@task
def greet(name: str) -> str:
    return f"Hello, {name}!"


@workflow
def hello_wf(name: str = "Ada") -> str:
    return greet(name=name)
""")

CHAIN = Template("""\
from $sdk import task, workflow


@task
def step(x: int) -> int:
    return x + 1


@workflow
def chain_wf(x: int = 0) -> int:
    for _ in range($length):
        x = step(x=x)
    return x
""")

SWARM = Template("""\
from datetime import timedelta

from glidepath import dynamic, workflow
from glidepath.extras.sleep import CoreSleep

nap = CoreSleep("swarm.nap")


@dynamic
def swarm(size: int) -> None:
    for _ in range(size):
        nap(duration=timedelta(0))


@workflow
def swarm_wf(size: int = $size) -> None:
    swarm(size=size)
""")

_MODULE = Template('''\
"""Module $number of a generated package."""

from dataclasses import dataclass, field
from typing import List

from $sdk import task, workflow


@dataclass
class Record$number:
    name: str
    count: int = 0
    ratio: float = 0.5
    tags: List[str] = field(default_factory=list)


@task
def make_$number(n: int) -> Record$number:
    return Record$number(name="r", count=n)


@task
def grow_$number(record: Record$number, by: int = 1) -> Record$number:
    return Record$number(name=record.name, count=record.count + by)


@task(retries=2)
def count_$number(record: Record$number) -> int:
    return record.count


@task(cache=True, cache_version="1")
def label_$number(count: int, prefix: str) -> str:
    return f"{prefix}{count}"


@task
def spell_$number(words: List[str]) -> str:
    return " ".join(words)


@workflow
def pipeline_$number(n: int = 3, prefix: str = "n = ") -> str:
    """Make a record, let it grow, say how large it is.

    Args:
        n: where to begin
        prefix: what to say first
    """
    record = grow_$number(record=make_$number(n=n), by=2)
    label = label_$number(count=count_$number(record=record), prefix=prefix)
    return spell_$number(words=[label, label])
''')


def write_hello(folder: Path, sdk: str) -> Path:
    return _write(folder / "hello.py", HELLO.substitute(sdk=sdk))


def write_swarm(folder: Path, size: int) -> Path:
    """``swarm.py``: a dynamic task that asks for ``size`` leaves which only the engine knows."""
    source = folder / "swarm.py"
    source.write_text(SWARM.substitute(size=size))
    return source


def write_chain(folder: Path, sdk: str, length: int) -> Path:
    return _write(folder / "chain.py", CHAIN.substitute(sdk=sdk, length=length))


def write_package(folder: Path, sdk: str, entities: int) -> Path:
    """A package of modules with ``entities`` entities in all, launch plans included; returns its folder."""
    package = folder / "generated"
    _write(package / "__init__.py", "")
    for number in range(entities // ENTITIES_PER_MODULE):
        _write(package / f"module_{number}.py", _MODULE.substitute(sdk=sdk, number=number))
    return package


def _write(path: Path, text: str) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path
