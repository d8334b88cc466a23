"""``on_failure``: who may handle a failure, what the node takes, and what the handler is given."""

from typing import Any, Optional

import pytest

from glidepath import FlyteError, LaunchPlan, task, workflow
from glidepath.authoring import ImageConfig, SerializationSettings
from glidepath.errors import (
    FlyteAssertion,
    FlyteFailureNodeInputMismatchException,
    FlyteTypeException,
    FlyteValidationException,
)
from glidepath.idl import core
from glidepath.types import current, literal_type_of, to_python

SETTINGS = SerializationSettings(ImageConfig.of("img:v1"))

told: list[Any] = []


@task
def breaks(n: int) -> int:
    raise ValueError(f"broken {n}")


@task
def tell(n: int, err: Optional[FlyteError] = None, more: str = "more") -> None:
    told.append((n, err, more))


@task
def tell_without_default(n: int, err: Optional[FlyteError]) -> None:
    told.append((n, err))


@workflow
def tell_wf(n: int, err: Optional[FlyteError] = None) -> None:
    tell(n=n, err=err, more="from the workflow")


@task
def without_inputs() -> None: ...


@task
def of_another_type(n: str) -> None: ...


@task
def needs_more(n: int, other: str) -> None: ...


@task
def needs_the_error(n: int, err: FlyteError) -> None: ...


def failing(n: int) -> int:
    return breaks(n=n)


@pytest.mark.parametrize("handler", [tell, tell_without_default, tell_wf], ids=lambda handler: handler.short_name)
def test_a_handler_gets_the_inputs_and_the_error_with_the_node_that_failed(handler: Any) -> None:
    told.clear()
    with pytest.raises(ValueError, match="broken 7"):
        workflow(failing, on_failure=handler)(n=7)
    number, error, *more = told[0]
    assert number == 7
    assert error.failed_node_id == "n0"
    assert "broken 7" in error.message
    assert more == {"tell": ["more"], "tell_without_default": [], "tell_wf": ["from the workflow"]}[handler.short_name]


def test_an_error_that_the_engine_wraps_in_a_union_is_the_error() -> None:
    declared = Optional[FlyteError]
    inner = core.Literal(scalar=core.Scalar(error=core.Error(message="m", failed_node_id="n3")))
    for variant in literal_type_of(declared).union_type.variants:
        if variant.simple == core.SimpleType.ERROR:
            union = core.Union(value=inner, type=variant)
    literal = core.Literal(scalar=core.Scalar(union=union))
    assert union.type.structure.tag == "FlyteError"
    assert to_python(literal, declared, current()) == FlyteError("m", "n3")


def test_a_launch_plan_can_handle_a_failure() -> None:
    plan = LaunchPlan.get_or_create(tell_wf, name="test_failure_nodes.plan")
    node = workflow(failing, on_failure=plan).spec(SETTINGS).template.failure_node
    assert node.workflow_node.launchplan_ref.name == plan.name
    assert [binding.var for binding in node.inputs] == ["err", "n"]


@pytest.mark.parametrize(
    ("handler", "kind", "message"),
    [
        (without_inputs, FlyteFailureNodeInputMismatchException, "without_inputs, which runs .* lacks its inputs n"),
        (needs_more, FlyteFailureNodeInputMismatchException, "needs other, which the workflow lacks"),
        (needs_the_error, FlyteFailureNodeInputMismatchException, r"(?s)needs err.*err: Optional\[FlyteError\] = None"),
        (of_another_type, FlyteTypeException, "input 'n' of .*of_another_type takes str, but .* is int"),
        (len, FlyteValidationException, "on_failure=<built-in function len> must be a task or workflow"),
    ],
)
def test_a_handler_that_does_not_fit_is_refused(handler: Any, kind: type[Exception], message: str) -> None:
    with pytest.raises(kind, match=message):
        workflow(failing, on_failure=handler).spec(SETTINGS)


def test_the_mismatch_is_caught_under_both_of_its_kinds() -> None:
    assert issubclass(FlyteFailureNodeInputMismatchException, (FlyteAssertion, FlyteValidationException))
    assert FlyteFailureNodeInputMismatchException("x").error_code == "USER:FailureNodeInputMismatch"
