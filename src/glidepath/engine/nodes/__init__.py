"""One module per kind of node. A kind knows how to begin and how to abort; what it hears later it handles itself.

A new kind joins by a line in ``KINDS``.
"""

from __future__ import annotations

from typing import Protocol

from glidepath.engine.bindings import BindingError
from glidepath.engine.nodes import boundary, launch_plan, sub_workflow, task
from glidepath.engine.plan import END, LAUNCH_PLAN, START, SUB_WORKFLOW, TASK, GraphNode
from glidepath.engine.state import NodeState, Scope
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
}


def begin(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
    """Start a node; what is wrong with its inputs or its kind fails the node, not the engine."""
    kind = KINDS.get(graph_node.kind)
    if kind is None:
        why = f"node [{graph_node.id}] is a {graph_node.kind}, which this version does not run"
        _fail(step, scope, graph_node, node, core.ExecutionError(code="UnsupportedNode", message=why))
        return
    try:
        kind.begin(step, scope, graph_node, node)
    except BindingError as error:
        _fail(step, scope, graph_node, node, core.ExecutionError(code=error.code, message=str(error)))


def abort(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
    """Stop what a live node started."""
    kind = KINDS.get(graph_node.kind)
    if kind is not None:
        kind.abort(step, scope, graph_node, node, reason)


def _fail(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, error: core.ExecutionError) -> None:
    error.kind = core.ExecutionError.SYSTEM
    step.finish(node._replace(phase=core.NodeExecution.FAILED, error=error), scope, graph_node)
