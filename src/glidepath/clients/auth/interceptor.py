"""Attach a token to calls; fetch one when the server says UNAUTHENTICATED, once for all threads, and try once more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import replace

import grpc
from google.protobuf.message import Message

from glidepath.clients.auth.protocol import Authenticator, Token
from glidepath.clients.calls import Call, Send
from glidepath.clients.retry import code_of


class BearerToken:
    """An interceptor for one authenticator, which is made on first need."""

    def __init__(self, authenticator: Callable[[], Authenticator], eager: bool = False) -> None:
        """eager: fetch the token before the first call, for a proxy that does not speak gRPC's UNAUTHENTICATED."""
        self._make = authenticator
        self._eager = eager
        self._authenticator: Authenticator | None = None
        self._token: Token | None = None
        self._lock = threading.Lock()

    def __call__(self, call: Call, send: Send) -> Message:
        used = self._refresh(None) if self._eager and self._token is None else self._token
        try:
            return send(_with(call, used))
        except grpc.RpcError as error:
            if code_of(error) is not grpc.StatusCode.UNAUTHENTICATED:
                raise
        return send(_with(call, self._refresh(used)))

    def _refresh(self, refused: Token | None) -> Token:
        """A token other than the refused one; threads that were refused the same one share one fetch."""
        with self._lock:
            if self._token is None or self._token is refused:
                self._authenticator = self._authenticator or self._make()
                self._token = self._authenticator.fetch()
            return self._token


def _with(call: Call, token: Token | None) -> Call:
    return replace(call, metadata=(*call.metadata, *token.metadata())) if token else call
