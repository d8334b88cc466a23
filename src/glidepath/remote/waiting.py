"""Wait for an execution to end: quick questions at first, fewer and fewer later, never past a deadline."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from datetime import timedelta

from glidepath.errors import FlyteTimeout
from glidepath.idl import admin, core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES

FIRST_DELAY = 0.05
LONGEST_DELAY = 2.0
_GROWTH = 1.4


def delays(interval: float | None = None) -> Iterator[float]:
    """Seconds between two questions, without end: 50 ms growing to 2 s, or always ``interval``.

    >>> import itertools
    >>> [round(seconds, 2) for seconds in itertools.islice(delays(), 4)], list(itertools.islice(delays(30), 2))
    ([0.05, 0.07, 0.1, 0.14], [30, 30])
    """
    delay = FIRST_DELAY if interval is None else interval
    while True:
        yield delay
        if interval is None:
            delay = min(delay * _GROWTH, LONGEST_DELAY)


def until_done(
    get: Callable[[], admin.Execution],
    *,
    timeout: timedelta | float | None = None,
    interval: timedelta | float | None = None,
    on_poll: Callable[[admin.Execution], None] | None = None,
) -> admin.Execution:
    """Ask for an execution until its phase is terminal. ``timeout`` and ``interval`` in seconds.

    Raises FlyteTimeout, with the phase last seen, when the time is up first; the execution goes on.
    """
    deadline = None if timeout is None else time.monotonic() + _seconds(timeout)
    for delay in delays(None if interval is None else _seconds(interval)):
        execution = get()
        if on_poll:
            on_poll(execution)
        if execution.closure.phase in TERMINAL_WORKFLOW_PHASES:
            return execution
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            break
        time.sleep(delay if left is None else min(delay, left))
    raise FlyteTimeout(
        f"execution {execution.id.name} is still {phase_name(execution)} after {_seconds(timeout or 0):g} s",
        hint="wait again with a longer timeout; the execution goes on",
    )


def phase_name(execution: admin.Execution) -> str:
    """The phase of an execution in words of the wire: ``RUNNING``."""
    return core.WorkflowExecution.Phase.Name(execution.closure.phase)


def _seconds(duration: timedelta | float) -> float:
    return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
