"""Branches around every kind of node, nested, without outputs, with several."""

from dataclasses import dataclass
from typing import NamedTuple

from glidepath import LaunchPlan, conditional, dynamic, map_task, task, workflow


@dataclass
class Reading:
    room: str
    celsius: float


class Both(NamedTuple):
    low: int
    high: int


@task
def read(celsius: float) -> Reading:
    return Reading("attic", celsius)


@task
def say(text: str) -> None:
    print(text)


@task
def square(n: int) -> int:
    return n * n


@task
def invert(n: int) -> float:
    return 1 / n


@task
def around(n: int) -> Both:
    return Both(n - 1, n + 1)


@task
def mirrored(n: int) -> Both:
    return Both(-n - 1, -n + 1)


@task
def span(low: int, high: int) -> int:
    return high - low


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def silent(n: int) -> None:
    """Branches that give nothing."""
    conditional("word").if_(n > 1).then(say(text="many")).elif_(n == 1).then(say(text="one")).else_().then(say(text="none"))


@workflow
def several(n: int) -> int:
    """Outputs of both arms under the same names."""
    found = conditional("side").if_(n >= 0).then(around(n=n)).else_().then(mirrored(n=n))
    return span(low=found.low, high=found.high)


@workflow
def by_field(celsius: float) -> int:
    """A condition on a field of a dataclass, against another value of the run."""
    reading = read(celsius=celsius)
    return conditional("warm").if_(reading.celsius > 20.0).then(square(n=2)).else_().then(square(n=3))


@workflow
def squares_of(n: int) -> int:
    return square(n=square(n=n))


plan = LaunchPlan.get_or_create(squares_of, name="composed.branch_plan")


@dynamic
def count_down(n: int) -> int:
    return total(numbers=[square(n=i) for i in range(n)])


@workflow
def mapped(n: int) -> int:
    return total(numbers=map_task(square)(n=[1, 2, 3]))


@workflow
def kinds(n: int) -> int:
    """An arm may be a task, a workflow, a launch plan, a dynamic task, a map inside a workflow, another branch."""
    return (
        conditional("kind")
        .if_(n == 1)
        .then(square(n=n))
        .elif_(n == 2)
        .then(squares_of(n=n))
        .elif_(n == 3)
        .then(plan(n=n))
        .elif_(n == 4)
        .then(count_down(n=n))
        .elif_(n == 5)
        .then(mapped(n=n))
        .elif_((n > 5) & ((n < 8) | (n == 10)))
        .then(conditional("inner").if_(n != 7).then(square(n=n)).else_().fail("not seven"))
        .else_()
        .fail("no kind for this")
    )


@workflow
def branch_inside(n: int) -> int:
    """A branch in a workflow in a workflow."""
    return square(n=kinds(n=n))


@workflow
def failing_arm(n: int) -> float:
    return conditional("division").if_(n < 5).then(invert(n=n)).else_().then(invert(n=1))


@task
def near(x: float) -> (float, float):
    """Two outputs, the way that many scripts declare them."""
    return x - 1, x + 1


@task
def far(x: float) -> (float, float):
    return x * 10, x * 100


@task
def distance(low: float, high: float) -> float:
    return high - low


@workflow
def pairs(x: float) -> float:
    """Arms with two outputs."""
    low, high = conditional("reach").if_(x > 2.0).then(near(x=x)).else_().then(far(x=x))
    return distance(low=low, high=high)
