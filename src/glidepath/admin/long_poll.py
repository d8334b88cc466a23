"""``GetExecution`` that is answered when the execution has ended: for callers that say so in their metadata.

A held call takes no thread, only the memory of an open HTTP/2 stream, so thousands may wait. On the wire a stream of one
answer is the same as a single answer, and only the handlers of streams may answer later, from another thread (grpc's own
health service watches in this way).
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import grpc

from glidepath.admin.ends import Ends
from glidepath.admin.errors import AdminError
from glidepath.admin.grpc import call_of, refuse
from glidepath.admin.live import key_of
from glidepath.admin.rpc import Call, Rpc
from glidepath.idl import admin
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES
from glidepath.idl.waiting import END, WAIT

_LOG = logging.getLogger(__name__)

_METHOD = "/flyteidl.service.AdminService/GetExecution"
_THREADS = 4
"""Threads that answer calls whose execution has ended."""

Send = Callable[[admin.Execution | None], None]
"""Sends an answer; None ends the call."""


class LongPolls(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    """Takes the calls that want to wait; others go to the handlers after it."""

    def __init__(self, get: Rpc, ends: Ends) -> None:
        self._get = get
        self._ends = ends
        self._pool = ThreadPoolExecutor(_THREADS, "long-poll")
        self._closing = False

        def answer(request: Any, context: grpc.ServicerContext, send: Send) -> None:
            self._hold(request, context, send)

        answer.experimental_non_blocking = True  # type: ignore[attr-defined]  # the call stays open when this returns
        self._method = grpc.unary_stream_rpc_method_handler(
            answer,
            request_deserializer=admin.WorkflowExecutionGetRequest.FromString,
            response_serializer=admin.Execution.SerializeToString,
        )

    def service(self, handler_call_details: grpc.HandlerCallDetails) -> Any:
        if handler_call_details.method != _METHOD:
            return None
        wanted = (WAIT, END) in ((key, value) for key, value in handler_call_details.invocation_metadata or ())
        return self._method if wanted else None

    def close(self) -> None:
        """Answer all who wait with what is known now, and hold no call any more."""
        self._closing = True
        self._ends.everybody()

    def _hold(self, request: admin.WorkflowExecutionGetRequest, context: grpc.ServicerContext, send: Send) -> None:
        call = call_of(context)
        held = _Held(lambda: self._reply(request, context, call, send), self._pool)
        leave = self._ends.wait(key_of(request.id), held.wake)
        try:
            execution = self._get(request, call)
        except AdminError as error:
            leave()
            refuse(context, call, error)
            return
        if execution.closure.phase in TERMINAL_WORKFLOW_PHASES or self._closing:
            leave()
            if held.first():
                send(execution)
                send(None)
        elif not context.add_callback(leave):  # the caller is gone already
            leave()

    def _reply(self, request: admin.WorkflowExecutionGetRequest, context: grpc.ServicerContext, call: Call, send: Send) -> None:
        """On a thread of the pool: answer a held call."""
        try:
            send(self._get(request, call))
        except Exception:  # noqa: BLE001 - the edge of a thread: a caller that hears nothing waits until its deadline
            _LOG.exception("%s could not be answered", call.request_id)
            context.set_code(grpc.StatusCode.UNAVAILABLE)
            context.set_details(f"the execution ended, but could not be read; request id {call.request_id} in the server's log")
        send(None)


class _Held:
    """One open call, which is answered once."""

    def __init__(self, reply: Callable[[], None], pool: ThreadPoolExecutor) -> None:
        self._reply = reply
        self._pool = pool
        self._lock = threading.Lock()
        self._answered = False

    def first(self) -> bool:
        """Whether nobody has answered yet; from now on somebody has."""
        with self._lock:
            answered, self._answered = self._answered, True
        return not answered

    def wake(self) -> None:
        """The execution has ended."""
        if self.first():
            self._pool.submit(self._reply)
