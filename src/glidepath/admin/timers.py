"""What is due later, in the order of time. One thread uses it."""

from __future__ import annotations

import heapq
import itertools
from collections import Counter
from datetime import datetime
from typing import Generic, TypeVar

from glidepath.admin.live import Key

T = TypeVar("T")

_FEW = 1000
"""Dropped entries that are not worth a clean-up."""


class Timers(Generic[T]):
    """Entries of executions, by the time at which they are due. ``len`` is the number of those that will come."""

    def __init__(self) -> None:
        self._heap: list[tuple[datetime, int, Key, T]] = []
        self._order = itertools.count()
        self._alive: Counter[Key] = Counter()
        self._dropped = 0

    def __len__(self) -> int:
        return self._alive.total()

    def set(self, at: datetime, key: Key, what: T) -> None:
        """Have ``what`` due at ``at``."""
        heapq.heappush(self._heap, (at, next(self._order), key, what))
        self._alive[key] += 1

    def seconds_left(self, now: datetime) -> float | None:
        """Until the next entry is due; zero when it is, None when there is none."""
        return max(0.0, (self._heap[0][0] - now).total_seconds()) if self._heap else None

    def due(self, now: datetime) -> list[tuple[Key, T]]:
        """Take out what is due, the oldest first."""
        found = []
        while self._heap and self._heap[0][0] <= now:
            _, _, key, what = heapq.heappop(self._heap)
            if self._alive[key] > 0:
                self._alive[key] -= 1
                found.append((key, what))
            else:
                self._dropped -= 1
            if not self._alive[key]:
                del self._alive[key]
        return found

    def drop(self, key: Key) -> None:
        """Forget an execution's entries. They leave memory before they outnumber the others."""
        self._dropped += self._alive.pop(key, 0)
        if self._dropped > max(_FEW, len(self._heap) // 2):
            self._heap = [entry for entry in self._heap if entry[2] in self._alive]
            heapq.heapify(self._heap)
            self._dropped = 0
