"""One thread with a queue of jobs, sockets to read and a clock that ticks: all state of the executor belongs to it."""

from __future__ import annotations

import contextlib
import logging
import os
import selectors
import threading
import time
from collections import deque
from collections.abc import Callable
from typing import Any, Protocol

log = logging.getLogger(__name__)

Job = Callable[[], None]


class _HasFileno(Protocol):
    def fileno(self) -> int: ...


class Loop:
    """Runs jobs in the order in which they are posted, from any thread; ``tick`` is called often, with monotonic seconds.

    ``tick`` returns how long, at most, until it wants to be called again.
    """

    def __init__(self, name: str, tick: Callable[[float], float]) -> None:
        self._tick = tick
        self._jobs: deque[Job] = deque()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._drain)
        self._closing = False
        self._open = threading.Lock()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)

    def start(self) -> None:
        """Begin to run."""
        self._thread.start()

    def post(self, job: Job) -> None:
        """Run a job soon, on the loop's thread."""
        self._jobs.append(job)
        if threading.current_thread() is not self._thread:
            with self._open, contextlib.suppress(BlockingIOError):  # a full pipe wakes it as well
                if not self._closing:
                    os.write(self._wake_write, b"\0")

    def watch(self, source: _HasFileno, handler: Callable[[int], None]) -> None:
        """Call ``handler(events)`` when a socket can be read (or written, once :meth:`writing` asked for it)."""
        self._selector.register(source, selectors.EVENT_READ, handler)

    def writing(self, source: _HasFileno, handler: Callable[[int], None], wanted: bool) -> None:
        """Whether to call the handler also when the socket has room to write."""
        self._selector.modify(source, selectors.EVENT_READ | (selectors.EVENT_WRITE if wanted else 0), handler)

    def forget(self, source: _HasFileno) -> None:
        """Watch a socket no longer."""
        with contextlib.suppress(KeyError, ValueError):
            self._selector.unregister(source)

    def close(self) -> None:
        """Finish the jobs that were posted, then stop; waits for it."""
        self.post(self._stop)
        if threading.current_thread() is not self._thread:
            self._thread.join()

    def _stop(self) -> None:
        with self._open:  # whoever posts from now on must not write to a descriptor that may be another's
            self._closing = True

    def _drain(self, _events: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(self._wake_read, 4096)

    def _run(self) -> None:
        wait = 0.0
        while not self._closing:
            for key, events in self._selector.select(0 if self._jobs else wait):
                self._guard(key.data, events)
            while self._jobs:
                self._guard(self._jobs.popleft())
            wait = self._tick(time.monotonic())
        self._selector.close()
        os.close(self._wake_read)
        os.close(self._wake_write)

    def _guard(self, job: Callable[..., None], *args: Any) -> None:
        # The edge of a thread that all attempts depend on: a fault in one must not end it.
        try:
            job(*args)
        except Exception:
            log.exception("a job of the process executor failed")
