"""Workflows that are built call by call run, register and fail like others."""

from typing import NamedTuple, Optional

import pytest

from glidepath import FlyteError, LaunchPlan, Workflow, WorkflowFailurePolicy, task, workflow
from glidepath.authoring import ImageConfig, ImperativeWorkflow, SerializationSettings, WorkflowBase, specs_of
from glidepath.authoring.composing import current_composition
from glidepath.errors import (
    FlyteAssertion,
    FlyteFailureNodeInputMismatchException,
    FlyteTypeException,
    FlyteValidationException,
)
from glidepath.idl import core

SETTINGS = SerializationSettings(ImageConfig.of("img:v1"))


class Two(NamedTuple):
    number: int
    text: str


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
def two(n: int) -> Two:
    return Two(n, "t")


@task
def total(ns: list[int]) -> int:
    return sum(ns)


@task
def by_name() -> dict[str, list[int]]:
    return {"k": [4]}


@task
def breaks(a: int) -> int:
    raise ValueError(f"broken {a}")


told: list[tuple[int, Optional[FlyteError]]] = []


@task
def tell(n: int, err: Optional[FlyteError] = None) -> None:
    told.append((n, err))


@workflow
def below(a: int) -> int:
    return add(a=a)


def simple(name: str = "my.simple") -> ImperativeWorkflow:
    wf = Workflow(name=name)
    n = wf.add_workflow_input("n", int)
    first = wf.add_entity(add, a=n)
    second = wf.add_entity(two, n=first.outputs["o0"])
    wf.add_workflow_output("number", second.outputs["number"])
    wf.add_workflow_output("text", second.text)
    return wf


def test_flytekits_name_is_the_imperative_kind() -> None:
    assert Workflow is ImperativeWorkflow
    assert issubclass(ImperativeWorkflow, WorkflowBase)


def test_a_workflow_of_calls_runs_and_names_its_outputs() -> None:
    out = simple()(n=2)
    assert (tuple(out), out.number, out.text) == ((12, "t"), 12, "t")


def test_it_is_ready_when_there_is_a_node_and_every_input_is_used() -> None:
    wf = Workflow(name="w")
    states = [wf.ready()]
    n = wf.add_workflow_input("n", int)
    m = wf.add_workflow_input("m", int)
    node = wf.add_entity(add, a=n)
    states.append(wf.ready())
    wf.add_entity(total, ns=[m, node.o0])
    assert [*states, wf.ready()] == [False, False, True]


def test_sub_workflows_launch_plans_and_lists() -> None:
    plan = LaunchPlan.get_or_create(below, name="test_imperative.plan")
    wf = Workflow(name="w.all")
    n = wf.add_workflow_input("n", int)
    a = wf.add_task(add, a=n)
    b = wf.add_subwf(below, a=a.outputs["o0"])
    c = wf.add_launch_plan(plan, a=b.outputs["o0"])
    d = wf.add_entity(total, ns=[n, c.o0, 5])
    wf.add_workflow_output("sum", d.o0)
    wf.add_workflow_output("all", [a.o0, n], python_type=list[int])
    out = wf(n=1)
    assert (out.sum, out.all) == (1 + 31 + 5, [11, 1])


def test_types_of_outputs_are_those_of_what_gives_them() -> None:
    wf = Workflow(name="w.types")
    n = wf.add_workflow_input("n", int)
    node = wf.add_entity(by_name)
    wf.add_entity(add, a=n)
    wf.add_workflow_output("input", n)
    wf.add_workflow_output("item", node.outputs["o0"]["k"][0])
    types = wf.interface.output_types
    assert [types[name].simple for name in ("input", "item")] == [core.SimpleType.INTEGER] * 2
    assert tuple(wf(n=3)) == (3, 4)


def test_it_is_a_sub_workflow_a_launch_plan_and_is_registered_with_its_default_plan() -> None:
    inner = simple("my.inner")
    plan = LaunchPlan.get_or_create(workflow=inner, name="test_imperative.inner_plan", default_inputs={"n": 4})

    @workflow
    def outer(n: int) -> int:
        return add(a=inner(n=n).number, b=plan().number)

    assert outer(n=1) == 11 + 14
    specs = [(spec.id.resource_type, spec.id.name) for spec in specs_of([inner], SETTINGS)]
    assert specs[-2:] == [(core.ResourceType.WORKFLOW, "my.inner"), (core.ResourceType.LAUNCH_PLAN, "my.inner")]


def test_failure_policy_interruptible_and_order() -> None:
    wf = Workflow("w.policy", WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE, interruptible=True)
    a, b = wf.add_entity(add, a=1), wf.add_entity(add, a=2).with_overrides(node_name="second")
    b >> a
    template = wf.spec(SETTINGS).template
    assert template.metadata.on_failure == core.WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE
    assert template.metadata_defaults.interruptible
    assert [(node.id, list(node.upstream_node_ids)) for node in template.nodes] == [("n0", ["second"]), ("second", [])]


def test_a_failure_handler_gets_the_inputs_and_the_error() -> None:
    wf = Workflow(name="w.failing")
    n = wf.add_workflow_input("n", int)
    wf.add_entity(breaks, a=n)
    wf.add_on_failure_handler(tell)
    assert wf.spec(SETTINGS).template.failure_node.id == "efn"
    told.clear()
    with pytest.raises(ValueError, match="broken 7"):
        wf(n=7)
    (number, error) = told[0]
    assert number == 7
    assert error is not None
    assert error.failed_node_id == "n0"
    assert "broken 7" in error.message


@pytest.mark.parametrize("by_method", [True, False])
def test_a_conditional_takes_calls_and_added_entities(by_method: bool) -> None:
    wf = Workflow(name=f"w.conditional.{by_method}")
    n = wf.add_workflow_input("n", int)
    x = wf.add_entity(add, a=n)
    section = wf.create_conditional("size")
    if by_method:
        out = section.if_(x.outputs["o0"] > 12).then(wf.add_entity(add, a=n)).else_().then(wf.add_entity(add, a=n, b=0))
    else:
        out = section.if_(x.outputs["o0"] > 12).then(add(a=n)).else_().then(add(a=n, b=0))
    wf.add_workflow_output("o", out)
    assert current_composition() is None
    assert [wf(n=n) for n in (2, 3)] == [2, 13]


def test_an_unfinished_conditional_is_told_where_the_workflow_is_used() -> None:
    wf = Workflow(name="w.unfinished")
    wf.add_entity(add, a=1)
    section = wf.create_conditional("size")
    assert not wf.ready()
    with pytest.raises(FlyteValidationException, match=r"w.unfinished is not complete: conditional 'size' has no else_\(\)"):
        wf.spec(SETTINGS)
    with pytest.raises(FlyteAssertion, match="begins with if_"):
        section.else_()
    assert current_composition() is None


def test_mistakes_are_told() -> None:
    wf = Workflow(name="w.wrong")
    n = wf.add_workflow_input("n", int)
    node = wf.add_entity(add, a=n)
    wf.add_workflow_output("o", node.o0)
    with pytest.raises(FlyteValidationException, match="has an input 'n' already"):
        wf.add_workflow_input("n", int)
    with pytest.raises(FlyteValidationException, match="has an output 'o' already"):
        wf.add_workflow_output("o", node.o0)
    with pytest.raises(FlyteValidationException, match="the type of output 'p' .* is not known"):
        wf.add_workflow_output("p", [node.o0])
    with pytest.raises(FlyteTypeException, match="output 'q' of w.wrong takes str, but .* is int"):
        wf.add_workflow_output("q", node.o0, python_type=str)
    with pytest.raises(FlyteAssertion, match="takes tasks, workflows and launch plans, not 3"):
        wf.add_entity(3)  # type: ignore[arg-type]
    with pytest.raises(FlyteAssertion, match="is another workflow"):
        wf.add_entity(add, a=simple("w.other").inputs["n"])
    with pytest.raises(FlyteFailureNodeInputMismatchException, match="lacks its inputs n"):
        wf.add_on_failure_handler(by_name)
    with pytest.raises(FlyteValidationException, match="w.empty is not complete: it has no nodes"):
        Workflow(name="w.empty").spec(SETTINGS)
