# ruff: noqa  (the sources show every way in which users write things)
"""Conditionals: comparisons, conjunctions, arms of every kind, outputs, nesting."""

import datetime
import enum
from dataclasses import dataclass
from typing import NamedTuple, Optional

from flytekit import LaunchPlan, Resources, conditional, task, workflow
from flytekit.core.node_creation import create_node


class Pair(NamedTuple):
    number: int
    text: str


class Other(NamedTuple):
    number: int
    more: float


class Single(NamedTuple):
    only: int


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Inner:
    x: int
    items: list[int]


@task
def plus(a: int, b: int = 10) -> int:
    return a + b


@task
def is_big(a: int) -> bool:
    return a > 10


@task
def tell(text: str) -> None:
    return None


@task
def pair(n: int) -> Pair:
    return Pair(n, "")


@task
def other_pair(n: int) -> Other:
    return Other(n, 0.5)


@task
def single(n: int) -> Single:
    return Single(n)


@task
def several(n: int) -> tuple[int, str]:
    return n, ""


@task
def inner(n: int) -> Inner:
    return Inner(n, [n])


@task
def items() -> list[int]:
    return [1]


@task
def by_name() -> dict[str, int]:
    return {"k": 1}


@workflow
def below_wf(a: int) -> int:
    return plus(a=a)


@workflow
def deeper_wf(a: int) -> int:
    return below_wf(a=a)


below_plan = LaunchPlan.get_or_create(workflow=below_wf, name="corpus.conditionals.below_plan")


@workflow
def simple_wf(a: int) -> int:
    x = plus(a=a)
    return conditional("c1").if_(x > 3).then(plus(a=x)).elif_((a == 2) & (x < a)).then(plus(a=a)).else_().then(plus(a=1))


@workflow
def failing_cond_wf(a: int) -> int:
    r = conditional("My Cond.itional").if_(3 < a).then(plus(a=a)).else_().fail("no way")
    return plus(a=r)


@workflow
def nested_wf(a: int, b: int) -> int:
    x = plus(a=a)
    y = plus(a=x)
    return (
        conditional("c")
        .if_(a > 3)
        .then(conditional("d").if_(x > y).then(plus(a=y)).elif_(x == 4).then(plus(a=y)).else_().fail("z"))
        .elif_(b == 2)
        .then(
            conditional("e")
            .if_(b > 3)
            .then(plus(a=y))
            .else_()
            .then(conditional("f").if_(a >= y).then(plus(a=3)).else_().then(plus(a=2)))
        )
        .else_()
        .then(plus(a=2))
    )


@workflow
def booleans_wf(a: bool, b: int) -> int:
    f = is_big(a=b)
    return (
        conditional("b")
        .if_(f.is_true())
        .then(plus(a=1))
        .elif_(a.is_false())
        .then(plus(a=2))
        .elif_(f == False)
        .then(plus(a=4))
        .else_()
        .then(plus(a=3))
    )


@workflow
def nothing_wf(a: int, b: Optional[int]) -> int:
    return conditional("n").if_(b.is_none()).then(plus(a=a)).elif_(b != None).then(plus(a=3)).else_().then(plus(a=3))


@workflow
def void_wf(a: int):
    v = conditional("v").if_(a > 1).then(tell(text="a")).else_().then(plus(a=a))
    v >> plus(a=a)


@workflow
def pair_wf(a: int) -> tuple[int, str]:
    t = conditional("t").if_(a > 1).then(pair(n=a)).else_().then(pair(n=1))
    return t.number, t.text


@workflow
def whole_pair_wf(a: int) -> Pair:
    return conditional("t").if_(a > 1).then(pair(n=a)).else_().then(pair(n=1))


@workflow
def several_wf(a: int) -> tuple[int, str]:
    x, y = conditional("t").if_(a > 1).then(several(n=a)).else_().then(several(n=1))
    return x, y


@workflow
def shared_wf(a: int) -> int:
    return conditional("c").if_(a > 1).then(pair(n=a)).else_().then(other_pair(n=1))


@workflow
def single_wf(a: int) -> int:
    return conditional("c").if_(a == 1).then(single(n=1)).else_().then(single(n=2))


@workflow
def attributes_wf(a: int) -> int:
    d = inner(n=a)
    xs = items()
    k = by_name()
    return (
        conditional("c")
        .if_(d.x > 3)
        .then(plus(a=d.items[0]))
        .elif_(xs[0] == k["k"])
        .then(plus(a=xs[0]))
        .else_()
        .then(plus(a=1))
    )


@workflow
def kinds_wf(a: int, b: int, c: str, d: bool, e: float, f: datetime.timedelta, g: datetime.datetime, h: datetime.date) -> int:
    return (
        conditional("c")
        .if_(a == b)
        .then(plus(a=1))
        .elif_(c == "x")
        .then(plus(a=1))
        .elif_(d == True)
        .then(plus(a=1))
        .elif_("y" <= c)
        .then(plus(a=1))
        .elif_(e >= 2.5)
        .then(plus(a=1))
        .elif_(f > datetime.timedelta(days=1))
        .then(plus(a=1))
        .elif_((g < datetime.datetime(2020, 1, 1)) & (h > datetime.date(2020, 1, 1)))
        .then(plus(a=1))
        .elif_((a != 2) | (b > 2) & (c < "x"))
        .then(plus(a=1))
        .elif_((a != 2) | (b > 2) | (c < "x"))
        .then(plus(a=1))
        .elif_((1 < a) & (10 >= a) & (5 == a) & (5 != a) & (2 > a) & (7 <= a) & ("x" != c))
        .then(plus(a=1))
        .else_()
        .then(plus(a=1))
    )


@workflow
def enums_wf(a: Colour, b: Colour) -> int:
    return conditional("c").if_(a == Colour.RED).then(plus(a=1)).elif_(a == b).then(plus(a=1)).else_().then(plus(a=2))


@workflow
def arms_wf(a: int) -> int:
    x = plus(a=a)
    y = plus(a=x)
    z = plus(a=y)
    return conditional("c").if_(x > 3).then(deeper_wf(a=y)).elif_(x > 2).then(below_plan(a=z)).else_().then(plus(a=z))


@workflow
def overridden_wf(a: int) -> int:
    c = (
        conditional("c")
        .if_(a > 1)
        .then(plus(a=a).with_overrides(node_name="hello", retries=3))
        .else_()
        .then(plus(a=1).with_overrides(requests=Resources(cpu="1"), limits=Resources(cpu="1")))
    )
    c.with_overrides(node_name="brr", retries=4, timeout=4, name="shown")
    return c


@workflow
def two_in_a_row_wf(a: int) -> int:
    x = conditional("c").if_(a > 1).then(plus(a=a)).else_().then(plus(a=1))
    y = conditional("c").if_(x > 1).then(plus(a=x)).else_().then(plus(a=1))
    return plus(a=y)


@workflow
def many_inputs_wf(a: int) -> int:
    xs = [plus(a=a) for _ in range(12)]
    return (
        conditional("c")
        .if_((xs[2] == 1) & (xs[11] == 3))
        .then(plus(a=1, b=xs[10]))
        .elif_(xs[9] == 4)
        .then(plus(a=1))
        .else_()
        .then(plus(a=2))
    )


@workflow
def ordered_cond_wf(a: int) -> None:
    x = create_node(tell, text="first")
    q = conditional("q").if_(a == 1).then(tell(text="")).else_().fail("z")
    y = plus(a=a)
    q >> y


@workflow(interruptible=True)
def interruptible_cond_wf(a: int) -> int:
    return conditional("c").if_(a == 1).then(plus(a=1)).else_().fail("z")
