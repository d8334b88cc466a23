# ruff: noqa  (the sources show every way in which users write things)
"""Workflows that are built call by call, and failure handlers of both kinds of workflow."""

from typing import Dict, List, NamedTuple, Optional

from flytekit import LaunchPlan, Workflow, WorkflowFailurePolicy, task, workflow
from flytekit.core.workflow import ImperativeWorkflow
from flytekit.types.error import FlyteError


class Both(NamedTuple):
    number: int
    text: str


@task
def grow(a: int, b: int = 10) -> int:
    return a + b


@task
def shout(text: str) -> None:
    return None


@task
def both(n: int) -> Both:
    return Both(n, "")


@task
def summed(ns: List[int]) -> int:
    return sum(ns)


@task
def nested(p: Optional[int] = None, q: int = 3) -> Dict[str, List[int]]:
    return {}


@task
def tidy(in1: int, err: Optional[FlyteError] = None) -> None:
    return None


@task
def tidy_without_default(a: int, err: Optional[FlyteError]) -> None:
    return None


@task
def tidy_with_another_name(a: int, problem: Optional[FlyteError] = None) -> int:
    return a


@workflow
def tidy_wf(a: int, err: Optional[FlyteError] = None) -> int:
    return grow(a=a)


tidy_plan = LaunchPlan.get_or_create(tidy_wf, name="corpus.imperative.tidy_plan")


@workflow
def small_wf(a: int) -> int:
    return grow(a=a)


small_plan = LaunchPlan.get_or_create(workflow=small_wf, name="corpus.imperative.small_plan")

built = Workflow(name="corpus.built")
built.add_workflow_input("in1", int)
first = built.add_entity(grow, a=built.inputs["in1"])
second = built.add_task(grow, a=first.outputs["o0"], b=4)
third = built.add_launch_plan(small_plan, a=second.outputs["o0"])
fourth = built.add_subwf(small_wf, a=third.outputs["o0"])
fifth = built.add_entity(summed, ns=[first.outputs["o0"], 5, built.inputs["in1"]])
built.add_entity(shout, text="x")
built.add_workflow_output("out1", fourth.outputs["o0"])
built.add_workflow_output("out2", fifth.outputs["o0"])
built.add_workflow_output("out3", [fifth.outputs["o0"], built.inputs["in1"]], python_type=List[int])
built.add_workflow_output("out4", {"k": fifth.outputs["o0"]}, python_type=Dict[str, int])
built.add_workflow_output("out5", 3, python_type=int)

strict = ImperativeWorkflow(
    name="built.strict", failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE, interruptible=True
)
strict_in = strict.add_workflow_input("in1", int)
strict_first = strict.add_entity(both, n=strict_in)
strict_second = strict.add_entity(grow, a=strict_first.outputs["number"]).with_overrides(node_name="yoho", retries=2)
strict_third = strict.add_entity(shout, text="dd")
strict_third >> strict_second
strict.add_workflow_output("o", strict_second.outputs["o0"])
strict.add_workflow_output("p", strict_first.outputs["text"])
strict.add_on_failure_handler(tidy)

early = Workflow(name="built.early")
early.add_workflow_input("in1", int)
early.add_on_failure_handler(tidy)
early.add_workflow_input("in2", Optional[int])
early.add_entity(nested)
early_node = early.add_entity(nested, p=early.inputs["in2"], q=early.inputs["in1"])
early.add_workflow_output("inner", early_node.outputs["o0"]["k"][0], python_type=int)


@workflow
def uses_built_wf(a: int) -> int:
    return built(in1=a).out1


built_plan = LaunchPlan.get_or_create(workflow=built, name="corpus.imperative.built_plan", default_inputs={"in1": 4})


@workflow(on_failure=tidy_without_default)
def no_default_wf(a: int) -> int:
    return grow(a=a)


@workflow(on_failure=tidy_with_another_name)
def another_name_wf(a: int) -> int:
    return grow(a=a)


@workflow(on_failure=tidy_wf)
def failing_with_tidy_wf(a: int) -> int:
    return no_default_wf(a=a)


@workflow(on_failure=tidy_plan)
def failing_with_plan_wf(a: int) -> int:
    return grow(a=a)
