"""One call on the wire as a value, and the chain of interceptors that it passes.

An interceptor takes a call and the rest of the chain; it may change the call, repeat it, or translate what it raises. The
last link sends the call over a channel. Errors inside the chain are ``grpc.RpcError``; the outermost link translates them.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Any, TypeAlias

import grpc
from google.protobuf.message import Message


@dataclass(frozen=True)
class Call:
    """One request on its way to a server."""

    service: str
    """The full name of the service: ``flyteidl.service.AdminService``."""
    method: str
    """``CreateTask``."""
    request: Message
    answer: type[Message]
    """The class of the response."""
    timeout: float | None = None
    """Seconds that one attempt may take; None: no limit."""
    metadata: tuple[tuple[str, str], ...] = ()

    @property
    def path(self) -> str:
        return f"/{self.service}/{self.method}"


Send: TypeAlias = Callable[[Call], Message]
Interceptor: TypeAlias = Callable[[Call, Send], Message]


def chain(interceptors: Sequence[Interceptor], send: Send) -> Send:
    """``send`` wrapped by the interceptors, the first one outermost."""

    def wrap(inner: Send, interceptor: Interceptor) -> Send:
        return lambda call: interceptor(call, inner)

    return reduce(wrap, reversed(interceptors), send)


class ChannelSender:
    """The last link: sends a call over a gRPC channel. Safe to use from many threads."""

    def __init__(self, channel: grpc.Channel) -> None:
        self._channel = channel
        self._stubs: dict[str, Any] = {}

    def __call__(self, call: Call) -> Message:
        answer: Message = self._stub(call)(call.request, timeout=call.timeout, metadata=call.metadata)
        return answer

    def begin(self, call: Call) -> Any:
        """Send a call without waiting; gives back its ``grpc.Future``."""
        return self._stub(call).future(call.request, timeout=call.timeout, metadata=call.metadata)

    def _stub(self, call: Call) -> Any:
        stub = self._stubs.get(call.path)
        if stub is None:
            stub = self._stubs[call.path] = self._channel.unary_unary(
                call.path, request_serializer=_serialize, response_deserializer=call.answer.FromString
            )
        return stub


def _serialize(message: Message) -> bytes:
    return message.SerializeToString()
