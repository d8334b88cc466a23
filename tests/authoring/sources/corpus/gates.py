# ruff: noqa  (the sources show every way in which users write things)
"""Gates: approvals, values from outside, pauses."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Optional

from flytekit import approve, conditional, sleep, task, wait_for_input, workflow


class Answer(NamedTuple):
    number: int
    text: str


@dataclass
class Form:
    x: int


@task
def raised(a: int, b: int = 10) -> int:
    return a + b


@task
def written(text: str) -> None:
    return None


@task
def answer(n: int) -> Answer:
    return Answer(n, "")


@task
def form() -> Form:
    return Form(1)


@workflow
def approve_wf(a: int) -> int:
    x = raised(a=a)
    y = approve(x, "My Approval", timeout=timedelta(hours=2))
    return raised(a=y)


@workflow
def approve_parts_wf(a: int) -> tuple[int, str]:
    x = approve(form().x, "field", timeout=timedelta(minutes=2, milliseconds=250))
    y = approve(answer(n=a).text, "text", timeout=timedelta(0))
    return x, y


@workflow
def wait_wf(a: int) -> float:
    x = wait_for_input("title", timeout=timedelta(hours=1), expected_type=str)
    y = wait_for_input("num", timeout=timedelta(days=1), expected_type=float)
    z = wait_for_input("form", timeout=timedelta(0), expected_type=Form)
    written(text=x)
    raised(a=z.x)
    return y


@workflow
def wait_kinds_wf() -> tuple[list[int], Optional[int], dict[str, bool]]:
    x = wait_for_input("list", timeout=timedelta(1), expected_type=list[int])
    y = wait_for_input("perhaps", timeout=timedelta(1), expected_type=Optional[int])
    z = wait_for_input("by name", timeout=timedelta(1), expected_type=dict[str, bool])
    return x, y, z


@workflow
def sleep_wf(a: int) -> int:
    x = raised(a=a)
    s = sleep(timedelta(milliseconds=1500))
    y = raised(a=a)
    x >> s
    s >> y
    return y


@workflow
def overridden_gates_wf(a: int) -> int:
    y = approve(raised(a=a), "ap", timeout=timedelta(hours=2)).with_overrides(
        node_name="hi", timeout=timedelta(hours=5), retries=3
    )
    wait_for_input("num", timeout=timedelta(days=1), expected_type=int).with_overrides(node_name="hi2", name="shown")
    sleep(timedelta(seconds=1)).with_overrides(node_name="nap")
    return y


@workflow
def gates_in_arms_wf(a: int) -> int:
    ok = wait_for_input("ok", timeout=timedelta(hours=1), expected_type=bool)
    x = raised(a=a)
    return (
        conditional("c")
        .if_(ok.is_true())
        .then(approve(x, "ap2", timeout=timedelta(hours=2)))
        .else_()
        .then(wait_for_input("yy", timeout=timedelta(hours=1), expected_type=int))
    )


@workflow
def sleep_in_an_arm_wf(a: int) -> None:
    conditional("c").if_(a == 2).then(sleep(timedelta(seconds=10))).else_().then(written(text=""))
