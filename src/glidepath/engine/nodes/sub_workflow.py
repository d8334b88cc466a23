"""A workflow inside a workflow: a scope of its own, with the node's inputs as its inputs."""

from __future__ import annotations

from glidepath.engine.plan import GraphNode
from glidepath.engine.state import NodeState, Scope
from glidepath.engine.step import Step
from glidepath.idl import core


class SubWorkflowNode:
    """Opens a scope; :mod:`glidepath.engine.scopes` ends the node when the scope ends. It is never retried as a whole."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        inputs = step.resolve(scope, graph_node)
        input_uri = node.input_uri
        step.write(input_uri, inputs)
        step.record_node(node, scope, graph_node, input_uri=input_uri)
        node = step.put(node._replace(phase=core.NodeExecution.RUNNING))
        step.record_node(node, scope, graph_node, input_uri=input_uri)
        step.open_scope(sub_workflow_scope(scope, graph_node, node), inputs)

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        """The nodes inside are aborted one by one."""


def sub_workflow_scope(outer: Scope, graph_node: GraphNode, node: NodeState) -> Scope:
    """The graph inside a sub-workflow node."""
    return Scope(
        uid=node.uid,
        graph=outer.plan.sub_workflow(graph_node.spec.workflow_node.sub_workflow_ref),
        plan=outer.plan,
        outer=outer.uid,
        attempt=node.attempt,
        data_dir=node.output_dir,
        input_uri=node.input_uri,
        dynamic=outer.dynamic,
    )
