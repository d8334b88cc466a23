"""Work that takes its time or meets faults that pass, on threads of its own, so that the orchestrator never waits for it."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

from glidepath.admin.faults import passes

log = logging.getLogger(__name__)

_RETRY_SECONDS = 1.0


class Errands:
    """A few threads that do jobs, each until it is done, or refused for good."""

    def __init__(self, name: str, threads: int) -> None:
        self._stopping = threading.Event()
        self._pool = ThreadPoolExecutor(threads, name)

    def close(self) -> None:
        """Stop; what has not been done is asked for again by the next server."""
        self._stopping.set()
        self._pool.shutdown(cancel_futures=True)

    def do(self, what: str, job: Callable[[], None], refused: Callable[[Exception], None] | None = None) -> None:
        """Have ``job`` done. ``what`` names it in the log; ``refused`` hears of an error that stays; else it is logged."""

        def work() -> None:
            try:
                self._patiently(what, job)
            except Exception as error:  # the edge of a thread: a fault would vanish with the future that nobody reads
                if refused is None:
                    log.exception("cannot %s", what)
                else:
                    refused(error)

        self._pool.submit(work)

    def _patiently(self, what: str, job: Callable[[], None]) -> None:
        """Do it, again and again while a fault of the machine stands in the way."""
        while not self._stopping.is_set():
            try:
                job()
                return
            except Exception as error:
                if not passes(error):
                    raise
                log.error("cannot %s, trying again in %s s: %s", what, _RETRY_SECONDS, error)
                self._stopping.wait(_RETRY_SECONDS)
