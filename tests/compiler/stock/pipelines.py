"""Workflows of every kind, written against stock flytekit."""

import enum
from dataclasses import dataclass
from datetime import timedelta
from functools import partial
from typing import NamedTuple

from flytekit import (
    LaunchPlan,
    Workflow,
    approve,
    conditional,
    dynamic,
    map_task,
    sleep,
    task,
    wait_for_input,
    workflow,
)
from flytekit.core.array_node import array_node
from flytekit.types.error.error import FlyteError
from flytekit.types.file import FlyteFile
from flytekit.types.structured import StructuredDataset


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Inner:
    values: list[int]
    table: dict[str, float]


@dataclass
class Record:
    name: str
    inner: Inner


class Pair(NamedTuple):
    left: int
    right: str


@task
def number(x: int) -> int:
    return x


@task
def word(x: int) -> str:
    return str(x)


@task
def pair(x: int) -> Pair:
    return Pair(x, str(x))


@task
def record() -> Record:
    return Record("a", Inner([1], {"k": 1.0}))


@task
def real(x: float) -> float:
    return x


@task
def total(xs: list[int], names: dict[str, int], maybe: int | None = None) -> int:
    return sum(xs)


@task
def either(x: int | str) -> int | str:
    return x


@task
def colour(c: Colour) -> Colour:
    return c


@task
def open_file(f: FlyteFile) -> FlyteFile:
    return f


@task
def frame(s: StructuredDataset) -> StructuredDataset:
    return s


@task
def two(x: int, y: str) -> int:
    return x


@task
def clean(x: int, err: FlyteError | None = None) -> None: ...


@dynamic
def spread(n: int) -> list[int]:
    return [number(x=i) for i in range(n)]


@workflow
def chain(x: int = 3) -> int:
    a = number(x=x)
    b = number(x=a)
    c = number(x=1)
    c >> a
    return b


@workflow
def attributes() -> float:
    r = record()
    number(x=r.inner.values[0])
    return real(x=r.inner.table["k"])


@workflow
def collections(x: int) -> int:
    p = pair(x=x)
    either(x=p.right)
    either(x=p.left)
    return total(xs=[p.left, x, 3], names={"a": p.left})


@workflow
def values(c: Colour, f: FlyteFile, s: StructuredDataset) -> FlyteFile:
    colour(c=c)
    colour(c=Colour.RED)
    frame(s=s)
    return open_file(f=f)


@workflow
def nested(x: int) -> int:
    return chain(x=chain(x=x))


plan = LaunchPlan.get_or_create(chain, name="pipelines.plan", default_inputs={"x": 5})
item_plan = LaunchPlan.get_or_create(chain, name="pipelines.item_plan")


@workflow
def launches() -> int:
    return plan(x=plan())


@workflow
def mapped(xs: list[int]) -> list[int]:
    map_task(partial(two, y="q"))(x=xs)
    array_node(item_plan)(x=xs)
    return map_task(number)(x=xs)


@workflow
def branches(x: int) -> str:
    z = number(x=x)
    return (
        conditional("size")
        .if_((x > 3) & (z <= 5))
        .then(word(x=z))
        .elif_(x == 2)
        .then(conditional("again").if_(z > 1).then(word(x=1)).else_().then(word(x=2)))
        .else_()
        .fail("neither")
    )


@workflow
def gates(x: int) -> str:
    agreed = approve(word(x=x), "agreed", timeout=timedelta(hours=1))
    asked = wait_for_input("asked", timeout=timedelta(hours=1), expected_type=int)
    nap = sleep(timedelta(seconds=1))
    last = number(x=asked)
    nap >> last
    return agreed


@workflow(on_failure=clean)
def guarded(x: int) -> int:
    return number(x=x)


@workflow
def dynamics(n: int) -> list[int]:
    return spread(n=n)


built = Workflow(name="pipelines.built")
built.add_workflow_input("x", int)
_node = built.add_entity(number, x=built.inputs["x"])
built.add_workflow_output("r", _node.outputs["o0"])
