"""One module per kind of node. A kind knows how to begin and how to abort; what it hears later it handles itself.

A new kind joins by a line in ``KINDS``.
"""

from __future__ import annotations

from typing import Protocol

from glidepath.engine.bindings import BindingError
from glidepath.engine.nodes import array, boundary, branch, gate, launch_plan, sub_workflow, task
from glidepath.engine.plan import ARRAY, BRANCH, END, GATE, LAUNCH_PLAN, START, SUB_WORKFLOW, TASK, GraphNode
from glidepath.engine.state import ITEMS, NodeState, Scope
from glidepath.engine.step import Step
from glidepath.idl import core


class NodeKind(Protocol):
    """What the engine asks of a kind of node."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        """The node is ready: start it, or finish it at once. Raises :class:`BindingError`."""

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        """Stop what the node started outside the engine."""


KINDS: dict[str, NodeKind] = {
    START: boundary.StartNode(),
    END: boundary.EndNode(),
    TASK: task.TaskNode(),
    SUB_WORKFLOW: sub_workflow.SubWorkflowNode(),
    LAUNCH_PLAN: launch_plan.LaunchPlanNode(),
    BRANCH: branch.BranchNode(),
    GATE: gate.GateNode(),
    ARRAY: array.ArrayNode(),
}
_NEVER_RECOVERED = frozenset({START, END})


def begin(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
    """Start a node; what is wrong with its inputs or its kind fails the node, not the engine."""
    kind = KINDS.get(graph_node.kind)
    if kind is None:
        why = f"node [{graph_node.id}] is a {graph_node.kind}, which this version does not run"
        _fail(step, scope, graph_node, node, core.ExecutionError(code="UnsupportedNode", message=why))
        return
    try:
        if not _recover(step, scope, graph_node, node):
            kind.begin(step, scope, graph_node, node)
    except BindingError as error:
        _fail(step, scope, graph_node, node, core.ExecutionError(code=error.code, message=str(error)))


def _recover(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> bool:
    """Take over what an earlier execution's node gave, if this execution recovers from it; whether there was something."""
    if step.state.recovery is None or graph_node.kind in _NEVER_RECOVERED or scope.handling is not None:
        return False
    if scope.kind == ITEMS:  # taken over when their array began
        return False
    inputs = step.resolve(scope, graph_node)
    found = step.recovered(graph_node, node, inputs)
    if found is None or found.outputs is None:
        return False
    uri = node.expected_output_uri
    step.write(node.input_uri, inputs)
    step.write(uri, found.outputs)
    step.transition.outputs[node.uid] = found.outputs
    node = node._replace(
        phase=core.NodeExecution.RECOVERED,
        output_uri=uri,
        launched=found.launched,
        closure_uri=found.closure_uri,
        job_spec_uri=found.job_spec_uri,
        cache_status=found.cache_status,
        cache_key=found.cache_key,
    )
    step.finish(node, scope, graph_node, input_uri=node.input_uri, output_uri=uri)
    return True


def abort(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
    """Stop what a live node started."""
    kind = KINDS.get(graph_node.kind)
    if kind is not None:
        kind.abort(step, scope, graph_node, node, reason)


def _fail(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, error: core.ExecutionError) -> None:
    error.kind = core.ExecutionError.SYSTEM
    step.finish(node._replace(phase=core.NodeExecution.FAILED, error=error), scope, graph_node)
