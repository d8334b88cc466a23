"""``workflow(x=1)`` and ``pyflyte run``: the server's engine, driven in this process with a journal in memory.

Tasks run one after the other in the caller's thread, so that a debugger works; what a task raises reaches the caller as it
is, with a note of the node.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timezone
from pathlib import Path
from typing import Any

from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.workflows import WorkflowBase
from glidepath.engine import ExecutionState, Settings, Transition, advance, apply
from glidepath.engine.attempts import place_of
from glidepath.engine.commands import Command, SetTimer, StartAttempt, StartChild
from glidepath.engine.events import (
    AttemptFailed,
    AttemptProgressed,
    AttemptSucceeded,
    ChildEnded,
    Event,
    Launched,
    TimerFired,
)
from glidepath.errors import FlyteAssertion
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, key_of
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES
from glidepath.local.failures import engine_error, exited, raise_failure
from glidepath.local.folders import new_run_folder
from glidepath.local.prepare import Prepared, prepare
from glidepath.runtime.checkpoint import Checkpoint
from glidepath.runtime.context import ExecutionParameters, local_parameters
from glidepath.runtime.execution import run_task
from glidepath.storage import open_storage
from glidepath.types import DataContext, to_python

_EXECUTION = core.WorkflowExecutionIdentifier(project="local", domain="local", name="local")


def run(entity: WorkflowBase[..., Any] | LaunchPlan, kwargs: Mapping[str, Any]) -> Any:
    """Run a workflow or launch plan with Python values; gives back what its function would return.

    Raises what a task raised, or :class:`~glidepath.errors.FlyteException` for inputs that do not fit. Files that the run
    made stay in a temporary folder, since its outputs may point there.
    """
    folder = new_run_folder()
    ctx = DataContext(open_storage(), str(folder / "raw"), folder / "data", upload=False)
    inputs = _inputs(entity, kwargs, ctx)
    workflow = entity.workflow if isinstance(entity, LaunchPlan) else entity
    local = LocalRun(workflow, ctx, folder)
    outputs = local.to_end(inputs)
    if outputs is None:
        raise_failure(entity.name, local.error, local.raised)
    interface = workflow.interface
    return interface.unpack_outputs(
        {name: to_python(outputs.literals[name], output.python_type, ctx) for name, output in interface.outputs.items()}
    )


def _inputs(entity: WorkflowBase[..., Any] | LaunchPlan, kwargs: Mapping[str, Any], ctx: DataContext) -> core.LiteralMap:
    """Literals of the given values, of the defaults, and of what a launch plan fixes."""
    interface = entity.interface
    values = interface.completed(interface.named((), kwargs))
    inputs = core.LiteralMap(literals={name: interface.literal_of(name, value, ctx) for name, value in values.items()})
    if isinstance(entity, LaunchPlan):
        inputs.MergeFrom(entity.fixed_inputs)
    return inputs


def _with_defaults(plan: LaunchPlan, given: core.LiteralMap) -> core.LiteralMap:
    """The inputs of a child: what its node binds, the plan's defaults and what it fixes."""
    inputs = core.LiteralMap()
    for name, parameter in plan.parameters.parameters.items():
        if parameter.HasField("default"):
            inputs.literals[name].CopyFrom(parameter.default)
    inputs.MergeFrom(given)
    inputs.MergeFrom(plan.fixed_inputs)
    return inputs


class LocalRun:
    """One execution in this process: events in, commands carried out one by one until none is left."""

    def __init__(self, workflow: WorkflowBase[..., Any], ctx: DataContext, folder: Path) -> None:
        self._prepared: Prepared = prepare(workflow)
        self._workflow = workflow
        self._ctx = ctx
        self._folder = folder
        self._values: dict[str, core.LiteralMap] = {}
        self._state = ExecutionState(
            _EXECUTION, self._prepared.plan, Settings(str(folder / "metadata"), ctx.raw_output_prefix), self._values
        )
        self._parameters = local_parameters(str(folder), ctx.raw_output_prefix)
        self._commands: deque[Command] = deque()
        self._timers: list[SetTimer] = []
        self.raised: list[tuple[str, Exception]] = []
        """What attempts raised, with their places."""
        self.error: core.ExecutionError | None = None
        """Why the run failed."""

    def to_end(self, inputs: core.LiteralMap) -> core.LiteralMap | None:
        """Run; gives back the outputs, or None for a run that failed."""
        self._send(Launched(_now(), inputs))
        while self._commands and self._state.phase not in TERMINAL_WORKFLOW_PHASES:
            command = self._commands.popleft()
            if isinstance(command, StartAttempt):
                self._attempt(command)
            elif isinstance(command, StartChild):
                self._child(command)
            elif isinstance(command, SetTimer):
                self._timers.append(command)
        if self._state.phase != core.WorkflowExecution.SUCCEEDED:
            return None
        return self._values[END_NODE_ID]

    def _send(self, event: Event) -> None:
        transition: Transition = advance(self._state, event)
        self._values.update(transition.outputs)
        apply(self._state, transition)
        self._commands.extend(transition.commands)
        if transition.phase in TERMINAL_WORKFLOW_PHASES and transition.records:
            self.error = next((record.error for record in transition.records if record.error is not None), None)

    def _attempt(self, command: StartAttempt) -> None:
        node = self._state.nodes.get(command.uid)
        if node is None or node.attempt != command.attempt:
            return
        task = self._prepared.entities[key_of(command.task.id)]
        if command.task.metadata.HasField("timeout"):
            self._start_clock(command)
        try:
            outputs = run_task(task, command.inputs, self._ctx, self._parameters_of(command))
            event: Event = AttemptSucceeded(command.uid, command.attempt, _now(), outputs)
        except (Exception, SystemExit) as raised:  # noqa: BLE001  the engine's business first, then the caller's
            error = exited(task.name, raised) if isinstance(raised, SystemExit) else raised
            place = f"node {command.uid}, attempt {command.attempt + 1}, of {self._workflow.name} (task {task.name})"
            self.raised.append((place, error))
            reason, recoverable = engine_error(error)
            event = AttemptFailed(command.uid, command.attempt, _now(), reason, recoverable)
        self._fire_timers()
        self._send(event)

    def _parameters_of(self, command: StartAttempt) -> ExecutionParameters:
        """The run's parameters for one attempt: its own workspace, and a checkpoint that the node's next attempt will find."""
        place = place_of(self._state, command)
        checkpoint = Checkpoint(self._ctx.storage, place.checkpoint_prefix, place.previous_checkpoint or None)
        return replace(
            self._parameters,
            workspace=str(self._folder / "work" / place.name),
            task_id=command.task.id,
            kept_checkpoint=checkpoint,
        )

    def _start_clock(self, command: StartAttempt) -> None:
        """The attempt runs now: its timeout begins."""
        self._send(AttemptProgressed(command.uid, command.attempt, core.TaskExecution.RUNNING, _now()))
        while self._commands and isinstance(timer := self._commands[-1], SetTimer):
            self._timers.append(timer)
            self._commands.pop()

    def _fire_timers(self) -> None:
        """A task cannot be stopped in this thread; what took too long fails when it is done, as it would have on a server."""
        if not self._timers:
            return
        now = _now()
        due = [timer for timer in self._timers if timer.at <= now]
        self._timers = [timer for timer in self._timers if timer.at > now]
        for timer in due:
            self._send(TimerFired(timer.uid, timer.attempt, timer.kind, now))

    def _child(self, command: StartChild) -> None:
        """A launch plan as a node: an execution of its own, in this process too."""
        plan = self._prepared.entities.get(key_of(command.launch_plan))
        if not isinstance(plan, LaunchPlan):
            raise FlyteAssertion(
                f"launch plan {command.launch_plan.name} is only a reference, and a local run has nothing to run for it",
                where=f"node {command.uid} of {self._workflow.name}",
                hint="run it on a control plane: pyflyte run --remote",
            )
        child = LocalRun(plan.workflow, self._ctx, self._folder)
        outputs = child.to_end(_with_defaults(plan, command.inputs))
        self.raised.extend(child.raised)
        phase = core.WorkflowExecution.FAILED if outputs is None else core.WorkflowExecution.SUCCEEDED
        self._send(ChildEnded(command.uid, command.attempt, _now(), phase, outputs, child.error))


def _now() -> datetime:
    return datetime.now(timezone.utc)
