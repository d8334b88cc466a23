"""Eager functions in this process: calls go through the engine, side by side where they are awaited."""

from __future__ import annotations

import asyncio
import threading

import pytest

from glidepath import LaunchPlan, current_context, eager, task, workflow
from glidepath.authoring.references import reference_task
from glidepath.errors import FlyteAssertion, FlyteRecoverableException, FlyteTypeException

CALLS: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_calls() -> None:
    CALLS.clear()


@task
def double(n: int) -> int:
    CALLS.append(f"double {n}")
    return 2 * n


@task
async def add_one(n: int) -> int:
    return n + 1


@task
async def picky(n: int) -> int:
    if n == 3:
        raise ValueError("three")
    return n


@task(retries=2)
async def flaky(n: int) -> int:
    CALLS.append("flaky")
    if len(CALLS) < 3:
        raise FlyteRecoverableException("not yet")
    return n


@workflow
def quadruple(n: int) -> int:
    return double(n=double(n=n))


@eager
async def inner(n: int) -> int:
    return await add_one(n=n)


plan = LaunchPlan.get_or_create(quadruple, name="test_eager.plan", fixed_inputs={"n": 5})


def test_blocking_and_awaited_calls_give_values() -> None:
    @eager
    async def test_main(n: int) -> list[int]:
        first = double(n=n)
        second, third, fourth = await asyncio.gather(add_one(n=first), inner(n=first), quadruple.aio(n=n))
        return [first, quadruple(n=n), second, third, fourth, plan()]

    assert asyncio.run(test_main(n=1)) == [2, 4, 3, 3, 4, 20]


def test_awaited_calls_run_at_the_same_time() -> None:
    both = threading.Barrier(2, timeout=30)

    @task
    def test_meet(n: int) -> int:
        both.wait()
        return n

    @eager
    async def test_main() -> list[int]:
        return list(await asyncio.gather(test_meet.aio(n=1), test_meet.aio(n=2)))

    assert asyncio.run(test_main()) == [1, 2]


def test_the_users_own_exception_is_raised_and_says_where() -> None:
    @eager
    async def test_main() -> int:
        try:
            await picky(n=3)
        except ValueError as error:
            return len([note for note in error.__notes__ if "attempt 1" in note and "picky" in note])
        return 0

    assert asyncio.run(test_main()) == 1


def test_retries_of_a_called_task_apply() -> None:
    @eager
    async def test_main() -> int:
        return await flaky(n=7)

    assert (asyncio.run(test_main()), CALLS) == (7, ["flaky"] * 3)


def test_a_call_that_is_cancelled_lets_the_rest_go_on() -> None:
    release = threading.Event()

    @task
    def test_wait() -> int:
        release.wait(30)
        return 1

    @eager
    async def test_main() -> str:
        try:
            await asyncio.wait_for(test_wait.aio(), timeout=0.05)
        except asyncio.TimeoutError:
            return "cancelled"
        return "done"

    assert asyncio.run(test_main()) == "cancelled"
    release.set()


def test_it_is_a_node_of_a_workflow_like_others() -> None:
    @workflow
    def test_around(n: int) -> int:
        return double(n=inner(n=n))

    assert test_around(n=1) == 4


def test_a_task_that_calls_a_task_calls_its_function() -> None:
    @task
    def test_outer(n: int) -> int:
        return double(n=n)

    @eager
    async def test_main() -> str:
        test_outer(n=1)
        return current_context().execution_id.name

    assert asyncio.run(test_main()) == "local"
    assert CALLS == ["double 1"]


def test_values_that_do_not_fit_are_refused_at_the_call() -> None:
    @eager
    async def test_main() -> int:
        return double(n="three")  # type: ignore[arg-type]

    with pytest.raises(FlyteTypeException, match="'n'"):
        asyncio.run(test_main())


def test_awaiting_a_value_says_what_to_write() -> None:
    @eager
    async def test_main() -> int:
        return await double(n=1)  # type: ignore[misc]

    with pytest.raises(TypeError) as raised:
        asyncio.run(test_main())
    assert "call it as double.aio(n=1)" in raised.value.__notes__[0]


def test_a_reference_has_nothing_to_run_here() -> None:
    @reference_task("p", "d", "elsewhere", "v1")
    def test_elsewhere(n: int) -> int:
        return n

    @eager
    async def test_main() -> int:
        return test_elsewhere(n=1)

    with pytest.raises(FlyteAssertion, match="registered elsewhere"):
        asyncio.run(test_main())


def test_outside_of_eager_functions_aio_runs_one_call_after_the_other() -> None:
    async def both() -> list[int]:
        return list(await asyncio.gather(double.aio(n=1), add_one.aio(n=1)))

    assert asyncio.run(both()) == [2, 2]
