"""A gate as a node: it waits for a yes, for a value, or for some time to pass (reference: engine.md, 1.6)."""

from __future__ import annotations

from datetime import timedelta

from glidepath.engine.commands import AwaitSignal, SetTimer
from glidepath.engine.durations import go_duration
from glidepath.engine.events import SignalSet, TimerFired
from glidepath.engine.plan import GraphNode
from glidepath.engine.state import NodeState, Scope
from glidepath.engine.step import Step
from glidepath.idl import core

SLEEP_TIMER, TIMEOUT_TIMER = "sleep", "execution"
_BOOLEAN = core.LiteralType(simple=core.SimpleType.BOOLEAN)


class GateNode:
    """Asks to be told of the signal, or of the time."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        step.write(node.input_uri, step.resolve(scope, graph_node))
        step.record_node(node, scope, graph_node, input_uri=node.input_uri)
        node = step.put(node._replace(phase=core.NodeExecution.RUNNING, attempt_started_at=step.at))
        step.record_node(node, scope, graph_node, input_uri=node.input_uri)
        resumed(step, scope, graph_node, node)

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        """Nothing runs outside the engine; a signal that is set later finds nobody."""


def resumed(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
    """Ask for what the gate waits for: when it begins, and again after a restart."""
    gate, started = graph_node.spec.gate_node, node.attempt_started_at or step.at
    kind = gate.WhichOneof("condition")
    if kind == "sleep":
        step.command(SetTimer(node.uid, node.attempt, SLEEP_TIMER, started + gate.sleep.duration.ToTimedelta()))
    elif kind == "approve":
        step.command(AwaitSignal(node.uid, gate.approve.signal_id, _BOOLEAN, approval=True))
    else:
        step.command(AwaitSignal(node.uid, gate.signal.signal_id, gate.signal.type, approval=False))
    timeout = _timeout(graph_node)
    if timeout:
        step.command(SetTimer(node.uid, node.attempt, TIMEOUT_TIMER, started + timeout))


def answered(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: SignalSet) -> None:
    """The signal has its value: go on with it, or with the gate's inputs where it was a question of yes or no."""
    gate = graph_node.spec.gate_node
    if gate.WhichOneof("condition") == "signal":
        _succeed(step, scope, graph_node, node, core.LiteralMap(literals={gate.signal.output_variable_name: event.value}))
        return
    primitive = event.value.scalar.primitive
    if primitive.WhichOneof("value") != "boolean":
        _fail(step, scope, graph_node, node, "RuntimeExecutionError", "the signal of an approval must be a boolean")
    elif primitive.boolean:
        _succeed(step, scope, graph_node, node, step.resolve(scope, graph_node))
    else:
        _fail(step, scope, graph_node, node, "ReceivedRejectSignal", f"[{gate.approve.signal_id}] was rejected")


def timer_fired(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: TimerFired) -> None:
    """The sleep is over, or nobody answered in time."""
    if event.kind == SLEEP_TIMER:
        _succeed(step, scope, graph_node, node, core.LiteralMap())
    elif event.kind == TIMEOUT_TIMER:
        gate = graph_node.spec.gate_node
        signal_id = gate.approve.signal_id or gate.signal.signal_id
        message = f"nobody answered [{signal_id}] within the timeout [{go_duration(_timeout(graph_node))}]"
        _fail(step, scope, graph_node, node, "TimeoutExpired", message)


def _timeout(graph_node: GraphNode) -> timedelta:
    return graph_node.spec.metadata.timeout.ToTimedelta()


def _succeed(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, outputs: core.LiteralMap) -> None:
    uri = node.expected_output_uri if outputs.literals else ""
    if uri:
        step.write(uri, outputs)
    step.transition.outputs[node.uid] = outputs
    step.finish(node._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri), scope, graph_node, output_uri=uri)


def _fail(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, code: str, message: str) -> None:
    error = core.ExecutionError(code=code, message=f"gate [{graph_node.id}]: {message}", kind=core.ExecutionError.USER)
    step.finish(node._replace(phase=core.NodeExecution.FAILED, error=error), scope, graph_node)
