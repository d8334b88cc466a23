"""A conditional as a node: the first case whose condition holds decides which node runs (reference: engine.md, 1.7).

The nodes of the other cases never begin, and nobody hears of them.
"""

from __future__ import annotations

from glidepath.engine.conditions import BranchError, holds
from glidepath.engine.plan import Arm, GraphNode
from glidepath.engine.state import ARM, NodeState, Scope
from glidepath.engine.step import Step
from glidepath.idl import core


class BranchNode:
    """Chooses an arm and opens a scope for its node; :mod:`glidepath.engine.scopes` ends the branch with it."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        inputs = step.resolve(scope, graph_node)
        step.write(node.input_uri, inputs)
        step.record_node(node, scope, graph_node, input_uri=node.input_uri)
        node = step.put(node._replace(phase=core.NodeExecution.RUNNING))
        step.record_node(node, scope, graph_node, input_uri=node.input_uri)
        choose(step, scope, graph_node, node, inputs)

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        """The node inside is aborted by itself."""


def choose(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> None:
    """Open the arm that these inputs lead to."""
    try:
        arm = _chosen(graph_node, inputs)
    except BranchError as error:
        why = core.ExecutionError(code=error.code, message=f"branch [{graph_node.id}]: {error.message}", kind=_USER)
        step.finish(node._replace(phase=core.NodeExecution.FAILED, error=why), scope, graph_node)
        return
    step.open_scope(arm_scope(scope, node, arm))


_USER = core.ExecutionError.USER


def arm_scope(outer: Scope, node: NodeState, arm: Arm) -> Scope:
    """The graph of one arm inside a branch node."""
    return Scope(
        uid=node.uid,
        graph=arm.graph,
        plan=outer.plan,
        outer=outer.uid,
        kind=ARM,
        attempt=node.attempt,
        data_dir=node.output_dir,
        input_uri=node.input_uri,
        dynamic=outer.dynamic,
    )


def _chosen(graph_node: GraphNode, inputs: core.LiteralMap) -> Arm:
    """The arm that runs. Raises :class:`BranchError` where there is none."""
    for arm in graph_node.arms:
        if arm.condition is None or holds(arm.condition, inputs):
            return arm
    block = graph_node.spec.branch_node.if_else
    if block.HasField("error"):
        raise BranchError(block.error.message, code="UserProvidedError")
    raise BranchError("no case holds, and there is no else")
