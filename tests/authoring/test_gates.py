"""Gates: what their nodes say, what they give, and what they refuse. That their specs are stock's is in test_stock_parity."""

from datetime import timedelta
from typing import Any, NamedTuple

import pytest

from glidepath import approve, conditional, sleep, task, wait_for_input, workflow
from glidepath.authoring import ImageConfig, SerializationSettings, specs_of
from glidepath.compiler import compile_task, compile_workflow
from glidepath.errors import FlyteAssertion, FlyteException, FlyteTypeException, FlyteValidationException
from glidepath.idl import admin, core

SETTINGS = SerializationSettings(ImageConfig.of("img:v1"), version="1")
HOUR = timedelta(hours=1)


class Two(NamedTuple):
    number: int
    text: str


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
def note(text: str) -> None: ...


@task
def two(n: int) -> Two:
    return Two(n, "t")


def compiled(function: Any) -> core.CompiledWorkflow:
    """What a control plane makes of the workflow; raises when it would refuse it."""
    made = workflow(function)
    specs = specs_of([made], SETTINGS)
    tasks = [compile_task(spec.message.template) for spec in specs if isinstance(spec.message, admin.TaskSpec)]
    spec = made.spec(SETTINGS)
    return compile_workflow(spec.template, spec.sub_workflows, tasks, []).primary


def nodes(function: Any) -> list[core.Node]:
    return [node for node in compiled(function).template.nodes if node.id not in ("start-node", "end-node")]


def test_an_approved_value_goes_on_under_its_own_name() -> None:
    def wf(a: int) -> str:
        x = two(n=a)
        y = approve(x.text, "check", timeout=HOUR)
        note(text=y)
        return y

    _, gate, last = nodes(wf)
    assert gate.gate_node.approve.signal_id == "check"
    assert (gate.metadata.name, gate.metadata.timeout.seconds) == ("check", 3600)
    assert gate.inputs[0].var == "text"
    assert last.inputs[0].binding.promise == core.OutputReference(node_id="n1", var="text")


def test_an_input_of_the_workflow_and_a_conditionals_output_can_be_approved() -> None:
    def wf(a: int) -> int:
        b = approve(a, "first", timeout=HOUR)
        c = conditional("c").if_(b > 1).then(add(a=b)).else_().then(add(a=1))
        return approve(c, "second", timeout=HOUR)

    assert [node.id for node in nodes(wf)] == ["n0", "n1", "n2"]


def test_a_value_from_outside_has_the_type_that_was_asked_for() -> None:
    def wf() -> list[int]:
        xs = wait_for_input("numbers", timeout=timedelta(0), expected_type=list[int])
        add(a=xs[0])
        return xs

    gate, last = nodes(wf)
    assert gate.gate_node.signal.type.collection_type.simple == core.SimpleType.INTEGER
    assert gate.gate_node.signal.output_variable_name == "o0"
    assert gate.metadata.timeout.seconds == 3600  # no time means an hour
    assert last.inputs[0].binding.promise.attr_path[0].int_value == 0


def test_sleep_orders_nodes_and_gives_nothing() -> None:
    def wf(a: int) -> int:
        x = add(a=a)
        y = add(a=a)
        x >> sleep(timedelta(milliseconds=1500)) >> y
        return y

    found = {node.id: node for node in nodes(wf)}
    assert found["n2"].gate_node.sleep.duration.ToTimedelta() == timedelta(milliseconds=1500)
    assert list(found["n2"].upstream_node_ids) == ["n0"]
    assert list(found["n1"].upstream_node_ids) == ["n2"]


def test_gates_take_overrides() -> None:
    def wf(a: int) -> int:
        return approve(add(a=a), "ap", HOUR).with_overrides(node_name="asked", timeout=5, retries=2)  # type: ignore[attr-defined]

    gate = nodes(wf)[1]
    assert (gate.id, gate.metadata.timeout.seconds, gate.metadata.retries.retries) == ("asked", 5, 2)


def test_gates_register_nothing_of_their_own() -> None:
    @workflow
    def wf() -> int:
        return wait_for_input("n", HOUR, int)

    assert [spec.id.name.rpartition(".")[2] for spec in specs_of([wf], SETTINGS)] == ["wf", "wf"]


def approves_a_constant() -> int:
    return approve(3, "ap", HOUR)


def approves_nothing() -> None:
    approve(note(text="x"), "ap", HOUR)  # type: ignore[func-returns-value]


def approves_two(n: int) -> int:
    return approve(two(n=n), "ap", HOUR).number


def approves_without_a_name(n: int) -> int:
    return approve(n, "", HOUR)


def waits_for_seconds() -> int:
    return wait_for_input("n", 5, int)  # type: ignore[arg-type]


def waits_for_none() -> None:
    wait_for_input("n", HOUR, None)


def sleeps_backwards() -> None:
    sleep(timedelta(seconds=-1))


def takes_another_type(n: int) -> int:
    return add(a=wait_for_input("n", HOUR, str))  # type: ignore[arg-type]


MISTAKES: dict[Any, tuple[type[FlyteException], str]] = {
    approves_a_constant: (FlyteAssertion, r"approve\('ap'\) takes one output of a call, got 3"),
    approves_nothing: (FlyteAssertion, r"(?s)takes one output of a call, got Void\(n0\).*note has no outputs"),
    approves_two: (FlyteAssertion, r"(?s)takes one output of a call.*choose one of .number, .text"),
    approves_without_a_name: (FlyteValidationException, "approve needs a name, got ''"),
    waits_for_seconds: (FlyteValidationException, "wait_for_input takes timeout as a timedelta from 0 on, got 5"),
    waits_for_none: (FlyteTypeException, "expects None, which nobody can give"),
    sleeps_backwards: (FlyteValidationException, "sleep takes duration as a timedelta from 0 on"),
    takes_another_type: (FlyteTypeException, "input 'a' of .*add takes int, but .* is str"),
}


@pytest.mark.parametrize("function", MISTAKES, ids=lambda function: function.__name__)
def test_mistakes_are_told_with_the_users_line(function: Any) -> None:
    kind, message = MISTAKES[function]
    with pytest.raises(kind, match=message) as caught:
        compiled(function)
    assert __file__ in caught.value.where


@pytest.mark.parametrize("call", [lambda: approve(1, "x", HOUR), lambda: wait_for_input("x", HOUR, int), lambda: sleep(HOUR)])
def test_gates_outside_of_workflows_are_refused(call: Any) -> None:
    with pytest.raises(FlyteAssertion, match="stands outside of a workflow"):
        call()
