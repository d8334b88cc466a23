"""A task as a node: attempts, their reports, retries and deadlines (reference: engine.md, 1.8 and 1.9)."""

from __future__ import annotations

from datetime import timedelta

from glidepath.engine import attempts, caching
from glidepath.engine.commands import AbortAttempt, SetTimer, StartAttempt
from glidepath.engine.durations import go_duration
from glidepath.engine.events import (
    AttemptExpanded,
    AttemptFailed,
    AttemptProgressed,
    AttemptSucceeded,
    CacheAnswered,
    TimerFired,
)
from glidepath.engine.plan import GraphNode, Plan
from glidepath.engine.retries import exhausted, is_system, may_retry, pause_before, runs_interruptible
from glidepath.engine.state import ITEMS, NodeState, Scope
from glidepath.engine.step import COUNTED_KINDS, Step
from glidepath.idl import core

EXECUTION_TIMER, ACTIVE_TIMER, BACKOFF_TIMER = "execution", "active", "backoff"
_ACTIVE_DEADLINE_FACTOR = 2
_ABORTED_CODE = "Task Aborted"
_NO_GRAPH_INSIDE = "an item of an array cannot be a dynamic task: map a launch plan, or an ordinary task"

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
        step.write_inputs(scope, node, inputs)
        if scope.handling is None and caching.looks_up(step, graph_node):
            caching.look_up(step, graph_node, node, inputs)
        else:
            _run(step, scope, graph_node, node._replace(cache_status=caching.first_status(step, graph_node)), inputs)

    def abort(self, step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, reason: str) -> None:
        if node.task_phase in (core.TaskExecution.UNDEFINED, core.TaskExecution.SUCCEEDED):
            return  # it waits for the cache or for its next attempt, or the nodes inside it are aborted one by one
        step.command(AbortAttempt(node.uid, node.attempt, reason))
        error = core.ExecutionError(code=_ABORTED_CODE, message=reason, kind=core.ExecutionError.USER)
        step.record_task(node._replace(task_phase=core.TaskExecution.ABORTED), scope, graph_node, error=error)


def cache_answered(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: CacheAnswered) -> None:
    """Kept outputs are the node's; else its task runs."""
    if node.phase != core.NodeExecution.QUEUED or node.cache_status:
        return
    node = node._replace(cache_status=event.status, cache_key=event.key, reservation=event.reservation)
    if event.status != core.CatalogCacheStatus.CACHE_HIT or event.outputs is None:
        _run(step, scope, graph_node, node, step.resolve(scope, graph_node))
        return
    uri = node.expected_output_uri
    step.write(uri, event.outputs)
    step.transition.outputs[node.uid] = event.outputs
    done = node._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri)
    step.finish(done, scope, graph_node, input_uri=node.input_uri, output_uri=uri)


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
    step.record_task(node, scope, graph_node, reason=event.reason, logs=event.logs)


def succeeded(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: AttemptSucceeded) -> None:
    """The attempt's outputs are the node's."""
    uri = node.expected_output_uri if graph_node.has_outputs else ""
    step.transition.outputs[node.uid] = event.outputs
    node = node._replace(task_phase=core.TaskExecution.SUCCEEDED)
    step.record_task(node, scope, graph_node, logs=event.logs, output_uri=uri)
    node = caching.keep(step, graph_node, node, lambda: step.resolve(scope, graph_node), event.outputs)
    done = node._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri)
    step.finish(done, scope, graph_node, output_uri=uri, deck_uri=event.deck_uri)


def expanded(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: AttemptExpanded) -> None:
    """The attempt of a dynamic task wrote a plan: its graph runs inside the node."""
    if scope.kind == ITEMS:
        error = core.ExecutionError(code="DynamicNotSupported", message=_NO_GRAPH_INSIDE, kind=core.ExecutionError.USER)
        _ended_badly(step, scope, graph_node, node, AttemptFailed(node.uid, node.attempt, step.at, error, recoverable=False))
        return
    node = node._replace(task_phase=core.TaskExecution.SUCCEEDED)
    step.record_task(node, scope, graph_node, logs=event.logs)
    node = node._replace(closure_uri=event.closure_uri, job_spec_uri=event.job_spec_uri)
    if graph_node.kind in COUNTED_KINDS:  # its place goes to the nodes inside
        step.transition.running -= 1
    _open_dynamic(step, scope, graph_node, node, Plan(event.closure), deck_uri=event.deck_uri)


def _open_dynamic(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, plan: Plan, **facts: str) -> None:
    node = step.put(node._replace(phase=core.NodeExecution.DYNAMIC_RUNNING))
    step.record_node(node, scope, graph_node, input_uri=node.input_uri, **facts)
    step.open_scope(dynamic_scope(scope, node, plan), step.resolve(scope, graph_node))


def dynamic_scope(outer: Scope, node: NodeState, plan: Plan) -> Scope:
    """The graph inside a dynamic node."""
    return Scope(
        uid=node.uid,
        graph=plan.primary,
        plan=plan,
        outer=outer.uid,
        attempt=node.attempt,
        data_dir=node.output_dir,
        input_uri=node.input_uri,
        dynamic=True,
    )


def failed(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: AttemptFailed) -> None:
    """Try again where a budget is left; else the node has failed."""
    _ended_badly(step, scope, graph_node, node, event)


def timer_fired(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, event: TimerFired) -> None:
    """An attempt past its timeout may be tried again; a node past its deadline has timed out."""
    timeout = timeout_of(graph_node)
    if event.kind == BACKOFF_TIMER:
        if event.attempt == node.attempt and node.not_before is not None:
            _start(step, scope, graph_node, node._replace(not_before=None), step.resolve(scope, graph_node))
        return
    if event.kind == EXECUTION_TIMER:
        if event.attempt == node.attempt and node.task_phase == core.TaskExecution.RUNNING:
            message = f"task execution timeout [{go_duration(timeout)}] expired"
            step.command(AbortAttempt(node.uid, node.attempt, message))
            error = core.ExecutionError(code="TimeoutExpired", message=message, kind=core.ExecutionError.USER)
            _ended_badly(step, scope, graph_node, node, AttemptFailed(node.uid, node.attempt, step.at, error, recoverable=True))
        return
    message = deadline_message(graph_node)
    error = core.ExecutionError(code="TimeoutExpired", message=message, kind=core.ExecutionError.USER)
    if node.task_phase not in (core.TaskExecution.UNDEFINED, core.TaskExecution.SUCCEEDED):
        step.command(AbortAttempt(node.uid, node.attempt, message))
        step.record_task(node._replace(task_phase=core.TaskExecution.FAILED), scope, graph_node, error=error)
    node = caching.release(step, node)
    step.finish(node._replace(phase=core.NodeExecution.TIMED_OUT, error=error), scope, graph_node)


def deadline_message(graph_node: GraphNode) -> str:
    """What a node that took too long with all its attempts says."""
    return f"task active timeout [{go_duration(_ACTIVE_DEADLINE_FACTOR * timeout_of(graph_node))}] expired"


def resumed(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
    """After a restart: ask again for the attempt and the timers that were running."""
    if node.not_before is not None:
        step.command(SetTimer(node.uid, node.attempt, BACKOFF_TIMER, node.not_before))
    elif node.phase == core.NodeExecution.QUEUED:
        caching.look_up(step, graph_node, node, step.resolve(scope, graph_node))
    elif node.phase == core.NodeExecution.RUNNING:
        _command_start(step, scope, graph_node, node, step.resolve(scope, graph_node))
    timeout = timeout_of(graph_node)
    if timeout and node.queued_at:
        step.command(SetTimer(node.uid, 0, ACTIVE_TIMER, node.queued_at + _ACTIVE_DEADLINE_FACTOR * timeout))
    if timeout and node.attempt_started_at and node.phase == core.NodeExecution.RUNNING:
        step.command(SetTimer(node.uid, node.attempt, EXECUTION_TIMER, node.attempt_started_at + timeout))


def timeout_of(graph_node: GraphNode) -> timedelta:
    """The timeout of one attempt; zero is none."""
    task = graph_node.task
    return task.metadata.timeout.ToTimedelta() if task is not None else timedelta()


def _run(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> None:
    """No cached outputs: the first attempt begins, or the plan that an earlier execution's attempt wrote goes on."""
    step.record_node(node, scope, graph_node, input_uri=node.input_uri)
    timeout = timeout_of(graph_node)
    if timeout:
        step.command(SetTimer(node.uid, 0, ACTIVE_TIMER, step.at + _ACTIVE_DEADLINE_FACTOR * timeout))
    found = step.recovered(graph_node, node, inputs) if scope.handling is None else None
    if found is not None and found.closure is not None:
        step.transition.running -= 1
        node = node._replace(attempt=found.attempt, closure_uri=found.closure_uri, job_spec_uri=found.job_spec_uri)
        _open_dynamic(step, scope, graph_node, node, Plan(found.closure))
        return
    node = _start(step, scope, graph_node, node, inputs)
    step.record_node(node, scope, graph_node, input_uri=node.input_uri)


def _start(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> NodeState:
    """Attempt ``node.attempt`` is asked for; returns the running node."""
    node = step.put(node._replace(phase=core.NodeExecution.RUNNING, task_phase=core.TaskExecution.QUEUED, task_phase_version=0))
    step.record_task(node, scope, graph_node)
    _command_start(step, scope, graph_node, node, inputs)
    return node


def _command_start(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> None:
    task = graph_node.task
    if task is None:
        raise LookupError(f"node [{graph_node.id}] has no task")
    interruptible = runs_interruptible(node, _wants_interruptible(step, scope, graph_node), step.state.settings)
    env, shared = attempts.item_environment(scope, node), attempts.shared_inputs(scope)
    step.command(StartAttempt(node.uid, node.attempt, task, inputs, node.data_dir, interruptible, env, shared))


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
    step.record_task(node, scope, graph_node, logs=event.logs, error=error)
    if event.recoverable and may_retry(node, error, task, settings):
        again = node._replace(
            attempt=node.attempt + 1,
            system_failures=node.system_failures + is_system(error),
            attempt_started_at=None,
        )
        _try_again(step, scope, graph_node, again)
        return
    if event.recoverable:
        error = exhausted(node, error, task, settings)
    node = caching.release(step, node)
    step.finish(node._replace(phase=core.NodeExecution.FAILED, error=error), scope, graph_node, deck_uri=event.deck_uri)


def _try_again(step: Step, scope: Scope, graph_node: GraphNode, node: NodeState) -> None:
    """The next attempt begins at once, or after the pause that the task asks for."""
    task = graph_node.task
    pause = pause_before(node.attempt, task) if task is not None else timedelta()
    if not pause:
        _start(step, scope, graph_node, node, step.resolve(scope, graph_node))
        return
    not_before = step.at + pause
    step.put(node._replace(task_phase=core.TaskExecution.UNDEFINED, task_phase_version=0, not_before=not_before))
    step.command(SetTimer(node.uid, node.attempt, BACKOFF_TIMER, not_before))
