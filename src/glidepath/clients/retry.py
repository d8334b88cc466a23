"""Repeat calls that failed for a passing reason: exponential back-off with full jitter, and only for codes that deserve it.

An answer such as ALREADY_EXISTS, NOT_FOUND or INVALID_ARGUMENT stays the same however often one asks. A server that never
answered on this channel is not waited for: its user gets the message at once.
"""

from __future__ import annotations

import random
import time
from collections.abc import Callable
from dataclasses import dataclass, field

import grpc
from google.protobuf.message import Message

from glidepath.clients.calls import Call, Send

RETRIED_CODES = frozenset({grpc.StatusCode.UNAVAILABLE, grpc.StatusCode.RESOURCE_EXHAUSTED})
_NO_CONNECTION = ("failed to connect to all addresses", "DNS resolution failed", "connections to all backends failing")
_TOO_LARGE = "larger than max"
_FIRST_DELAY = 0.2


@dataclass
class Retry:
    """An interceptor. Seconds everywhere; clock and randomness come in so that tests need no waiting."""

    limit: int = 4
    """Repetitions after the first attempt."""
    max_delay: float = 8.0
    sleep: Callable[[float], None] = time.sleep
    jitter: Callable[[float, float], float] = random.uniform
    _answered: bool = field(default=False, init=False)

    def __call__(self, call: Call, send: Send) -> Message:
        for attempt in range(self.limit + 1):
            try:
                answer = send(call)
            except grpc.RpcError as error:
                if attempt == self.limit or not self._deserves_another(error):
                    raise
                self.sleep(self.jitter(0.0, min(self.max_delay, _FIRST_DELAY * 2**attempt)))
            else:
                self._answered = True
                return answer
        raise AssertionError("unreachable: the last attempt returns or raises")

    def _deserves_another(self, error: grpc.RpcError) -> bool:
        code, details = code_of(error), details_of(error)
        if code is not grpc.StatusCode.UNAVAILABLE:
            self._answered = True
        if code not in RETRIED_CODES or _TOO_LARGE in details:
            return False
        return self._answered or not any(text in details for text in _NO_CONNECTION)


def code_of(error: grpc.RpcError) -> grpc.StatusCode:
    """The status code of a failed call; UNKNOWN for an error that carries none."""
    code = error.code() if isinstance(error, grpc.Call) else None
    return code if isinstance(code, grpc.StatusCode) else grpc.StatusCode.UNKNOWN


def details_of(error: grpc.RpcError) -> str:
    """What the server, or the channel, says about a failed call."""
    return (error.details() or "") if isinstance(error, grpc.Call) else str(error)
