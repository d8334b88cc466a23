"""What waits for the orchestrator: one line for each execution, served in turn, so that a busy one delays nobody else."""

from __future__ import annotations

import threading
from collections import OrderedDict, deque
from collections.abc import Hashable
from typing import Generic, TypeVar

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")


class Inbox(Generic[K, T]):
    """Messages in lines. Any thread puts; one takes. Within a line the order is kept.

    >>> inbox = Inbox[str, int]()
    >>> for line, number in [("wide", 1), ("wide", 2), ("wide", 3), ("narrow", 4)]:
    ...     inbox.put(line, number)
    >>> inbox.take(most=3, timeout=0), inbox.take(most=3, timeout=0)
    ([1, 4, 2], [3])
    """

    def __init__(self) -> None:
        self._lines: OrderedDict[K, deque[T]] = OrderedDict()
        self._filled = threading.Condition(threading.Lock())

    def put(self, line: K, message: T) -> None:
        """Add a message to the end of a line; a new line is the last."""
        with self._filled:
            found = self._lines.get(line)
            if found is None:
                found = self._lines[line] = deque()
            found.append(message)
            self._filled.notify()

    def take(self, most: int, timeout: float | None) -> list[T]:
        """Up to ``most`` messages, one of each line in turn. Waits ``timeout`` seconds for the first; None is without end."""
        taken: list[T] = []
        with self._filled:
            self._filled.wait_for(lambda: bool(self._lines), timeout)
            while self._lines and len(taken) < most:
                line, waiting = next(iter(self._lines.items()))
                taken.append(waiting.popleft())
                if waiting:
                    self._lines.move_to_end(line)
                else:
                    del self._lines[line]
        return taken
