"""A launch plan as a node: an execution of its own, followed by its name."""

from __future__ import annotations

from glidepath.engine.commands import AbortChild, StartChild
from glidepath.engine.events import ChildEnded
from glidepath.engine.plan import GraphNode
from glidepath.engine.state import ITEMS, NodeState, Scope
from glidepath.engine.step import Step
from glidepath.idl import core
from glidepath.idl.ids import child_execution_name

_CHILD_FAILED = "RemoteChildWorkflowExecutionFailed"


class LaunchPlanNode:
    """Launches a child execution under a name that a repeated start finds again."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        inputs = step.resolve(scope, graph_node)
        input_uri = node.input_uri
        name = child_execution_name(step.state.id.name, node.uid, node.attempt)
        step.write_inputs(scope, node, inputs)
        step.record_node(node, scope, graph_node, input_uri=input_uri)
        node = step.put(node._replace(phase=core.NodeExecution.RUNNING, launched=name))
        step.record_node(node, scope, graph_node, input_uri=input_uri)
        _command_start(step, scope, graph_node, node, inputs)

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        if node.launched:
            parent = step.state.id
            where = f"{parent.project}:{parent.domain}:{parent.name}"
            text = f"cascading abort as parent execution id [{where}] aborted, reason [{reason}]"
            step.command(AbortChild(node.uid, node.launched, text))


def resumed(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
    """After a restart: ask again for the child that was running."""
    _command_start(step, scope, graph_node, node, step.resolve(scope, graph_node))


def _command_start(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> None:
    plan = graph_node.spec.workflow_node.launchplan_ref
    record = scope.uid if scope.kind == ITEMS else ""
    step.command(StartChild(node.uid, node.attempt, node.launched, plan, inputs, record))


def ended(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: ChildEnded) -> None:
    """The child ended: pass its outputs on, or its error whole."""
    if event.phase == core.WorkflowExecution.SUCCEEDED:
        uri = node.expected_output_uri
        outputs = event.outputs or core.LiteralMap()
        step.write(uri, outputs)
        step.transition.outputs[node.uid] = outputs
        done = node._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri)
        step.finish(done, scope, graph_node, output_uri=uri)
        return
    error = event.error
    if error is None or event.phase == core.WorkflowExecution.ABORTED:
        phase = core.WorkflowExecution.Phase.Name(event.phase)
        message = f"launched execution [{node.launched}] ended {phase}"
        if event.error is not None and event.error.message:
            message += f": {event.error.message}"
        error = core.ExecutionError(code=_CHILD_FAILED, message=message, kind=core.ExecutionError.USER)
    step.finish(node._replace(phase=core.NodeExecution.FAILED, error=error), scope, graph_node)
