"""Gates: what they wait for is there to be set, wakes them, and outlives servers."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from admin_specs import INT, integer
from orchestrated import ABORTED, FAILED, SUCCEEDED, Server, node, outputs_of

from glidepath.admin.errors import FailedPrecondition, InvalidArgument
from glidepath.admin.gates import Gates
from glidepath.idl import admin, core


def boolean(value: bool) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(boolean=value)))


def value_gate(name: str = "n0", signal_id: str = "how-many", seconds: int = 0) -> core.Node:
    gate = core.Node(id=name, metadata=core.NodeMetadata(name=signal_id))
    gate.gate_node.signal.signal_id = signal_id
    gate.gate_node.signal.type.CopyFrom(INT)
    gate.gate_node.signal.output_variable_name = "o0"
    if seconds:
        gate.metadata.timeout.FromSeconds(seconds)
    return gate


def approval(name: str, after: str) -> core.Node:
    gate = node(name, after)
    gate.ClearField("task_node")
    gate.gate_node.approve.signal_id = "sure"
    gate.inputs[0].var = "o0"
    return gate


def waiting(server: Server, *nodes: core.Node, name: str = "e1") -> core.WorkflowExecutionIdentifier:
    """An execution of n0 (a gate for a number) and a task on it, until the gate waits."""
    server.register()
    plan = server.register_graph("gated", nodes or [value_gate(), node("n1", "n0")])
    execution = server.launch(name, plan, n=1)
    server.until(lambda: bool(server.signals(execution)))
    return execution


def test_a_value_that_is_set_goes_on_as_the_gates_output(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = waiting(server)
    assert server.nodes(execution)["n0"] == "RUNNING"
    server.answer(execution, "how-many", integer(41))
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 42}


def test_a_value_of_another_type_is_refused_and_the_gate_waits_on(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = waiting(server)
    with pytest.raises(InvalidArgument, match="is not castable to existing signal type"):
        server.answer(execution, "how-many", boolean(True))
    server.answer(execution, "how-many", integer(1))
    assert server.run_to_end(execution) == SUCCEEDED


def test_a_signal_that_was_set_before_the_gate_began_lets_it_through(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    plan = server.register_graph("gated", [node("n0"), value_gate("n1"), node("n2", "n1")])
    plan_nodes = server.launch("e1", plan, n=1)
    identifier = core.SignalIdentifier(signal_id="how-many", execution_id=plan_nodes)
    server.call("GetOrCreateSignal", admin.SignalGetOrCreateRequest(id=identifier, type=INT))
    server.answer(plan_nodes, "how-many", integer(6))
    assert server.run_to_end(plan_nodes) == SUCCEEDED
    assert outputs_of(server, plan_nodes) == {"o0": 7}


def test_an_unanswered_gate_is_awaited_again_after_a_restart(servers: Callable[[], Server]) -> None:
    execution = waiting(servers())
    server = servers()
    server.answer(execution, "how-many", integer(2))
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 3}


def test_an_answer_that_no_server_heard_is_found_by_the_next(
    servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    execution = waiting(server)
    with monkeypatch.context() as patch:
        patch.setattr(type(server.orchestrator), "signalled", lambda *_: None)
        server.answer(execution, "how-many", integer(9))
        server.orchestrator.stop()
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 10}


def test_a_gate_is_woken_without_looking(servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    """Setting the signal wakes it: nobody reads the signal again and again."""
    looks: list[str] = []
    wait = Gates.wait

    def count(self: Gates, live: object, command: object) -> None:
        looks.append("look")
        wait(self, live, command)  # type: ignore[arg-type]

    monkeypatch.setattr(Gates, "wait", count)
    server = servers()
    execution = waiting(server)
    server.answer(execution, "how-many", integer(1))
    assert server.run_to_end(execution) == SUCCEEDED
    assert looks == ["look"]


def test_one_answer_lets_all_gates_through_that_ask_the_same(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = waiting(server, value_gate("n0"), value_gate("n1"), node("n2", "n1"))
    server.until(lambda: set(server.nodes(execution).values()) >= {"RUNNING"} and len(server.nodes(execution)) >= 3)
    server.answer(execution, "how-many", integer(4))
    assert server.run_to_end(execution) == SUCCEEDED
    assert server.nodes(execution)["n0"] == server.nodes(execution)["n1"] == SUCCEEDED


def awaiting_approval(server: Server) -> core.WorkflowExecutionIdentifier:
    """An execution between a node that ran and one that waits until ``sure`` is answered."""
    server.register()
    execution = server.launch("e1", server.register_graph("gated", [node("n0"), approval("n1", "n0"), node("n2", "n1")]), n=1)

    def asked() -> bool:
        server.executor.run_next()
        return server.signals(execution) == ["sure"]

    server.until(asked)
    return execution


def test_an_approval_passes_its_value_on(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = awaiting_approval(server)
    server.answer(execution, "sure", boolean(True))
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 3}


def test_a_rejection_fails_the_gate(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = awaiting_approval(server)
    server.answer(execution, "sure", boolean(False))
    assert server.run_to_end(execution) == FAILED
    assert server.error(execution).code == "ReceivedRejectSignal"


def test_a_gate_that_nobody_answers_in_time_fails_even_after_a_restart(servers: Callable[[], Server]) -> None:
    execution = waiting(servers(), value_gate(seconds=1), node("n1", "n0"))
    server = servers()
    assert server.run_to_end(execution) == FAILED
    assert server.error(execution).code == "TimeoutExpired"
    assert server.error(execution).message == "gate [n0]: nobody answered [how-many] within the timeout [1s]"


def test_an_execution_that_waits_at_a_gate_can_be_ended(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = waiting(server)
    server.terminate(execution)
    assert server.run_to_end(execution) == ABORTED
    with pytest.raises(FailedPrecondition, match=r"is over \(ABORTED\)"):
        server.answer(execution, "how-many", integer(1))
    assert server.nodes(execution)["n0"] == ABORTED


def test_a_sleep_is_over_after_its_time_also_across_a_restart(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    nap = core.Node(id="n0", metadata=core.NodeMetadata(name="nap"))
    nap.gate_node.sleep.duration.FromMilliseconds(300)
    last = node("n1")
    last.upstream_node_ids.append("n0")
    execution = server.launch("e1", server.register_graph("sleepy", [nap, last]), n=1)
    server.until(lambda: server.nodes(execution).get("n0") == "RUNNING")
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
