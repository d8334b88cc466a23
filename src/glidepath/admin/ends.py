"""Who waits for the end of which execution."""

from __future__ import annotations

import threading
from collections.abc import Callable

from glidepath.admin.live import Key

Wake = Callable[[], None]


class Ends:
    """Calls those who wait for an execution when its end is in the store. All methods from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[Key, dict[int, Wake]] = {}
        self._tickets = 0

    def wait(self, key: Key, wake: Wake) -> Callable[[], None]:
        """Have ``wake`` called once, on the thread that brings the news; it must come back at once. The result takes it back.

        Look at the store afterwards: the end may have come before.
        """
        with self._lock:
            self._tickets += 1
            ticket = self._tickets
            self._waiting.setdefault(key, {})[ticket] = wake
        return lambda: self._leave(key, ticket)

    def ended(self, key: Key) -> None:
        """An execution's end has been committed."""
        with self._lock:
            found = self._waiting.pop(key, {})
        for wake in found.values():
            wake()

    def everybody(self) -> None:
        """Wake all who wait, whatever they wait for: the server ends."""
        for key in list(self._waiting):
            self.ended(key)

    def __len__(self) -> int:
        """How many wait."""
        with self._lock:
            return sum(map(len, self._waiting.values()))

    def _leave(self, key: Key, ticket: int) -> None:
        with self._lock:
            waiting = self._waiting.get(key, {})
            waiting.pop(ticket, None)
            if not waiting:
                self._waiting.pop(key, None)
