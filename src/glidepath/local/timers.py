"""The timers of a local run: deadlines that are looked at between tasks, and pauses that the run sits out."""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator
from datetime import datetime, timezone

from glidepath.engine import ExecutionState
from glidepath.engine.commands import SetTimer
from glidepath.engine.events import TimerFired
from glidepath.engine.nodes.gate import SLEEP_TIMER
from glidepath.engine.state import LIVE_PHASES
from glidepath.errors import FlyteSystemException


class Timers:
    """Timers by time; those of nodes that have ended are forgotten."""

    def __init__(self, state: ExecutionState) -> None:
        self._state = state
        self._set: list[SetTimer] = []

    def __bool__(self) -> bool:
        return bool(self._set)

    def set(self, timer: SetTimer) -> None:
        self._set.append(timer)

    def due(self, now: datetime) -> Iterator[TimerFired]:
        """Those whose time has come, first to last."""
        due = sorted((timer for timer in self._set if timer.at <= now), key=_time_of)
        self._set = [timer for timer in self._set if timer.at > now]
        return (TimerFired(timer.uid, timer.attempt, timer.kind, now) for timer in due)

    def wait(self, workflow: str) -> None:
        """Sleep until the next one is due. Raises FlyteSystemException when nothing would ever happen."""
        self._set = [timer for timer in self._set if self._is_live(timer)]
        if not self._set:
            raise FlyteSystemException(
                "the run waits for nothing, and has not ended: this is a fault of the engine", where=workflow
            )
        timer = min(self._set, key=_time_of)
        seconds = (timer.at - datetime.now(timezone.utc)).total_seconds()
        if timer.kind == SLEEP_TIMER and seconds > 0:
            print(f"[Sleep Gate] {timer.uid} sleeps for {seconds:.1f} s", file=sys.stderr, flush=True)  # noqa: T201
        time.sleep(max(0.0, seconds))

    def _is_live(self, timer: SetTimer) -> bool:
        node = self._state.nodes.get(timer.uid)
        return node is not None and node.phase in LIVE_PHASES


def _time_of(timer: SetTimer) -> datetime:
    return timer.at
