"""Workflows of every kind, for servers that are killed while they run. Each gives one number for a number ``x``.

Every attempt tells a ledger when its body begins and when it is done: ``begin <attempt> <work>``, ``done <attempt> <work>``.
``work`` names what must be done once in all attempts, executions and lives of the server; ``-`` for what has no such name.
"""

import asyncio
import functools
import os
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Optional

from glidepath import (
    Cache,
    LaunchPlan,
    RetryBackoff,
    WorkflowFailurePolicy,
    approve,
    conditional,
    dynamic,
    eager,
    map_task,
    sleep,
    task,
    wait_for_input,
    workflow,
)
from glidepath.errors import FlyteRecoverableException

HOUR, _OWN = timedelta(hours=1), "-"


def note(ledger: str, line: str) -> None:
    """One line, written in one call, so that lines of several processes do not mix."""
    descriptor = os.open(ledger, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
    os.write(descriptor, f"{line}\n".encode())
    os.close(descriptor)


def begin(ledger: str, work: str = _OWN) -> None:
    note(ledger, f"begin {os.environ['GLIDEPATH_ATTEMPT']} {work}")


@contextmanager
def noted(ledger: str, work: str = _OWN) -> Iterator[None]:
    begin(ledger, work)
    yield
    note(ledger, f"done {os.environ['GLIDEPATH_ATTEMPT']} {work}")


def earlier_attempts() -> int:
    return int(os.environ["FLYTE_ATTEMPT_NUMBER"])


@task
def step(ledger: str, x: int) -> int:
    with noted(ledger):
        time.sleep(0.4)
        return x + 1


@task
def add(ledger: str, a: int, b: int) -> int:
    with noted(ledger):
        return a + b


@task
def total(ledger: str, numbers: list[Optional[int]]) -> int:
    with noted(ledger):
        return sum(number for number in numbers if number is not None)


@task
def count(ledger: str, n: int) -> list[int]:
    with noted(ledger):
        return list(range(n))


@task(retries=4)
def flaky(ledger: str, x: int) -> int:
    """Fails twice by its own word, is killed once, then works."""
    with noted(ledger):
        time.sleep(0.1)
        if earlier_attempts() == 1:
            os.kill(os.getpid(), signal.SIGKILL)
        if earlier_attempts() < 3:
            raise FlyteRecoverableException("not yet")
        return x * 10


@task(retries=3, retry_backoff=RetryBackoff(timedelta(seconds=0.3)))
def rested(ledger: str, x: int) -> int:
    """Waits 0.3 and 0.6 seconds between its attempts."""
    with noted(ledger):
        if earlier_attempts() < 2:
            raise FlyteRecoverableException("not rested")
        return x + 5


@task
def broken(ledger: str, x: int) -> int:
    begin(ledger)
    raise ValueError(f"{x} is not allowed")


def wait_for_ever(ledger: str, x: int) -> int:
    """The program that it starts must end with it."""
    with noted(ledger):
        subprocess.run(["sleep", "86399"], check=False)
        return x


@task(timeout=timedelta(seconds=4))
def endless(ledger: str, x: int) -> int:
    return wait_for_ever(ledger, x)


@task
def stuck(ledger: str, x: int) -> int:
    """Ends when somebody aborts it."""
    return wait_for_ever(ledger, x)


@task
def guarded(ledger: str, x: int, gate: str) -> int:
    """Fails as long as the file ``gate`` is not there."""
    with noted(ledger, f"guarded-{x}" if Path(gate).exists() else _OWN):
        if not Path(gate).exists():
            raise ValueError("the gate is closed")
        return x + 100


@task
def single(ledger: str, x: int, work: str) -> int:
    with noted(ledger, f"{work}-{x}"):
        time.sleep(0.2)
        return x + 1


@task(cache=Cache(version="1"))
def kept(ledger: str, x: int) -> int:
    with noted(ledger):
        time.sleep(0.2)
        return x + 7


@task(cache=Cache(version="1", serialize=True))
def divided(ledger: str, x: int) -> int:
    """Of all executions, one computes."""
    with noted(ledger, f"divided-{x}"):
        time.sleep(0.6)
        return x + 3


@task(retries=2)
def item(n: int, x: int, ledger: str) -> int:
    """Every third item works the second time only."""
    with noted(ledger):
        time.sleep(0.1)
        if n % 3 == 2 and not earlier_attempts():
            raise FlyteRecoverableException("once more")
        return x + n


@task
def picky_item(n: int, ledger: str) -> int:
    with noted(ledger):
        if n == 3:
            raise ValueError(f"{n} is not allowed")
        return n


@task
def guarded_item(n: int, x: int, gate: str, ledger: str) -> int:
    """Only the second item looks at the gate."""
    with noted(ledger, f"guarded-{x}-{n}" if n != 1 or Path(gate).exists() else _OWN):
        if n == 1 and not Path(gate).exists():
            raise ValueError("the gate is closed")
        return x + n


@workflow
def chain_wf(ledger: str, x: int) -> int:
    for _ in range(8):
        x = step(ledger=ledger, x=x)
    return x


@workflow
def pair_wf(ledger: str, x: int) -> int:
    return add(ledger=ledger, a=step(ledger=ledger, x=x), b=step(ledger=ledger, x=x))


pair_plan = LaunchPlan.get_or_create(pair_wf, name="soak.pair_plan")


@workflow
def nested_wf(ledger: str, x: int) -> int:
    first = pair_wf(ledger=ledger, x=x)
    return pair_wf(ledger=ledger, x=step(ledger=ledger, x=first))


@workflow
def parent_wf(ledger: str, x: int) -> int:
    first = pair_plan(ledger=ledger, x=x)
    return pair_plan(ledger=ledger, x=step(ledger=ledger, x=first))


@workflow
def branch_wf(ledger: str, x: int) -> int:
    """Even numbers go through a sub-workflow or a child, odd ones through a branch in the branch."""
    parity = step(ledger=ledger, x=x)
    inner = conditional("inner").if_(parity > 0).then(step(ledger=ledger, x=parity)).else_().fail("not positive")
    chosen = (
        conditional("outer")
        .if_(inner < 2500)
        .then(pair_wf(ledger=ledger, x=inner))
        .elif_(inner < 1_000_000)
        .then(pair_plan(ledger=ledger, x=inner))
        .else_()
        .fail("too large")
    )
    return step(ledger=ledger, x=chosen)


@workflow
def map_wf(ledger: str, x: int) -> int:
    return total(
        ledger=ledger, numbers=map_task(functools.partial(item, x=x, ledger=ledger), concurrency=3)(n=count(ledger=ledger, n=7))
    )


@workflow
def tolerant_wf(ledger: str, x: int) -> int:
    items = map_task(functools.partial(picky_item, ledger=ledger), min_success_ratio=0.8)(n=count(ledger=ledger, n=6))
    return add(ledger=ledger, a=x, b=total(ledger=ledger, numbers=items))


@workflow
def strict_wf(ledger: str, x: int) -> int:
    items = map_task(functools.partial(picky_item, ledger=ledger))(n=count(ledger=ledger, n=6))
    return add(ledger=ledger, a=x, b=total(ledger=ledger, numbers=items))


@workflow
def children_wf(ledger: str, x: int) -> int:
    """A map whose items are executions."""
    numbers = map_task(functools.partial(pair_plan, ledger=ledger), concurrency=2)(x=count(ledger=ledger, n=4))
    return add(ledger=ledger, a=x, b=total(ledger=ledger, numbers=numbers))


@dynamic
def shrinking(ledger: str, x: int, depth: int) -> int:
    with noted(ledger):
        stepped = step(ledger=ledger, x=x)
        return shrinking(ledger=ledger, x=stepped, depth=depth - 1) if depth else stepped


@dynamic(node_dependency_hints=[pair_plan])
def drawn(ledger: str, x: int) -> int:
    """A loop, a sub-workflow, a child, a map, a dynamic task inside, of which the last has another inside."""
    with noted(ledger):
        looped = [step(ledger=ledger, x=x + index) for index in range(3)]
        mapped = map_task(functools.partial(item, x=x, ledger=ledger))(n=[0, 1, 2])
        others = [pair_wf(ledger=ledger, x=x), pair_plan(ledger=ledger, x=x), shrinking(ledger=ledger, x=x, depth=1)]
        return total(ledger=ledger, numbers=[*looped, *others, total(ledger=ledger, numbers=mapped)])


@workflow
def dynamic_wf(ledger: str, x: int) -> int:
    return step(ledger=ledger, x=drawn(ledger=ledger, x=x))


@workflow
def waiting_wf(ledger: str, x: int) -> int:
    """Sleeps, asks whether to go on, and by how much."""
    before, rest = step(ledger=ledger, x=x), sleep(timedelta(seconds=0.5))
    before >> rest
    approved = approve(before, "go-on", timeout=HOUR)
    asked = add(ledger=ledger, a=approved, b=wait_for_input("by-how-much", timeout=HOUR, expected_type=int))
    rest >> asked
    return step(ledger=ledger, x=asked)


@task
def cleaned(ledger: str, x: int) -> None:
    with noted(ledger, f"cleaned-{x}"):
        pass


@workflow
def cleaning_wf(ledger: str, x: int) -> None:
    """A handler of two steps."""
    cleaned(ledger=ledger, x=step(ledger=ledger, x=x))


@workflow(on_failure=cleaning_wf)
def handled_wf(ledger: str, x: int) -> int:
    return broken(ledger=ledger, x=step(ledger=ledger, x=x))


handled_plan = LaunchPlan.get_or_create(handled_wf, name="soak.handled_plan")


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def failing_parent_wf(ledger: str, x: int) -> tuple[int, int]:
    """What does not hang on the child that fails ends all the same."""
    return handled_plan(ledger=ledger, x=x), pair_wf(ledger=ledger, x=x)


@workflow
def flaky_wf(ledger: str, x: int) -> int:
    return rested(ledger=ledger, x=flaky(ledger=ledger, x=x))


@workflow
def cached_wf(ledger: str, x: int) -> int:
    """Executions with one ``x`` share what they compute; the second ``kept`` of each finds what the first one kept."""
    first = kept(ledger=ledger, x=x)
    second = kept(ledger=ledger, x=x)
    first >> second
    return add(ledger=ledger, a=divided(ledger=ledger, x=first), b=second)


@eager
async def adding(ledger: str, x: int) -> int:
    """An eager function that another one calls."""
    with noted(ledger, f"adding-{x}"):
        return 1 + await single.aio(ledger=ledger, x=x, work="inner")


@eager
async def eager_wf(ledger: str, x: int) -> int:
    """Side by side, one after the other, a failure that it catches, a workflow, another eager function."""
    with noted(ledger, f"eager-{x}"):
        beside = await asyncio.gather(*(single.aio(ledger=ledger, x=x + index, work="beside") for index in range(4)))
        for index in range(3):
            beside.append(await single.aio(ledger=ledger, x=x + index, work="after"))
        try:
            beside.append(await broken.aio(ledger=ledger, x=x))
        except Exception as error:
            beside.append(1000 if "is not allowed" in str(error) else -1)
        beside += await asyncio.gather(pair_wf.aio(ledger=ledger, x=x), adding.aio(ledger=ledger, x=x))
        return sum(beside)


@workflow
def endless_wf(ledger: str, x: int) -> int:
    return endless(ledger=ledger, x=x)


@workflow
def stuck_wf(ledger: str, x: int) -> int:
    return step(ledger=ledger, x=stuck(ledger=ledger, x=x))


stuck_plan = LaunchPlan.get_or_create(stuck_wf, name="soak.stuck_plan")


@dynamic(node_dependency_hints=[stuck_plan])
def stuck_everywhere(ledger: str, x: int) -> int:
    with noted(ledger):
        return add(ledger=ledger, a=stuck_wf(ledger=ledger, x=x), b=stuck_plan(ledger=ledger, x=x))


@workflow
def aborted_wf(ledger: str, x: int) -> int:
    """Stuck in a child, in a dynamic task's child, in a map, at a gate: none of it may go on after an abort."""
    items = map_task(functools.partial(stuck, ledger=ledger))(x=[x, x])
    answer = wait_for_input("never", timeout=HOUR, expected_type=int)
    numbers = [
        stuck_plan(ledger=ledger, x=x),
        stuck_everywhere(ledger=ledger, x=x),
        total(ledger=ledger, numbers=items),
        answer,
    ]
    return total(ledger=ledger, numbers=numbers)


@eager
async def aborted_eager_wf(ledger: str, x: int) -> int:
    with noted(ledger):
        return sum(await asyncio.gather(stuck_wf.aio(ledger=ledger, x=x), stuck.aio(ledger=ledger, x=x)))


@workflow
def recovered_wf(ledger: str, x: int, gate: str) -> int:
    """Fails at first; recovered, it does nothing again that had succeeded."""
    first = single(ledger=ledger, x=x, work="recovered")
    items = map_task(functools.partial(guarded_item, x=x, gate=gate, ledger=ledger), concurrency=1)(n=[0, 1, 2])
    first >> items
    return guarded(ledger=ledger, x=add(ledger=ledger, a=first, b=total(ledger=ledger, numbers=items)), gate=gate)
