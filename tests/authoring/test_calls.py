"""What calls do outside of workflows."""

import asyncio
import functools
from typing import Any

import pytest

import glidepath.authoring.calls
from glidepath import FlyteFile, LaunchPlan, reference_task, task, workflow
from glidepath.errors import FlyteAssertion, FlyteTypeException, FlyteValueException


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
def read(file: FlyteFile) -> str:
    return type(file).__name__


@task
async def later(a: int) -> int:
    await asyncio.sleep(0)
    return a + 1


@workflow
def adding(a: int, b: int = 2) -> int:
    return add(a=a, b=b)


def test_a_plain_call_of_a_task_is_a_call_of_its_function() -> None:
    assert add(a=1) == 11
    assert add(1, 2) == 3
    assert add(1, b=3) == 4


@pytest.mark.parametrize(
    ("args", "kwargs", "message"),
    [
        ((), {}, "needs input a"),
        ((1, 2, 3), {}, "takes 2 arguments, got 3"),
        ((1,), {"a": 2}, "got two values for its input 'a'"),
        ((), {"z": 2}, "has no input 'z'\n  try: its inputs are a, b"),
    ],
)
def test_wrong_arguments_are_named(args: tuple[Any, ...], kwargs: dict[str, Any], message: str) -> None:
    with pytest.raises(FlyteAssertion, match=message):
        add(*args, **kwargs)


def test_a_value_of_another_type_is_refused_before_the_function_runs() -> None:
    with pytest.raises(FlyteTypeException, match=r"input 'a' of .*add takes int: expected a value of type int, got 'x'"):
        add(a="x")  # type: ignore[arg-type]


def test_a_value_that_the_engine_would_convert_is_converted(tmp_path: Any) -> None:
    path = tmp_path / "x.txt"
    path.write_text("x")
    assert read(file=str(path)) == "FlyteFile"  # type: ignore[arg-type]


def test_a_plain_call_of_an_async_task_gives_its_coroutine() -> None:
    assert asyncio.run(later(a=1)) == 2


def test_call_function_awaits_even_where_a_loop_runs() -> None:
    async def inside() -> int:
        return later.call_function({"a": 2})

    assert later.is_async
    assert later.call_function({"a": 1}) == 2
    assert asyncio.run(inside()) == 3


def test_a_workflow_and_a_launch_plan_go_to_the_local_runner(monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[tuple[str, dict[str, Any]]] = []

    def runner(entity: Any, values: Any) -> str:
        seen.append((entity.short_name, dict(values)))
        return "ran"

    monkeypatch.setattr(glidepath.authoring.calls, "local_runner", runner)
    plan = LaunchPlan.create("calls.plan", adding, fixed_inputs={"b": 5})
    assert adding(1) == "ran"
    assert plan(a=3) == "ran"
    assert seen == [("adding", {"a": 1, "b": 2}), ("plan", {"a": 3})]


def test_a_launch_plan_takes_no_positional_arguments() -> None:
    with pytest.raises(FlyteAssertion, match="takes its inputs by name, not by position"):
        LaunchPlan.get_or_create(adding)(1)


def test_a_reference_cannot_run_here() -> None:
    @reference_task(project="p", domain="d", name="lib.far", version="v1")
    def far(a: int) -> int: ...  # type: ignore[empty-body]

    with pytest.raises(FlyteAssertion, match="p/d/lib.far@v1 is registered elsewhere"):
        far(a=1)


def test_an_inner_function_is_no_task_outside_of_tests() -> None:
    def make(module: str) -> Any:
        def inner(a: int) -> int:
            return a

        inner.__module__ = module
        return task(inner)

    with pytest.raises(FlyteValueException, match="is an inner function, which a container cannot import"):
        make("pipelines.training")
    assert make("tests.test_training").name == "tests.test_training.inner"


def test_a_decorated_function_keeps_its_name_and_interface() -> None:
    def traced(function: Any) -> Any:
        @functools.wraps(function)
        def wrapper(*args: Any, **kwargs: Any) -> Any:
            return function(*args, **kwargs) + 100

        return wrapper

    wrapped = task(traced(add.task_function))
    assert wrapped.short_name == "add"
    assert list(wrapped.interface.inputs) == ["a", "b"]
    assert wrapped(a=1) == 111


def test_a_task_looks_like_its_function() -> None:
    assert (add.__name__, add.__module__, add.__wrapped__) == ("add", __name__, add.task_function)  # type: ignore[attr-defined]
    assert add.source.file == __file__
