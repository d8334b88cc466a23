"""Wait for an execution to end.

A server of ours holds the question until the end. Others answer at once: they are asked often at first, less and less later.
"""

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
HOLD = 30.0
"""Seconds for which a server is asked to hold a question; what lies between cuts connections that are silent for longer."""
_BRIEF = 0.5
"""The same where somebody wants to see progress."""
_AT_ONCE = 0.5
"""Part of the time to hold: an answer before it that tells of no end is one of a server that does not hold questions."""

GetEnded = Callable[[float], "admin.Execution | None"]
"""Asks for an execution once it has ended, for so many seconds; ``None`` when they are over."""


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
    get_ended: GetEnded | None = None,
) -> admin.Execution:
    """Ask for an execution until its phase is terminal. ``timeout`` and ``interval`` in seconds.

    With ``get_ended`` the questions are held by a server that can, for ``interval`` at a time; without, or where the server
    answers at once, ``interval`` is the time between two of them.

    Raises FlyteTimeout, with the phase last seen, when the time is up first; the execution goes on.
    """
    deadline = None if timeout is None else time.monotonic() + _seconds(timeout)
    hold = _seconds(interval) if interval is not None else HOLD if on_poll is None else _BRIEF
    for delay in delays(None if interval is None else _seconds(interval)):
        execution, held = _ask(get, get_ended, hold if deadline is None else min(hold, deadline - time.monotonic()))
        if on_poll:
            on_poll(execution)
        if execution.closure.phase in TERMINAL_WORKFLOW_PHASES:
            return execution
        left = None if deadline is None else deadline - time.monotonic()
        if left is not None and left <= 0:
            break
        if not held:
            time.sleep(delay if left is None else min(delay, left))
    raise FlyteTimeout(
        f"execution {execution.id.name} is still {phase_name(execution)} after {_seconds(timeout or 0):g} s",
        hint="wait again with a longer timeout; the execution goes on",
    )


def _ask(get: Callable[[], admin.Execution], get_ended: GetEnded | None, seconds: float) -> tuple[admin.Execution, bool]:
    """The execution, and whether the server held the question."""
    if get_ended is None or seconds <= 0:
        return get(), False
    begun = time.monotonic()
    found = get_ended(seconds)
    return (get() if found is None else found), time.monotonic() - begun > seconds * _AT_ONCE


def phase_name(execution: admin.Execution) -> str:
    """The phase of an execution in words of the wire: ``RUNNING``."""
    return core.WorkflowExecution.Phase.Name(execution.closure.phase)


def _seconds(duration: timedelta | float) -> float:
    return duration.total_seconds() if isinstance(duration, timedelta) else float(duration)
