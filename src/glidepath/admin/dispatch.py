"""Between the engine and the executors: commands become attempts, reports become events."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from glidepath.admin.expanding import Planned
from glidepath.admin.live import Key, Live
from glidepath.engine.attempts import place_of
from glidepath.engine.commands import AbortAttempt, StartAttempt
from glidepath.engine.events import AttemptFailed, AttemptProgressed, AttemptSucceeded
from glidepath.executors.protocol import Attempt, Executor, Listener, Report, Succeeded
from glidepath.idl import core

AttemptEvent = AttemptProgressed | AttemptSucceeded | AttemptFailed


@dataclass(frozen=True)
class _Running:
    key: Key
    uid: str
    attempt: int
    task: core.TaskTemplate
    output_prefix: str


class Dispatcher:
    """Hands attempts to the executor of their task type and remembers whose they are. One thread uses it."""

    def __init__(self, executors: Sequence[Executor]) -> None:
        self._executors = executors
        self._attempts: dict[str, _Running] = {}
        self._names: dict[tuple[Key, str, int], str] = {}

    def start(self, listener: Listener) -> None:
        """Let executors begin; their reports go to ``listener``, from any thread."""
        for executor in self._executors:
            executor.start(listener)

    def sweep(self) -> None:
        """Everything wanted has been adopted; what else runs was aborted just before the last server ended."""
        for executor in self._executors:
            executor.sweep()

    def close(self) -> None:
        """Stop taking and reporting; what runs goes on."""
        for executor in self._executors:
            executor.close()

    def submit(self, live: Live, command: StartAttempt) -> None:
        """Start an attempt that the engine asked for."""
        attempt = self._attempt(live, command)
        self._executor_of(attempt.task).submit(attempt)

    def adopt(self, live: Live, commands: Sequence[StartAttempt]) -> None:
        """After a restart: go on with attempts that an earlier server may have started."""
        for command in commands:
            attempt = self._attempt(live, command)
            self._executor_of(attempt.task).adopt([attempt])

    def abort(self, live: Live, command: AbortAttempt) -> None:
        """Stop an attempt; one that is over already stays as it is."""
        name = self._names.get((live.key, command.uid, command.attempt))
        if name is not None:
            for executor in self._executors:
                executor.abort(name, command.reason)

    def abandon(self, key: Key, reason: str) -> None:
        """Stop all attempts of an execution."""
        for name in [name for name, running in self._attempts.items() if running.key == key]:
            for executor in self._executors:
                executor.abort(name, reason)

    def whose(self, name: str) -> Key | None:
        """The execution of an attempt that somebody waits for. From any thread."""
        running = self._attempts.get(name)
        return running.key if running is not None else None

    def event_of(self, report: Report) -> tuple[Key, AttemptEvent | Planned] | None:
        """The execution that a report is about, and the engine's event, or the plan that is to be compiled before there is one.

        None for attempts that nobody waits for.
        """
        running = self._attempts.get(report.name)
        if running is None:
            return None
        uid, attempt, outcome = running.uid, running.attempt, report.outcome
        if outcome is None and report.phase != core.TaskExecution.ABORTED:
            event: AttemptEvent | Planned = AttemptProgressed(
                uid, attempt, report.phase, report.at, report.phase_version, report.reason, report.logs
            )
            return running.key, event
        self._forget(report.name, running)
        if outcome is None:
            return None
        if not isinstance(outcome, Succeeded):
            event = AttemptFailed(uid, attempt, report.at, outcome.error, outcome.recoverable, report.logs)
        elif outcome.futures:
            deck_uri = outcome.deck_uri or ""
            event = Planned(uid, attempt, report.at, running.task, running.output_prefix, report.logs, deck_uri)
        else:
            event = AttemptSucceeded(uid, attempt, report.at, outcome.outputs, report.logs, outcome.deck_uri or "")
        return running.key, event

    def _forget(self, name: str, running: _Running) -> None:
        del self._attempts[name]
        del self._names[(running.key, running.uid, running.attempt)]

    def _attempt(self, live: Live, command: StartAttempt) -> Attempt:
        place = place_of(live.state, command)
        node = live.state.nodes.get(command.uid)
        self._attempts[place.name] = _Running(live.key, command.uid, command.attempt, command.task, place.output_prefix)
        self._names[(live.key, command.uid, command.attempt)] = place.name
        return Attempt(
            name=place.name,
            execution=live.state.id,
            node_id=command.uid,
            retry_attempt=command.attempt,
            task=command.task,
            inputs=command.inputs,
            input_uri=place.input_uri,
            output_prefix=place.output_prefix,
            raw_output_prefix=place.raw_output_prefix,
            checkpoint_prefix=place.checkpoint_prefix,
            previous_checkpoint=place.previous_checkpoint,
            workflow=live.closure.workflow_id,
            env={**{pair.key: pair.value for pair in live.spec.envs.values}, **dict(command.env)},
            interruptible=command.interruptible,
            started_at=node.attempt_started_at if node is not None else None,
        )

    def _executor_of(self, task: core.TaskTemplate) -> Executor:
        for executor in self._executors:
            if executor.task_types is not None and task.type in executor.task_types:
                return executor
        return next(executor for executor in self._executors if executor.task_types is None)
