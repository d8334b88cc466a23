"""Drives the server's engine in this process, with a journal in memory.

Tasks run one after the other in the caller's thread, so that a debugger works; what a task raises reaches the caller as it
is, with a note of the node.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.workflows import WorkflowBase
from glidepath.compiler import CompilationError
from glidepath.engine import ExecutionState, Settings, Transition, advance, apply
from glidepath.engine.attempts import place_of
from glidepath.engine.commands import AwaitSignal, Command, LookupCache, SetTimer, StartAttempt, StartChild
from glidepath.engine.events import (
    AttemptFailed,
    AttemptProgressed,
    AttemptSucceeded,
    CacheAnswered,
    ChildEnded,
    Event,
    Launched,
    Proceed,
    SignalSet,
)
from glidepath.engine.records import ExecutionRecord
from glidepath.engine.state import LIVE_PHASES
from glidepath.engine.transition import CacheEntry
from glidepath.errors import FlyteAssertion
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, key_of
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES
from glidepath.local.cache_settings import overwrites_cache, uses_cache
from glidepath.local.failures import Raised, engine_error, exited, noted
from glidepath.local.options import RunOptions
from glidepath.local.prepare import IdKey, Prepared, prepare
from glidepath.local.timers import Timers
from glidepath.runtime.checkpoint import Checkpoint
from glidepath.runtime.context import ExecutionParameters, local_parameters
from glidepath.runtime.execution import run_task
from glidepath.types import DataContext

if TYPE_CHECKING:
    from glidepath.authoring.dynamic_jobs import Futures
    from glidepath.engine.cache_differences import Work


class Surroundings(NamedTuple):
    """What a run and the child executions that it starts have in common."""

    ctx: DataContext
    folder: Path
    options: RunOptions


class LocalRun:
    """One execution in this process: events in, commands carried out one by one until none is left."""

    def __init__(self, workflow: WorkflowBase[..., Any], surroundings: Surroundings, name: str) -> None:
        self._prepared: Prepared = prepare(workflow)
        self._entities: dict[IdKey, Any] = {}
        """Of dynamic tasks; those of the workflow itself are prepared."""
        self._workflow = workflow
        self._surroundings = surroundings
        ctx, folder, options = surroundings
        self._ctx = ctx
        self._values: dict[str, core.LiteralMap] = {}
        self._state = ExecutionState(
            core.WorkflowExecutionIdentifier(project="local", domain="local", name=name),
            self._prepared.plan,
            Settings(str(folder / "metadata" / name), ctx.raw_output_prefix, overwrite_cache=overwrites_cache(os.environ)),
            self._values,
        )
        self._workspaces = f"{folder}/work"
        self._parameters = local_parameters(str(folder), ctx.raw_output_prefix)
        self._commands: deque[Command] = deque()
        self._questions: deque[AwaitSignal] = deque()
        """Asked when nothing else can go on, so that nobody waits for a person who waits for them."""
        self._work: dict[str, Work] = {}
        """What cached nodes will keep, by ``uid``: their inputs may change while they run."""
        self._timers = Timers(self._state)
        self._tell = None if options.watch is None else _teller(self._state, options.watch)
        self.raised: list[Raised] = []
        """What attempts raised, first to last."""
        self.error: core.ExecutionError | None = None
        """Why the run failed."""

    def to_end(self, inputs: core.LiteralMap) -> core.LiteralMap | None:
        """Run; gives back the outputs, or None for a run that failed."""
        self._send(Launched(_now(), inputs))
        while self._state.phase not in TERMINAL_WORKFLOW_PHASES:
            if self._commands:
                self._carry_out(self._commands.popleft())
            elif self._questions:
                self._ask(self._questions.popleft())
            else:
                self._timers.wait(self._workflow.name)
            if self._timers:
                self._fire_timers()
        if self._state.phase != core.WorkflowExecution.SUCCEEDED:
            return None
        return self._values[END_NODE_ID]

    def _send(self, event: Event) -> None:
        while self._step(event).more:
            event = Proceed(_now())

    def _step(self, event: Event) -> Transition:
        transition: Transition = advance(self._state, event)
        self._values.update(transition.outputs)
        if self._tell is not None:
            self._tell(transition)
        apply(self._state, transition)
        if transition.cached:
            self._keep(transition.cached)
        for command in transition.commands:
            if isinstance(command, SetTimer):
                self._timers.set(command)
            elif isinstance(command, AwaitSignal):
                self._questions.append(command)
            else:
                self._commands.append(command)
        if transition.phase in TERMINAL_WORKFLOW_PHASES and transition.records:
            self.error = _error_of(transition)
        return transition

    def _carry_out(self, command: Command) -> None:
        """An abort is nothing to do here: what a failure overtook has not begun."""
        if isinstance(command, StartAttempt):
            if self._is_wanted(command.uid, command.attempt):
                self._attempt(command)
        elif isinstance(command, (LookupCache, StartChild)) and self._is_wanted(command.uid, command.attempt):
            if isinstance(command, StartChild):
                self._child(command)
            else:
                self._look_up(command)

    def _is_wanted(self, uid: str, attempt: int) -> bool:
        node = self._state.nodes.get(uid)
        return node is not None and node.phase in LIVE_PHASES and node.attempt == attempt

    def _place(self, uid: str) -> str:
        return f"node {uid} of {self._workflow.name}"

    # --- tasks

    def _attempt(self, command: StartAttempt) -> None:
        task = self._entity(command.task.id)
        if command.task.metadata.HasField("timeout") or self._tell is not None:
            self._send(AttemptProgressed(command.uid, command.attempt, core.TaskExecution.RUNNING, _now()))
        place = f"node {command.uid}, attempt {command.attempt + 1}, of {self._workflow.name} (task {task.name})"
        try:
            outputs = self._run(task, command)
            if isinstance(outputs, core.LiteralMap):
                event: Event = AttemptSucceeded(command.uid, command.attempt, _now(), outputs)
            else:
                event = self._expand(command, outputs, place)
        except KeyboardInterrupt as interrupt:
            raise noted(interrupt, f"in {place}") from None
        except (Exception, SystemExit) as raised:  # noqa: BLE001  the engine's business first, then the caller's
            error = exited(task.name, raised) if isinstance(raised, SystemExit) else raised
            reason, recoverable = engine_error(error)
            self.raised.append(Raised(place, error, reason))
            event = AttemptFailed(command.uid, command.attempt, _now(), reason, recoverable)
        self._fire_timers()  # a task cannot be stopped in this thread: what took too long fails when it is done
        self._send(event)

    def _run(self, task: Any, command: StartAttempt) -> core.LiteralMap | Futures:
        if not command.env:
            return run_task(task, command.inputs, self._ctx, self._parameters_of(command))
        from glidepath.local.environment import variables  # items of arrays only

        with variables(command.env):
            return run_task(task, command.inputs, self._ctx, self._parameters_of(command))

    def _expand(self, command: StartAttempt, futures: Futures, place: str) -> Event:
        """A dynamic task drew a graph, which runs in its place; or one that does not fit together."""
        # Few tasks are dynamic.
        from glidepath.local.dynamic import expanded, not_buildable

        node_id = self._state.nodes[command.uid].node_id
        try:
            event = expanded(command, place_of(self._state, command), node_id, futures, _now())
        except (CompilationError, FlyteAssertion) as error:
            reason = not_buildable(command, error)
            self.raised.append(Raised(place, error, reason))
            return AttemptFailed(command.uid, command.attempt, _now(), reason, recoverable=False)
        self._entities.update(futures.entities)
        return event

    def _entity(self, identifier: core.Identifier) -> Any:
        key = key_of(identifier)
        found = self._prepared.entities.get(key)
        return self._entities[key] if found is None else found

    def _parameters_of(self, command: StartAttempt) -> ExecutionParameters:
        """The run's parameters for one attempt: its own workspace, and a checkpoint that the node's next attempt will find."""
        place = place_of(self._state, command)
        checkpoint = Checkpoint(self._ctx.storage, place.checkpoint_prefix, place.previous_checkpoint or None)
        return replace(
            self._parameters,
            workspace=f"{self._workspaces}/{place.name}",
            task_id=command.task.id,
            kept_checkpoint=checkpoint,
        )

    # --- the cache; it loads for cached tasks only

    def _look_up(self, command: LookupCache) -> None:
        if not uses_cache(os.environ):
            self._send(CacheAnswered(command.uid, command.attempt, _now(), core.CatalogCacheStatus.CACHE_DISABLED))
            return
        from glidepath.local.cache import look_up

        looked = look_up(command.task, command.inputs, self._ctx.storage)
        self._work[command.uid] = looked.work
        status = core.CatalogCacheStatus.CACHE_MISS if looked.outputs is None else core.CatalogCacheStatus.CACHE_HIT
        key = looked.work.key.catalog
        self._send(CacheAnswered(command.uid, command.attempt, _now(), status, key, looked.outputs))

    def _keep(self, entries: Sequence[CacheEntry]) -> None:
        if not uses_cache(os.environ):
            return
        from glidepath.local.cache import keep, work_of

        for entry in entries:
            known = entry.uid in self._work
            keep(entry.task, self._work.pop(entry.uid) if known else work_of(entry.task, entry.inputs), entry.outputs)

    # --- what a run waits for

    def _fire_timers(self) -> None:
        if self._timers:
            for fired in self._timers.due(_now()):
                self._send(fired)

    def _ask(self, command: AwaitSignal) -> None:
        node = self._state.nodes.get(command.uid)
        if node is None or node.phase not in LIVE_PHASES:
            return
        # click takes as long to load as a small run, and few runs ask.
        from glidepath.local.gates import answer

        value = answer(self._state, command, self._surroundings.options.signals, self._ctx, self._place(command.uid))
        self._fire_timers()
        self._send(SignalSet(command.uid, _now(), value))

    def _child(self, command: StartChild) -> None:
        """A launch plan as a node: an execution of its own, in this process too."""
        plan = self._entity(command.launch_plan)
        if not isinstance(plan, LaunchPlan):
            raise FlyteAssertion(
                f"launch plan {command.launch_plan.name} is only a reference, and a local run has nothing to run for it",
                where=self._place(command.uid),
                hint="run it on a control plane: pyflyte run --remote",
            )
        child = LocalRun(plan.workflow, self._surroundings, command.name)
        outputs = child.to_end(_with_defaults(plan, command.inputs))
        self.raised.extend(child.raised)
        phase = core.WorkflowExecution.FAILED if outputs is None else core.WorkflowExecution.SUCCEEDED
        self._send(ChildEnded(command.uid, command.attempt, _now(), phase, outputs, child.error))


def _with_defaults(plan: LaunchPlan, given: core.LiteralMap) -> core.LiteralMap:
    """The inputs of a child: what its node binds, the plan's defaults and what it fixes."""
    inputs = core.LiteralMap()
    for name, parameter in plan.parameters.parameters.items():
        if parameter.HasField("default"):
            inputs.literals[name].CopyFrom(parameter.default)
    inputs.MergeFrom(given)
    inputs.MergeFrom(plan.fixed_inputs)
    return inputs


def _teller(state: ExecutionState, watch: Callable[[Any], None]) -> Callable[[Transition], None]:
    # Only a run that is watched makes event messages.
    from glidepath.engine.rendering import render

    def tell(transition: Transition) -> None:
        for record in transition.records:
            watch(render(state, record))

    return tell


def _error_of(transition: Transition) -> core.ExecutionError | None:
    """Why the run failed; the first records of its end say only that it is going to."""
    found = (record.error for record in transition.records if isinstance(record, ExecutionRecord))
    return next((error for error in found if error is not None), None)


def _now() -> datetime:
    return datetime.now(timezone.utc)
