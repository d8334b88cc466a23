"""``advance(state, event)``: the one function behind local runs and the server."""

from __future__ import annotations

from collections.abc import Callable

from glidepath.engine import caching
from glidepath.engine.events import (
    AbortRequested,
    AttemptExpanded,
    AttemptFailed,
    AttemptProgressed,
    AttemptSucceeded,
    CacheAnswered,
    ChildEnded,
    Event,
    Launched,
    Proceed,
    Resumed,
    SignalSet,
    TimerFired,
)
from glidepath.engine.nodes import branch, gate, launch_plan, task
from glidepath.engine.plan import BRANCH, GATE, LAUNCH_PLAN, TASK, GraphNode
from glidepath.engine.scopes import abort_inside, abort_live, settle
from glidepath.engine.state import LIVE_PHASES, ROOT, ExecutionState, NodeState, Scope
from glidepath.engine.step import Step
from glidepath.engine.transition import Transition
from glidepath.idl import core, paths
from glidepath.idl.ids import START_NODE_ID
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES


def advance(state: ExecutionState, event: Event) -> Transition:
    """What ``event`` does to an execution.

    Pure: ``state`` is left as it is, and equal arguments give equal transitions. An event that comes too late (its attempt
    was replaced, its node or the execution has ended) gives an empty, false transition.
    """
    step = Step(state, event.at)
    if state.phase in TERMINAL_WORKFLOW_PHASES:
        if isinstance(event, CacheAnswered):
            caching.refuse(step, event)
        return step.transition
    if isinstance(event, Launched):
        _launch(step, event)
    elif isinstance(event, AbortRequested):
        _abort(step, event)
    elif isinstance(event, Resumed):
        _resume(step)
    elif not isinstance(event, Proceed):
        _deliver(step, event)
    if step.transition.phase not in TERMINAL_WORKFLOW_PHASES:
        settle(step)
    return step.transition


def _launch(step: Step, event: Launched) -> None:
    if step.state.phase not in (core.WorkflowExecution.UNDEFINED, core.WorkflowExecution.QUEUED):
        return
    step.enter(core.WorkflowExecution.RUNNING)
    folder = step.state.settings.metadata_dir
    uri = paths.join(paths.node_output_dir(paths.node_data_dir(folder, START_NODE_ID), 0), paths.OUTPUTS)
    step.write(uri, event.inputs)
    step.open_scope(Scope(ROOT, step.state.plan.primary, step.state.plan, data_dir=folder, input_uri=uri), event.inputs)


def _resume(step: Step) -> None:
    """Branches whose chosen node was not reported yet choose again; nodes that were ready begin as the step settles."""
    for node in step.state.nodes.values():
        scope = step.scope_of(node)
        if scope is None or node.phase not in LIVE_PHASES or step.scope(node.uid) is not None:
            continue
        graph_node = scope.graph.node(node.node_id)
        if graph_node.kind == BRANCH:
            branch.choose(step, scope, graph_node, node, step.resolve(scope, graph_node))


def _abort(step: Step, event: AbortRequested) -> None:
    root = step.scope(ROOT)
    if root is not None:
        abort_live(step, root, event.cause)
        step.close_scope(ROOT)
    error = core.ExecutionError(code="UserAborted", message=event.cause, kind=core.ExecutionError.USER)
    step.enter(core.WorkflowExecution.ABORTED, error=error)


_Attempted = AttemptProgressed | AttemptSucceeded | AttemptExpanded | AttemptFailed | CacheAnswered | ChildEnded
_Reports = _Attempted | SignalSet | TimerFired


def _task_timer_fired(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: TimerFired) -> None:
    """A dynamic node that has run too long takes the graph inside it with it."""
    if event.kind == task.ACTIVE_TIMER:
        abort_inside(step, node, task.deadline_message(graph_node))
    task.timer_fired(step, scope, graph_node, node, event)


_HANDLERS: dict[tuple[str, type], Callable[..., None]] = {
    (TASK, AttemptProgressed): task.progressed,
    (TASK, AttemptSucceeded): task.succeeded,
    (TASK, AttemptFailed): task.failed,
    (TASK, AttemptExpanded): task.expanded,
    (TASK, CacheAnswered): task.cache_answered,
    (TASK, TimerFired): _task_timer_fired,
    (LAUNCH_PLAN, ChildEnded): launch_plan.ended,
    (GATE, SignalSet): gate.answered,
    (GATE, TimerFired): gate.timer_fired,
}


def _deliver(step: Step, event: _Reports) -> None:
    """Hand a report to the node it is about, unless that attempt or node is over."""
    node = step.node(event.uid)
    if node is None or node.phase not in LIVE_PHASES:
        if isinstance(event, CacheAnswered):
            caching.refuse(step, event)
        return
    if not isinstance(event, TimerFired | SignalSet) and event.attempt != node.attempt:
        return
    scope = step.scope_of(node)
    if scope is None:
        return
    graph_node = scope.graph.node(node.node_id)
    handler = _HANDLERS.get((graph_node.kind, type(event)))
    if handler is not None:
        handler(step, scope, graph_node, node, event)
