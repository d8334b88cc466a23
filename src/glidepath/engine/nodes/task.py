"""A task as a node: attempts, their reports, retries and deadlines (reference: engine.md, 1.8 and 1.9)."""

from __future__ import annotations

from datetime import timedelta

from glidepath.engine.commands import AbortAttempt, SetTimer, StartAttempt
from glidepath.engine.events import AttemptFailed, AttemptProgressed, AttemptSucceeded, TimerFired
from glidepath.engine.plan import GraphNode
from glidepath.engine.records import TaskRecord
from glidepath.engine.retries import exhausted, is_system, may_retry, runs_interruptible
from glidepath.engine.state import NodeState, Scope
from glidepath.engine.step import Step
from glidepath.idl import core

EXECUTION_TIMER, ACTIVE_TIMER = "execution", "active"
_ACTIVE_DEADLINE_FACTOR = 2
_ABORTED_CODE = "Task Aborted"

_PROGRESS = (
    core.TaskExecution.UNDEFINED,
    core.TaskExecution.QUEUED,
    core.TaskExecution.WAITING_FOR_RESOURCES,
    core.TaskExecution.INITIALIZING,
    core.TaskExecution.RUNNING,
)


class TaskNode:
    """Starts an attempt; the functions of this module take its reports."""

    def begin(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
        inputs = step.resolve(scope, graph_node)
        input_uri = node.input_uri
        step.write(input_uri, inputs)
        step.record_node(node, scope, graph_node, input_uri=input_uri)
        node = _start(step, scope, graph_node, node, inputs)
        step.record_node(node, scope, graph_node, input_uri=input_uri)
        timeout = timeout_of(graph_node)
        if timeout:
            step.command(SetTimer(node.uid, 0, ACTIVE_TIMER, step.at + _ACTIVE_DEADLINE_FACTOR * timeout))

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        step.command(AbortAttempt(node.uid, node.attempt, reason))
        error = core.ExecutionError(code=_ABORTED_CODE, message=reason, kind=core.ExecutionError.USER)
        _record(step, scope, graph_node, node._replace(task_phase=core.TaskExecution.ABORTED), error=error)


def progressed(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: AttemptProgressed) -> None:
    """Report a phase that is new, or more about the one the attempt is in; never a step back."""
    before, after = _PROGRESS.index(node.task_phase), _PROGRESS.index(event.phase)
    if after < before or (after == before and event.version <= node.task_phase_version):
        return
    if event.phase == core.TaskExecution.RUNNING and before < after:
        node = node._replace(attempt_started_at=step.at)
        timeout = timeout_of(graph_node)
        if timeout:
            step.command(SetTimer(node.uid, node.attempt, EXECUTION_TIMER, step.at + timeout))
    node = step.put(node._replace(task_phase=event.phase, task_phase_version=event.version))
    _record(step, scope, graph_node, node, reason=event.reason, logs=event.logs)


def succeeded(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: AttemptSucceeded) -> None:
    """The attempt's outputs are the node's."""
    uri = node.expected_output_uri if graph_node.has_outputs else ""
    step.transition.outputs[node.uid] = event.outputs
    node = node._replace(task_phase=core.TaskExecution.SUCCEEDED)
    _record(step, scope, graph_node, node, logs=event.logs, output_uri=uri)
    done = node._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri)
    step.finish(done, scope, graph_node, output_uri=uri, deck_uri=event.deck_uri)


def failed(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: AttemptFailed) -> None:
    """Try again where a budget is left; else the node has failed."""
    _ended_badly(step, scope, graph_node, node, event)


def timer_fired(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: TimerFired) -> None:
    """An attempt past its timeout may be tried again; a node past its deadline has timed out."""
    timeout = timeout_of(graph_node)
    if event.kind == EXECUTION_TIMER:
        if event.attempt == node.attempt and node.task_phase == core.TaskExecution.RUNNING:
            message = f"task execution timeout [{_go_duration(timeout)}] expired"
            step.command(AbortAttempt(node.uid, node.attempt, message))
            error = core.ExecutionError(code="TimeoutExpired", message=message, kind=core.ExecutionError.USER)
            _ended_badly(step, scope, graph_node, node, AttemptFailed(node.uid, node.attempt, step.at, error, recoverable=True))
        return
    message = f"task active timeout [{_go_duration(_ACTIVE_DEADLINE_FACTOR * timeout)}] expired"
    step.command(AbortAttempt(node.uid, node.attempt, message))
    error = core.ExecutionError(code="TimeoutExpired", message=message, kind=core.ExecutionError.USER)
    _record(step, scope, graph_node, node._replace(task_phase=core.TaskExecution.FAILED), error=error)
    step.finish(node._replace(phase=core.NodeExecution.TIMED_OUT, error=error), scope, graph_node)


def resumed(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
    """After a restart: ask again for the attempt and the timers that were running."""
    inputs = step.resolve(scope, graph_node)
    _command_start(step, scope, graph_node, node, inputs)
    timeout = timeout_of(graph_node)
    if timeout and node.queued_at:
        step.command(SetTimer(node.uid, 0, ACTIVE_TIMER, node.queued_at + _ACTIVE_DEADLINE_FACTOR * timeout))
    if timeout and node.attempt_started_at:
        step.command(SetTimer(node.uid, node.attempt, EXECUTION_TIMER, node.attempt_started_at + timeout))


def timeout_of(graph_node: GraphNode) -> timedelta:
    """The timeout of one attempt; zero is none."""
    task = graph_node.task
    return task.metadata.timeout.ToTimedelta() if task is not None else timedelta()


def _start(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> NodeState:
    """Attempt ``node.attempt`` is asked for; returns the running node."""
    node = step.put(node._replace(phase=core.NodeExecution.RUNNING, task_phase=core.TaskExecution.QUEUED, task_phase_version=0))
    _record(step, scope, graph_node, node)
    _command_start(step, scope, graph_node, node, inputs)
    return node


def _command_start(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> None:
    task = graph_node.task
    if task is None:
        raise LookupError(f"node [{graph_node.id}] has no task")
    interruptible = runs_interruptible(node, _wants_interruptible(step, scope, graph_node), step.state.settings)
    step.command(StartAttempt(node.uid, node.attempt, task, inputs, node.data_dir, interruptible))


def _wants_interruptible(step: Step, scope: Scope, graph_node: GraphNode) -> bool:
    """Node, then execution, then task, then workflow: the first that says something."""
    metadata, task = graph_node.spec.metadata, graph_node.task
    if metadata.WhichOneof("interruptible_value"):
        return metadata.interruptible
    if step.state.settings.interruptible is not None:
        return step.state.settings.interruptible
    if task is not None and task.metadata.WhichOneof("interruptible_value"):
        return task.metadata.interruptible
    return scope.graph.interruptible


def _ended_badly(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: AttemptFailed) -> None:
    task, settings, error = graph_node.task, step.state.settings, event.error
    if task is None:
        raise LookupError(f"node [{graph_node.id}] has no task")
    node = node._replace(task_phase=core.TaskExecution.FAILED)
    _record(step, scope, graph_node, node, logs=event.logs, error=error)
    if event.recoverable and may_retry(node, error, task, settings):
        again = node._replace(
            attempt=node.attempt + 1,
            system_failures=node.system_failures + is_system(error),
            attempt_started_at=None,
        )
        inputs = step.resolve(scope, graph_node)
        _start(step, scope, graph_node, again, inputs)
        return
    if event.recoverable:
        error = exhausted(node, error, task, settings)
    step.finish(node._replace(phase=core.NodeExecution.FAILED, error=error), scope, graph_node, deck_uri=event.deck_uri)


def _record(
    step: Step,
    scope: Scope,
    graph_node: GraphNode,
    node: NodeState,
    *,
    reason: str = "",
    logs: tuple[core.TaskLog, ...] = (),
    output_uri: str = "",
    error: core.ExecutionError | None = None,
) -> None:
    step.record_task(
        TaskRecord(
            uid=node.uid,
            node=graph_node,
            scope=scope,
            attempt=node.attempt,
            phase=node.task_phase,
            at=step.at,
            version=node.task_phase_version,
            reason=reason,
            logs=logs,
            input_uri=node.input_uri,
            output_uri=output_uri,
            error=error,
        )
    )


def _go_duration(duration: timedelta) -> str:
    """A duration as Go prints it: ``1h0m5s``; stock clients search for this text."""
    seconds = duration.total_seconds()
    hours, rest = divmod(int(seconds), 3600)
    minutes, whole = divmod(rest, 60)
    last = f"{whole + seconds % 1:g}s"
    return f"{hours}h{minutes}m{last}" if hours else f"{minutes}m{last}" if minutes else last
