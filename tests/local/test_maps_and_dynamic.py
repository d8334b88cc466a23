"""Maps and dynamic tasks in this process, in workflows and as plain calls."""

import asyncio
import functools

import pytest

from glidepath import LaunchPlan, dynamic, map_task, reference_task, task, workflow
from glidepath.errors import FlyteAssertion, FlyteException


@task
def square(x: int) -> int:
    return x * x


@task
def add(a: int, b: int) -> int:
    return a + b


@task
def odd(x: int) -> int:
    if x % 2 == 0:
        raise ValueError(f"{x} is even")
    return x


@dynamic
def fib(n: int) -> int:
    return n if n < 2 else add(a=fib(n=n - 1), b=fib(n=n - 2))


@workflow
def plus(x: int, y: int = 2) -> int:
    return add(a=x, b=y)


plan = LaunchPlan.get_or_create(plus, name="local_map_tests_plan")


@reference_task(project="p", domain="d", name="elsewhere", version="v")
def elsewhere(x: int) -> int: ...


@dynamic
def composed(n: int) -> tuple[int, list[int], list[int], dict[str, int]]:
    return plus(x=n), [plan(x=n), 3], map_task(square)(x=[n, n + 1]), {"k": fib(n=n)}


def test_a_dynamic_task_called_plainly_gives_the_result_of_its_graph() -> None:
    assert fib(n=9) == 34
    assert composed(n=5) == (7, [7, 3], [25, 36], {"k": 5})


def test_a_body_that_calls_nothing_gives_its_own_result() -> None:
    assert fib(n=1) == 1


def test_an_async_dynamic_task_called_plainly_gives_a_coroutine() -> None:
    @dynamic
    async def later(n: int) -> int:
        return await square(x=n)

    assert asyncio.run(later(n=3)) == 9


def test_maps_and_dynamic_tasks_in_a_workflow() -> None:
    @workflow
    def flow(xs: list[int], n: int) -> tuple[int, list[int | None], list[int]]:
        return fib(n=n), map_task(odd, min_success_ratio=0.5)(x=xs), map_task(functools.partial(add, b=n))(a=xs)

    assert flow(xs=[1, 2, 3], n=6) == (8, [1, None, 3], [7, 8, 9])


def test_a_map_over_launch_plans_in_a_workflow() -> None:
    @workflow
    def flow(xs: list[int], y: int) -> list[int]:
        return map_task(functools.partial(plan, y=y), concurrency=2)(x=xs)

    assert flow(xs=[1, 2, 3], y=10) == [11, 12, 13]


def test_an_empty_map_gives_an_empty_list() -> None:
    @workflow
    def flow(xs: list[int]) -> list[int]:
        return map_task(square)(x=xs)

    assert flow(xs=[]) == []


def test_what_an_item_raises_reaches_the_caller() -> None:
    @workflow
    def flow(xs: list[int]) -> list[int]:
        return map_task(odd)(x=xs)

    with pytest.raises(ValueError, match="2 is even"):
        flow(xs=[1, 2])


def test_what_a_body_or_its_children_raise_reaches_the_caller() -> None:
    @dynamic
    def broken(n: int) -> int:
        square(x=n)
        if n > 0:
            raise KeyError("in the body")
        return n

    @dynamic
    def failing(n: int) -> int:
        return odd(x=n)

    with pytest.raises(KeyError, match="in the body"):
        broken(n=1)
    with pytest.raises(ValueError, match="4 is even"):
        failing(n=4)


def test_a_reference_in_a_body_has_nothing_to_run_here() -> None:
    @dynamic
    def calling(n: int) -> int:
        return elsewhere(x=n)

    with pytest.raises((FlyteAssertion, FlyteException), match="elsewhere"):
        calling(n=1)


def test_a_wide_graph_runs() -> None:
    @dynamic
    def wide(n: int) -> list[int]:
        return [square(x=i) for i in range(n)]

    assert wide(n=500) == [i * i for i in range(500)]
