from typing import NamedTuple

import pytest

from glidepath import (
    LaunchPlan,
    conditional,
    create_node,
    dynamic,
    map_task,
    reference_launch_plan,
    reference_task,
    task,
    workflow,
)
from glidepath.authoring import SerializationSettings, specs_of
from glidepath.authoring.dynamic_jobs import Futures, futures_of
from glidepath.errors import (
    FlyteAssertion,
    FlyteMissingReturnValueException,
    FlyteTypeException,
    FlyteValidationException,
)
from glidepath.idl import core

SETTINGS = SerializationSettings(project="p", domain="d", version="v")


@task
def square(x: int) -> int:
    return x * x


@task
def add(a: int, b: int) -> int:
    return a + b


@task
def note(text: str) -> None: ...


@workflow
def inner(x: int) -> int:
    return square(x=x)


@workflow
def middle(x: int, y: int = 3) -> int:
    return add(a=inner(x=x), b=y)


plan = LaunchPlan.get_or_create(inner, name="dynamic_tests_plan", default_inputs={"x": 4})


@reference_task(project="q", domain="d", name="there.task", version="v")
def registered(x: int) -> int: ...


@reference_launch_plan(project="q", domain="d", name="there.plan", version="v")
def registered_plan(x: int) -> int: ...


class Out(NamedTuple):
    a: int
    b: list[int]
    c: dict[str, int]
    d: str


@dynamic
def fib(n: int) -> int:
    return n if n < 2 else add(a=fib(n=n - 1), b=fib(n=n - 2))


def job_of(drawing: object, **values: object) -> Futures:
    graph = drawing.draw(values).graph
    assert graph is not None
    return futures_of(graph, SETTINGS)


def names(messages: object) -> list[str]:
    return [message.id.name.rpartition(".")[2] for message in messages]


def test_a_loop_draws_a_node_for_each_call() -> None:
    @dynamic
    def squares(n: int) -> list[int]:
        return [square(x=i) for i in range(n)]

    job = job_of(squares, n=3).job
    assert [node.id for node in job.nodes] == ["dn0", "dn1", "dn2"]
    assert [node.inputs[0].binding.scalar.primitive.integer for node in job.nodes] == [0, 1, 2]
    assert [item.promise.node_id for item in job.outputs[0].binding.collection.bindings] == ["dn0", "dn1", "dn2"]
    assert job.min_successes == 3
    assert names(job.tasks) == ["square"]


def test_a_body_that_calls_nothing_gives_plain_values() -> None:
    assert fib.draw({"n": 1}) == (None, 1)


def test_recursion_is_a_node_of_the_task_itself() -> None:
    job = job_of(fib, n=4).job
    assert [node.task_node.reference_id.name.rpartition(".")[2] for node in job.nodes] == ["fib", "fib", "add"]
    assert names(job.tasks) == ["fib", "add"]
    assert {template.id.version for template in job.tasks} == {"v"}


def test_outputs_mix_promises_and_constants() -> None:
    @dynamic
    def mixed(n: int) -> Out:
        x = square(x=n)
        return Out(a=x, b=[x, 3], c={"k": x, "l": 4}, d="const")

    outputs = {each.var: each.binding for each in job_of(mixed, n=2).job.outputs}
    assert list(outputs) == ["a", "b", "c", "d"]
    assert outputs["b"].collection.bindings[1].scalar.primitive.integer == 3
    assert outputs["c"].map.bindings["k"].promise.node_id == "dn0"
    assert outputs["d"].scalar.primitive.string_value == "const"


def test_what_is_below_travels_with_the_job_and_its_objects_with_the_futures() -> None:
    @dynamic
    def everything(n: int) -> list[int]:
        return [middle(x=n), plan(x=n), registered(x=n), registered_plan(x=n), map_task(square)(x=[n, 2])[0]]

    futures = job_of(everything, n=2)
    assert names(futures.job.subworkflows) == ["inner", "middle"]
    assert names(futures.job.tasks) == ["square", "add", map_task(square).short_name]
    kinds = {(key[0], key[1], key[3].rpartition(".")[2]) for key in futures.entities}
    assert {(core.ResourceType.LAUNCH_PLAN, "p", "dynamic_tests_plan"), (core.ResourceType.TASK, "q", "task")} <= kinds
    found = {each.id.name: each for each in futures.launch_plans}
    assert {"dynamic_tests_plan", "there.plan"} <= set(found)
    assert found["dynamic_tests_plan"].expected_inputs.parameters["x"].default.scalar.primitive.integer == 4
    assert list(found["there.plan"].expected_outputs.variables) == ["o0"]


def test_order_names_and_conditions_work_as_in_a_workflow() -> None:
    @dynamic
    def ordered(n: int) -> int:
        create_node(note, text="a") >> create_node(note, text="b")
        x = square(x=n).with_overrides(node_name="first", retries=4)
        return conditional("c").if_(x > 3).then(square(x=x)).else_().then(add(a=x, b=n))

    job = job_of(ordered, n=2).job
    assert [node.id for node in job.nodes] == ["dn0", "dn1", "first", "dn3"]
    assert list(job.nodes[1].upstream_node_ids) == ["dn0"]
    assert job.nodes[2].metadata.retries.retries == 4
    assert job.nodes[3].branch_node.if_else.case.then_node.id == "dn0"


def test_an_async_body_awaits_its_calls() -> None:
    @dynamic
    async def waiting(n: int) -> int:
        return await add(a=await square(x=n), b=1)

    assert [node.id for node in job_of(waiting, n=2).job.nodes] == ["dn0", "dn1"]


def test_two_nodes_of_one_name_are_told() -> None:
    @dynamic
    def twice(n: int) -> int:
        square(x=n).with_overrides(node_name="same")
        return square(x=n).with_overrides(node_name="same")

    with pytest.raises(FlyteAssertion, match="two nodes of workflow .*twice have the id 'same'"):
        twice.draw({"n": 1})


def test_outputs_that_do_not_fit_are_told() -> None:
    @dynamic
    def wrong(n: int) -> str:
        return square(x=n)

    @dynamic
    def missing(n: int) -> int:
        square(x=n)
        if n < 0:
            return 1

    with pytest.raises(FlyteTypeException, match="output 'o0' of .*wrong takes str, but .* is int"):
        wrong.draw({"n": 1})
    with pytest.raises(FlyteMissingReturnValueException, match="missing declares outputs"):
        missing.draw({"n": 1})


def test_what_a_body_does_wrong_is_told_with_its_line() -> None:
    @dynamic
    def counted(n: int) -> int:
        return len(range(square(x=n)))

    with pytest.raises(FlyteAssertion, match="has no value yet") as caught:
        counted.draw({"n": 2})
    place = f"{__file__}:{counted.task_function.__code__.co_firstlineno + 2}"
    assert caught.value.where == f"the body of dynamic task {counted.name}, {place}"


def test_a_promise_of_an_outer_workflow_does_not_reach_into_a_body() -> None:
    kept = []

    @workflow
    def outer(x: int) -> int:
        kept.append(square(x=x))
        return kept[0]

    specs_of([outer], SETTINGS)

    @dynamic
    def thief(n: int) -> int:
        return square(x=kept[0])

    with pytest.raises(FlyteAssertion, match="which is another workflow"):
        thief.draw({"n": 1})


def test_hints_are_registered_before_the_task() -> None:
    @dynamic(node_dependency_hints=[plan, map_task(plan)])
    def launching(n: int) -> int:
        return plan(x=n)

    found = [spec.id.name for spec in specs_of([launching], SETTINGS)]
    assert found[-1] == launching.name
    assert "dynamic_tests_plan" in found


def test_hints_must_be_entities() -> None:
    with pytest.raises(FlyteValidationException, match="node_dependency_hints holds 3") as caught:
        dynamic(node_dependency_hints=[3])(square.task_function)
    assert "test_dynamic.py" in caught.value.where


def test_in_a_workflow_it_is_a_node_like_any_task() -> None:
    @workflow
    def flow(n: int) -> int:
        return add(a=fib(n=n), b=1)

    spec = next(spec.message for spec in specs_of([flow], SETTINGS) if spec.entity is flow)
    assert spec.template.nodes[0].task_node.reference_id.name == fib.name


def test_the_decorator_is_found_after_its_class() -> None:
    import glidepath
    from glidepath import authoring

    for package in (glidepath, authoring):
        assert package.DynamicTask is type(fib)
        assert package.dynamic is dynamic
