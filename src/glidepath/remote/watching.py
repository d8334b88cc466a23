"""Hears of the ends of many executions with one thread: each is one question that the server holds, or is asked again."""

from __future__ import annotations

import heapq
import itertools
import logging
import queue
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc

from glidepath.clients.raw import RawClient
from glidepath.errors import FlyteException, FlyteSystemUnavailableException
from glidepath.idl import admin, core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES
from glidepath.remote.waiting import HOLD, delays

log = logging.getLogger(__name__)

PATIENCE = 600.0
"""Seconds for which a control plane may be away before those who wait are told."""
_AT_ONCE = HOLD / 2
_Code = grpc.StatusCode
_FINAL = frozenset({_Code.NOT_FOUND, _Code.PERMISSION_DENIED, _Code.INVALID_ARGUMENT, _Code.UNIMPLEMENTED})

Ended = Callable[["admin.Execution | FlyteException"], None]
"""Takes an execution that has ended, or why nothing can be heard of it. Called on the watcher's thread; must be quick."""


@dataclass
class _Watched:
    request: admin.WorkflowExecutionGetRequest
    ended: Ended
    asked: float = 0.0
    delays: Iterator[float] = field(default_factory=delays)
    away_since: float | None = None


class Watcher:
    """Watches executions until :meth:`close`. All methods from any thread."""

    def __init__(self, client: RawClient, patience: float = PATIENCE) -> None:
        self._client = client
        self._patience = patience
        self._inbox: queue.SimpleQueue[tuple[_Watched | None, Any]] = queue.SimpleQueue()
        self._due: list[tuple[float, int, _Watched]] = []
        self._order = itertools.count()
        self._thread = threading.Thread(target=self._run, name="watcher", daemon=True)
        self._thread.start()

    def watch(self, execution: core.WorkflowExecutionIdentifier, ended: Ended) -> None:
        """Have ``ended`` called once, when an execution has ended."""
        self._inbox.put((_Watched(admin.WorkflowExecutionGetRequest(id=execution), ended), None))

    def close(self) -> None:
        """Watch no more; nobody is told of anything any more."""
        self._inbox.put((None, None))
        self._thread.join()

    def _run(self) -> None:
        while True:
            wait = max(0.0, self._due[0][0] - time.monotonic()) if self._due else None
            try:
                watched, answer = self._inbox.get(timeout=wait)
            except queue.Empty:
                self._ask(heapq.heappop(self._due)[2])
                continue
            if watched is None:
                return
            if answer is None:
                self._ask(watched)
            else:
                self._hear(watched, answer)

    def _ask(self, watched: _Watched) -> None:
        watched.asked = time.monotonic()
        try:
            future: Any = self._client.begin_get_ended_execution(watched.request, HOLD)
        except (grpc.RpcError, FlyteException, ValueError) as error:  # the token cannot be had; ValueError: a closed channel
            self._away(watched, FlyteSystemUnavailableException(f"the control plane cannot be asked: {error}"))
            return
        future.add_done_callback(lambda answer: self._inbox.put((watched, answer)))

    def _hear(self, watched: _Watched, answer: Any) -> None:
        code = answer.code()
        if code is _Code.OK:
            execution: admin.Execution = answer.result()
            watched.away_since = None
            if execution.closure.phase in TERMINAL_WORKFLOW_PHASES:
                self._tell(watched, execution)
            elif time.monotonic() - watched.asked < _AT_ONCE:  # this server holds no questions
                self._later(watched)
            else:
                self._ask(watched)
        elif code is _Code.DEADLINE_EXCEEDED:
            watched.away_since = None
            self._ask(watched)
        elif code is _Code.UNAUTHENTICATED:
            self._with_a_fresh_token(watched)
        else:
            text = f"asking for execution {watched.request.id.name} failed with {code.name}: {answer.details()}"
            if code in _FINAL:
                self._tell(watched, FlyteSystemUnavailableException(text))
            else:
                self._away(watched, FlyteSystemUnavailableException(text))

    def _with_a_fresh_token(self, watched: _Watched) -> None:
        """A plain call goes through the whole chain, which fetches a token for all calls after it."""
        try:
            self._client.get_execution(watched.request)
        except FlyteException as error:
            self._away(watched, error)
        else:
            self._ask(watched)

    def _away(self, watched: _Watched, error: FlyteException) -> None:
        now = time.monotonic()
        if watched.away_since is None:
            watched.away_since = now
            watched.delays = delays()
        if now - watched.away_since > self._patience:
            self._tell(watched, error)
        else:
            self._later(watched)

    def _later(self, watched: _Watched) -> None:
        heapq.heappush(self._due, (time.monotonic() + next(watched.delays), next(self._order), watched))

    def _tell(self, watched: _Watched, what: admin.Execution | FlyteException) -> None:
        try:
            watched.ended(what)
        except Exception:  # the edge of a thread that all who wait depend on
            log.exception("execution %s ended, but whoever waited cannot take it", watched.request.id.name)
