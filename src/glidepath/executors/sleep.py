"""The executor of ``core-sleep`` tasks: an attempt is an entry in a heap, one thread waits for all of them.

A leaf of this type costs an engine its own overhead and nothing else, so benchmarks are made of it (reference: engine.md, 2.8
and 4.3).
"""

from __future__ import annotations

import heapq
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta, timezone

from google.protobuf.json_format import MessageToDict

from glidepath.errors import FlyteValidationException
from glidepath.executors.protocol import Attempt, Listener, Report, Succeeded
from glidepath.executors.verdict import failure, final_report
from glidepath.idl import core, paths

TASK_TYPE = "core-sleep"
_DURATION = "duration"
_SLACK = 1024


class SleepExecutor:
    """Ends each attempt when its duration is over; see :class:`~glidepath.executors.protocol.Executor`.

    What is kept of an attempt is its name and the place of its outputs. After a restart an attempt sleeps for what is left of
    its duration.
    """

    def __init__(self) -> None:
        self._listener: Listener | None = None
        self._due: list[tuple[datetime, str]] = []
        self._sleeping: dict[str, str] = {}
        self._changed = threading.Condition()
        self._thread = threading.Thread(target=self._wait, name="glidepath-sleep", daemon=True)
        self._closed = False

    @property
    def task_types(self) -> frozenset[str] | None:
        """``core-sleep`` only."""
        return frozenset({TASK_TYPE})

    def start(self, listener: Listener) -> None:
        """Begin to take attempts and to wait."""
        self._listener = listener
        self._thread.start()

    def submit(self, attempt: Attempt) -> None:
        """Let an attempt sleep. One without a duration to wait for ends here, without ever being RUNNING."""
        if attempt.name in self._sleeping:
            return
        now = datetime.now(tz=timezone.utc)
        try:
            due = (attempt.started_at or now) + duration_of(attempt)
        except FlyteValidationException as error:
            refused = failure("BadTaskSpecification", str(error), core.ExecutionError.USER, recoverable=False)
            self._report(final_report(attempt.name, refused, now))
            return
        uri = paths.join(attempt.output_prefix, paths.OUTPUTS)
        if due <= now:
            self._report(final_report(attempt.name, Succeeded(core.LiteralMap(), uri), now))
            return
        self._report(Report(attempt.name, core.TaskExecution.RUNNING, now, f"sleeps until {due:%H:%M:%S} UTC"))
        with self._changed:
            self._sleeping[attempt.name] = uri
            heapq.heappush(self._due, (due, attempt.name))
            if self._due[0][1] == attempt.name:
                self._changed.notify()

    def abort(self, name: str, reason: str) -> None:
        """Wake an attempt as ABORTED."""
        with self._changed:
            known = self._sleeping.pop(name, None) is not None
            if len(self._due) > 2 * len(self._sleeping) + _SLACK:
                self._due = [entry for entry in self._due if entry[1] in self._sleeping]
                heapq.heapify(self._due)
        if known:
            self._report(Report(name, core.TaskExecution.ABORTED, datetime.now(tz=timezone.utc), reason))

    def adopt(self, attempts: Sequence[Attempt]) -> None:
        """Let attempts of a former server sleep on."""
        for attempt in attempts:
            self.submit(attempt)

    def sweep(self) -> None:
        """Nothing of this executor outlives its server."""

    def close(self) -> None:
        """Wait and report no more."""
        with self._changed:
            self._closed = True
            self._listener = None
            self._changed.notify()
        if self._thread.is_alive():
            self._thread.join()

    def _wait(self) -> None:
        while True:
            with self._changed:
                while not self._closed and not self._is_due():
                    self._changed.wait(self._seconds_left())
                if self._closed:
                    return
                _, name = heapq.heappop(self._due)
                uri = self._sleeping.pop(name, None)
            if uri is not None:
                self._report(final_report(name, Succeeded(core.LiteralMap(), uri), datetime.now(tz=timezone.utc)))

    def _is_due(self) -> bool:
        return bool(self._due) and self._due[0][0] <= datetime.now(tz=timezone.utc)

    def _seconds_left(self) -> float | None:
        """How long to wait for the next one to be due; at most an hour, since the clock may be set."""
        if not self._due:
            return None
        return min(3600.0, max(0.0, (self._due[0][0] - datetime.now(tz=timezone.utc)).total_seconds()))

    def _report(self, report: Report) -> None:
        listener = self._listener
        if listener is not None:
            listener(report)


def duration_of(attempt: Attempt) -> timedelta:
    """How long to sleep: the task's one input of type duration, or ``duration`` (seconds) in its custom part.

    Raises FlyteValidationException for tasks that say neither, say more, or declare outputs.
    """
    task = attempt.task
    if task.interface.outputs.variables:
        raise FlyteValidationException(f"a {TASK_TYPE} task has no outputs", where=f"task {task.id.name}")
    found = [
        literal.scalar.primitive.duration.ToTimedelta()
        for literal in attempt.inputs.literals.values()
        if literal.scalar.primitive.WhichOneof("value") == "duration"
    ]
    if len(found) == 1:
        return max(timedelta(), found[0])
    seconds = MessageToDict(task.custom).get(_DURATION) if task.HasField("custom") else None
    if found or not isinstance(seconds, (int, float)):
        raise FlyteValidationException(
            f"a {TASK_TYPE} task needs one input that is a duration, and gets {len(found)}",
            where=f"task {task.id.name}",
            hint="declare it as def nap(duration: timedelta) -> None",
        )
    return timedelta(seconds=max(0.0, seconds))
