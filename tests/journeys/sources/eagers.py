"""Eager functions that the tests run. What runs twice shows in the ledger: one line each."""

import asyncio
import os
import time
from pathlib import Path

from flytekit import LaunchPlan, Resources, eager, task, workflow
from flytekit.exceptions.user import FlyteRecoverableException


def note(ledger: str, line: str) -> None:
    with Path(ledger).open("a") as file:
        file.write(f"{line}\n")


@task
async def add_one(x: int) -> int:
    return x + 1


@task
def double(x: int) -> int:
    return 2 * x


@task
async def picky(x: int) -> int:
    if x == 3:
        raise ValueError("three is not allowed")
    return x


@task
async def counted(x: int, ledger: str) -> int:
    note(ledger, f"counted {x}")
    return x


@task
async def slow(x: int, seconds: float, ledger: str) -> int:
    note(ledger, f"begin {x}")
    time.sleep(seconds)
    note(ledger, f"end {x}")
    return x


@workflow
def quadruple(x: int) -> int:
    return double(x=double(x=x))


octuple_plan = LaunchPlan.get_or_create(quadruple, name="eagers.quadruple_plan")


@eager
async def inner(x: int) -> int:
    return await add_one(x=x)


@eager
async def composed(x: int) -> list[int]:
    """Blocking calls, awaited ones, workflows, launch plans, other eager functions, errors."""
    first = double(x=x)
    second = quadruple(x=first)
    third, fourth = await asyncio.gather(add_one(x=second), inner(x=second))
    fifth, sixth = await asyncio.gather(double.aio(x=x), octuple_plan.aio(x=x))
    try:
        seventh = await picky(x=3)
    except Exception as error:
        seventh = -1 if "three is not allowed" in str(error) else -2
    return [first, second, third, fourth, fifth, sixth, seventh]


@eager
async def failing(x: int) -> int:
    return await picky(x=x)


@eager(requests=Resources(cpu="1"))
async def nested(depth: int) -> int:
    """Deeper than the machine has slots."""
    return 1 + await nested(depth=depth - 1) if depth else await add_one(x=0)


@eager
async def wide(n: int) -> int:
    return sum(await asyncio.gather(*(add_one(x=index) for index in range(n))))


@eager
async def impatient(ledger: str) -> str:
    """Cancels one call by a time limit, and leaves another running when it ends."""
    left = asyncio.create_task(slow(x=2, seconds=60.0, ledger=ledger))
    try:
        await asyncio.wait_for(slow(x=1, seconds=60.0, ledger=ledger), timeout=1.5)
    except asyncio.TimeoutError:
        return f"cancelled, the other {'ended' if left.done() else 'runs'}"
    return "not cancelled"


@eager
async def long_running(ledger: str) -> int:
    return await slow(x=1, seconds=120.0, ledger=ledger)


@eager
async def dying(ledger: str, marker: str) -> int:
    """Its process kills itself after two calls, once."""
    first = await asyncio.gather(*(counted(x=index, ledger=ledger) for index in range(3)))
    try:
        second = await picky(x=3)
    except Exception:
        second = 10
    note(ledger, f"attempt {os.environ.get('FLYTE_ATTEMPT_NUMBER')}")
    if not Path(marker).exists():
        Path(marker).touch()
        os.kill(os.getpid(), 9)
    return sum(first) + second + await counted(x=100, ledger=ledger)


@task
async def second_time_lucky(marker: str, ledger: str) -> int:
    note(ledger, "lucky?")
    if Path(marker).exists():
        return 5
    Path(marker).touch()
    raise ValueError("not this time")


@eager(retries=1)
async def retrying(ledger: str, marker: str) -> int:
    """Its retry tries again what had failed, and nothing else."""
    first = await counted(x=1, ledger=ledger)
    try:
        return first + await second_time_lucky(marker=marker, ledger=ledger)
    except Exception as error:
        raise FlyteRecoverableException("once more") from error


@eager
async def steps(n: int, ledger: str) -> int:
    """One call after the other, slow enough to be cut anywhere."""
    total = 0
    for index in range(n):
        total += await slow(x=index, seconds=0.15, ledger=ledger)
    return total
