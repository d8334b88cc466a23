"""The two ends of a graph: the start node passes the inputs on, the end node gathers the outputs."""

from __future__ import annotations

from glidepath.engine.plan import GraphNode
from glidepath.engine.state import NodeState, Scope
from glidepath.engine.step import Step
from glidepath.idl import core


class StartNode:
    """Its outputs are the graph's inputs, put there by whoever opened the scope."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        done = node._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=scope.input_uri)
        step.finish(done, scope, graph_node, output_uri=scope.input_uri)

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        """Nothing runs outside the engine."""


class EndNode:
    """Its inputs are bound to the graph's outputs."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        outputs = step.resolve(scope, graph_node)
        uri = node.expected_output_uri if scope.graph.has_outputs else ""
        if uri:
            step.write(uri, outputs)
        step.transition.outputs[node.uid] = outputs
        step.record_node(node, scope, graph_node)
        step.finish(node._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri), scope, graph_node, output_uri=uri)

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        """Nothing runs outside the engine."""
