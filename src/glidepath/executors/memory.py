"""The in-memory twin of an executor, for tests: attempts end as the test says, when the test says."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime, timezone

from glidepath.executors.protocol import Attempt, Listener, Outcome, Phase, Report, Succeeded
from glidepath.idl import core, paths

Behaviour = Callable[[Attempt], Outcome]


def succeed(attempt: Attempt) -> Outcome:
    """The behaviour of a task that returns nothing."""
    return Succeeded(core.LiteralMap(), paths.join(attempt.output_prefix, paths.OUTPUTS))


class MemoryExecutor:
    """Accepted attempts wait until :meth:`run_next` or :meth:`run_all`; ``behave`` then decides how each ends.

    With ``at_once`` an attempt ends inside :meth:`submit`. One thread only.
    """

    def __init__(self, behave: Behaviour = succeed, *, at_once: bool = False) -> None:
        self._behave = behave
        self._at_once = at_once
        self._listener: Listener | None = None
        self._waiting: dict[str, Attempt] = {}
        self._known: set[str] = set()

    @property
    def task_types(self) -> frozenset[str] | None:
        """Every type."""
        return None

    @property
    def waiting(self) -> list[Attempt]:
        """The attempts that have not ended, in the order of their submission."""
        return list(self._waiting.values())

    def start(self, listener: Listener) -> None:
        """Begin to report."""
        self._listener = listener

    def submit(self, attempt: Attempt) -> None:
        """Accept an attempt, once."""
        if attempt.name in self._known:
            return
        self._known.add(attempt.name)
        self._waiting[attempt.name] = attempt
        self._report(attempt.name, core.TaskExecution.QUEUED)
        if self._at_once:
            self.run_next()

    def run_next(self) -> None:
        """Run the attempt that has waited longest; nothing when none waits."""
        for name in list(self._waiting)[:1]:
            attempt = self._waiting.pop(name)
            self._report(name, core.TaskExecution.RUNNING)
            outcome = self._behave(attempt)
            phase = core.TaskExecution.SUCCEEDED if isinstance(outcome, Succeeded) else core.TaskExecution.FAILED
            self._report(name, phase, outcome=outcome)

    def run_all(self) -> None:
        """Run until none waits, those that are submitted meanwhile included."""
        while self._waiting:
            self.run_next()

    def abort(self, name: str, reason: str) -> None:
        """End a waiting attempt as ABORTED; one that ended stays as it is."""
        if self._waiting.pop(name, None) is not None or name not in self._known:
            self._report(name, core.TaskExecution.ABORTED, reason)

    def adopt(self, attempts: Sequence[Attempt]) -> None:
        """Accept attempts of a former executor."""
        for attempt in attempts:
            self.submit(attempt)

    def sweep(self) -> None:
        """Forget attempts that nobody adopted: there are none, since nothing of them outlives this object."""

    def close(self) -> None:
        """Report nothing more."""
        self._listener = None

    def _report(self, name: str, phase: Phase, reason: str = "", outcome: Outcome | None = None) -> None:
        if self._listener is not None:
            self._listener(Report(name, phase, datetime.now(tz=timezone.utc), reason, outcome=outcome))
