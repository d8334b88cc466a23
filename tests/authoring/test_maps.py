import asyncio
import functools
from typing import NamedTuple

import pytest

from glidepath import LaunchPlan, dynamic, eager, map_task, reference_task, task, workflow
from glidepath.authoring import ArrayNode, ArrayNodeMapTask, SerializationSettings, specs_of
from glidepath.authoring.entity import Entity
from glidepath.authoring.map_options import MapOptions
from glidepath.errors import FlyteAssertion, FlyteTypeException, FlyteValidationException
from glidepath.idl import core

SETTINGS = SerializationSettings(project="p", domain="d", version="v")
PLAIN = "6b3bd0353da5de6e84d7982921ead2b3"
"""Stock's digest of a map without options."""


@task
def square(x: int) -> int:
    return x * x


@task
def label(x: int, y: str, z: float = 2.0) -> str:
    return f"{x}{y}{z}"


@task
def odd(x: int) -> int:
    if x % 2 == 0:
        raise ValueError(f"{x} is even")
    return x


@task
async def later(x: int) -> int:
    await asyncio.sleep(0)
    return -x


@task
def nothing(x: int) -> None: ...


@task
def pair(x: int) -> tuple[int, int]:
    return x, x


@dynamic
def drawing(x: int) -> int:
    return square(x=x)


@eager
async def governing(x: int) -> int:
    return x


@workflow
def child(x: int, y: int = 3) -> int:
    return square(x=x)


@reference_task(project="p", domain="d", name="n", version="v")
def registered(x: int) -> int: ...


plan = LaunchPlan.get_or_create(child, name="map_tests_plan")


def array_of(flow: Entity) -> core.ArrayNode:
    spec = next(spec.message for spec in specs_of([flow], SETTINGS) if spec.entity is flow)
    return spec.template.nodes[0].array_node


@pytest.mark.parametrize(
    ("mapped", "values", "result"),
    [
        (map_task(square), {"x": [1, 2, 3]}, [1, 4, 9]),
        (map_task(square), {"x": []}, []),
        (map_task(functools.partial(label, z=1.0)), {"x": [1, 2], "y": ["a", "b"]}, ["1a1.0", "2b1.0"]),
        (map_task(functools.partial(square, x=5)), {}, [25]),
        (map_task(later), {"x": [1, 2]}, [-1, -2]),
        (map_task(nothing), {"x": [1]}, None),
        (map_task(odd, min_success_ratio=0.5), {"x": [1, 2, 3]}, [1, None, 3]),
        (map_task(odd, min_successes=1), {"x": [2, 4, 5]}, [None, None, 5]),
    ],
)
def test_a_plain_call_maps_in_this_process(mapped: ArrayNodeMapTask, values: dict, result: object) -> None:
    assert mapped(**values) == result


def test_lists_are_given_by_position_as_well_past_what_is_bound() -> None:
    assert map_task(functools.partial(label, y="-"))([1, 2], [0.5, 0.25]) == ["1-0.5", "2-0.25"]


def test_too_many_failures_raise_what_the_item_raised_and_name_it() -> None:
    with pytest.raises(ValueError, match="4 is even") as caught:
        map_task(odd, min_success_ratio=0.7)(x=[1, 2, 3, 4])
    assert caught.value.__notes__ == [f"in item 3 of {map_task(odd, min_success_ratio=0.7).name}"]


def test_all_items_run_before_the_failure_when_asked() -> None:
    seen = []

    @task
    def note(x: int) -> int:
        seen.append(x)
        return odd(x=x)

    with pytest.raises(ValueError, match="2 is even"):
        map_task(note, run_all_sub_nodes=True)(x=[2, 3, 4])
    assert seen == [2, 3, 4]


def test_more_successes_than_items_cannot_be() -> None:
    with pytest.raises(FlyteAssertion, match="needs 3 successes, but has 2 items"):
        map_task(square, min_successes=3)(x=[1, 2])


@pytest.mark.parametrize(("ratio", "size", "needed"), [(0.1, 10, 1), (0.55, 20, 11), (0.5, 3, 2), (0, 3, 0), (None, 3, 3)])
def test_a_ratio_is_rounded_up_of_the_number_that_was_written(ratio: float | None, size: int, needed: int) -> None:
    assert MapOptions(min_success_ratio=ratio).needed(size) == needed


def test_lists_of_two_lengths_are_refused() -> None:
    with pytest.raises(FlyteAssertion, match=r"differ in length \(x: 2, y: 1\)"):
        map_task(functools.partial(label, z=1.0))(x=[1, 2], y=["a"])


def test_one_value_for_all_items_is_bound() -> None:
    with pytest.raises(FlyteTypeException, match="input 'y' of .* takes a list, got str") as caught:
        map_task(functools.partial(label, z=1.0))(x=[1], y="a")
    assert "functools.partial(..., y=...)" in caught.value.hint


def test_an_item_of_another_type_names_the_item() -> None:
    with pytest.raises(FlyteTypeException, match="input 'x' of .*square takes int") as caught:
        map_task(square)(x=[1, "a"])
    assert "in item 1 of" in caught.value.__notes__[0]


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: map_task(pair), "has 2 outputs; a map's task has one at the most"),
        (lambda: map_task(drawing), "is of a kind that cannot be mapped"),
        (lambda: map_task(governing), "is of a kind that cannot be mapped"),
        (lambda: map_task(map_task(square)), "is of a kind that cannot be mapped"),
        (lambda: map_task(child), "map_task takes no workflow"),
        (lambda: map_task(len), "takes a task or a launch plan, not <built-in function len>"),
        (lambda: map_task(functools.partial(square, 3)), "a map binds inputs by name"),
        (lambda: map_task(functools.partial(square, q=3)), "binds q, which it does not take"),
        (lambda: map_task(square, concurrency=-1), "concurrency=-1 must be a whole number"),
        (lambda: map_task(square, min_successes=True), "min_successes=True must be a whole number"),
        (lambda: map_task(square, min_success_ratio=2.0), "min_success_ratio=2.0 must be a number between 0 and 1"),
    ],
)
def test_what_cannot_be_mapped_is_told(make: object, message: str) -> None:
    with pytest.raises(FlyteValidationException, match=message):
        make()


def test_metadata_is_for_tasks_of_the_map() -> None:
    from glidepath import TaskMetadata

    with pytest.raises(FlyteValidationException, match="metadata is for tasks that are registered with the map"):
        map_task(plan, metadata=TaskMetadata(retries=1))


def test_names_tell_maps_of_one_task_apart_as_stock_does() -> None:
    assert map_task(square).name == f"{__name__}.map_square_{PLAIN}-arraynode"
    assert map_task(square, min_success_ratio=0.5).name.endswith(".map_square_1f2210850ffce76071ffac74a263152a-arraynode")
    bound = map_task(functools.partial(label, z=3.0, y="a"), concurrency=4, min_success_ratio=0.5)
    assert bound.name == map_task(functools.partial(label, y="b", z=1.0), concurrency=4, min_success_ratio=0.5).name


def test_equal_maps_are_registered_once() -> None:
    @workflow
    def twice(xs: list[int]) -> list[int]:
        map_task(square)(x=xs)
        return map_task(square)(x=xs)

    tasks = [spec.id.name for spec in specs_of([twice], SETTINGS) if spec.id.resource_type == core.ResourceType.TASK]
    assert tasks == [map_task(square).name]


def test_min_successes_of_a_task_reach_the_engine() -> None:
    @workflow
    def some(xs: list[int]) -> list[int | None]:
        return map_task(square, min_successes=2)(x=xs)

    array = array_of(some)
    assert (array.WhichOneof("success_criteria"), array.min_successes) == ("min_successes", 2)


def test_results_that_may_lack_items_are_optional() -> None:
    with pytest.raises(FlyteTypeException, match=r"is list\[int \| None\]"):

        @workflow
        def some(xs: list[int]) -> list[int]:
            return map_task(square, min_success_ratio=0.5)(x=xs)

        specs_of([some], SETTINGS)


def test_a_launch_plan_may_have_bound_inputs() -> None:
    @workflow
    def plans(xs: list[int], y: int) -> list[int]:
        return map_task(functools.partial(plan, y=y))(x=xs)

    array = array_of(plans)
    assert list(array.bound_inputs) == ["y"]
    assert array.is_original_sub_node_interface.value
    assert [binding.var for binding in array.node.inputs] == ["x", "y"]


def test_a_map_of_a_launch_plan_registers_the_plan() -> None:
    mapped = map_task(plan)
    assert isinstance(mapped, ArrayNode)
    names = [(spec.id.resource_type, spec.id.name) for spec in specs_of([mapped], SETTINGS)]
    assert (core.ResourceType.LAUNCH_PLAN, "map_tests_plan") in names
    assert len(names) == len(set(names)) == 4  # the task, the workflow, its default plan, the plan


def test_a_map_of_what_is_registered_elsewhere_registers_nothing() -> None:
    assert specs_of([map_task(registered)], SETTINGS) == []


def test_a_plain_call_of_a_mapped_launch_plan_runs_it_for_each_item() -> None:
    assert map_task(functools.partial(plan, y=0))(x=[2, 3]) == [4, 9]


class Named(NamedTuple):
    value: int


@task
def named(x: int) -> Named:
    return Named(x)


def test_the_output_of_a_map_has_the_name_that_the_task_gave_it() -> None:
    assert list(map_task(named).interface.outputs) == ["value"]
