"""Workflows that outlive crashes of their server. Every attempt writes its name into a ledger when it begins."""

import os
import time
from datetime import timedelta

from glidepath import LaunchPlan, task, workflow
from glidepath.errors import FlyteRecoverableException


def note(ledger: str) -> None:
    """One line, written in one call, so that lines of several processes do not mix."""
    descriptor = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{os.environ['GLIDEPATH_ATTEMPT']}\n".encode())
    os.close(descriptor)


@task
def step(ledger: str, x: int) -> int:
    note(ledger)
    time.sleep(0.4)
    return x + 1


@task
def add(ledger: str, a: int, b: int) -> int:
    note(ledger)
    return a + b


@task(retries=3)
def flaky(ledger: str, x: int) -> int:
    """Fails twice, then works."""
    note(ledger)
    time.sleep(0.2)
    if int(os.environ["FLYTE_ATTEMPT_NUMBER"]) < 2:
        raise FlyteRecoverableException("not yet")
    return x * 10


@task
def broken(ledger: str, x: int) -> int:
    note(ledger)
    raise ValueError(f"{x} is not allowed")


@task(timeout=timedelta(seconds=4))
def endless(ledger: str, x: int) -> int:
    note(ledger)
    time.sleep(600)
    return x


@workflow
def chain_wf(ledger: str, x: int) -> int:
    for _ in range(8):
        x = step(ledger=ledger, x=x)
    return x


@workflow
def pair_wf(ledger: str, x: int) -> int:
    return add(ledger=ledger, a=step(ledger=ledger, x=x), b=step(ledger=ledger, x=x))


@workflow
def nested_wf(ledger: str, x: int) -> int:
    first = pair_wf(ledger=ledger, x=x)
    return pair_wf(ledger=ledger, x=step(ledger=ledger, x=first))


child_plan = LaunchPlan.get_or_create(pair_wf, name="child_plan")


@workflow
def parent_wf(ledger: str, x: int) -> int:
    first = child_plan(ledger=ledger, x=x)
    return child_plan(ledger=ledger, x=step(ledger=ledger, x=first))


@workflow
def flaky_wf(ledger: str, x: int) -> int:
    return step(ledger=ledger, x=flaky(ledger=ledger, x=x))


@workflow
def failing_inside_wf(ledger: str, x: int) -> int:
    return broken(ledger=ledger, x=step(ledger=ledger, x=x))


@workflow
def failing_wf(ledger: str, x: int) -> int:
    return step(ledger=ledger, x=failing_inside_wf(ledger=ledger, x=step(ledger=ledger, x=x)))


failing_plan = LaunchPlan.get_or_create(failing_wf, name="failing_plan")


@workflow
def failing_parent_wf(ledger: str, x: int) -> int:
    return failing_plan(ledger=ledger, x=x)


@workflow
def endless_wf(ledger: str, x: int) -> int:
    return endless(ledger=ledger, x=x)
