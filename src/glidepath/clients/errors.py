"""gRPC's errors in our words: one table from status codes to the tree in ``glidepath.errors``.

Each text says what was asked, of which endpoint, why it failed, and what to do next (reference: flytekit.md 3.1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import grpc
from google.protobuf.message import Message

from glidepath.clients.calls import Call, Send
from glidepath.clients.config import PlatformConfig
from glidepath.clients.diagnosis import Finding, examine, is_local
from glidepath.clients.retry import code_of, details_of
from glidepath.errors import (
    FlyteAuthenticationException,
    FlyteEntityAlreadyExistsException,
    FlyteEntityNotExistException,
    FlyteException,
    FlyteInvalidInputException,
    FlyteSystemException,
    FlyteSystemUnavailableException,
    FlyteTimeout,
)

_Code = grpc.StatusCode
CLASSES: dict[grpc.StatusCode, type[FlyteException]] = {
    _Code.UNAUTHENTICATED: FlyteAuthenticationException,
    _Code.PERMISSION_DENIED: FlyteAuthenticationException,
    _Code.ALREADY_EXISTS: FlyteEntityAlreadyExistsException,
    _Code.NOT_FOUND: FlyteEntityNotExistException,
    _Code.INVALID_ARGUMENT: FlyteInvalidInputException,
    _Code.FAILED_PRECONDITION: FlyteInvalidInputException,
    _Code.UNAVAILABLE: FlyteSystemUnavailableException,
    _Code.DEADLINE_EXCEEDED: FlyteTimeout,
}
"""Every other code is a FlyteSystemException."""

_UNTRUSTED = ("CERTIFICATE_VERIFY_FAILED", "Peer name", "Hostname Verification Check failed", "unknown authority")
_TOO_LARGE = "larger than max"


@dataclass(frozen=True)
class Translate:
    """The outermost interceptor: raises members of the error tree instead of ``grpc.RpcError``."""

    config: PlatformConfig
    examine: Callable[[str], Finding] = examine
    """Looks at what listens at an endpoint; asked only when the server is unavailable."""

    def __call__(self, call: Call, send: Send) -> Message:
        try:
            return send(call)
        except grpc.RpcError as error:
            raise self.translate(error, call) from error

    def translate(self, error: grpc.RpcError, call: Call) -> FlyteException:
        """The error of a failed call, with the server's own words first."""
        code, details = code_of(error), details_of(error)
        kind = CLASSES.get(code, FlyteSystemException)
        where = f"{call.method} at {self.config.endpoint} ({code.name})"
        if code is _Code.UNAVAILABLE:
            message, hint = self._unavailable(details)
        else:
            message, hint = details or f"the server gave no reason for {code.name}", self._hint(code, details, call)
        if code is _Code.DEADLINE_EXCEEDED:
            message = (
                f"the server did not answer within {call.timeout:g} s" if call.timeout else "the server did not answer in time"
            )
        return kind(message, where=where, hint=hint)

    def _unavailable(self, details: str) -> tuple[str, str]:
        endpoint, file = self.config.endpoint, self.config.source or "~/.flyte/config.yaml"
        change = f"check admin.endpoint in {file}, or FLYTE_PLATFORM_URL"
        if any(text in details for text in _UNTRUSTED):
            return (
                f"the certificate of {endpoint} is not trusted: {details}",
                f"name its authority with admin.caCertFilePath in {file}, or set admin.insecureSkipVerify: true",
            )
        finding = self.examine(endpoint)
        if finding is Finding.NOBODY:
            start = "start a server with `flytectl demo start`, or " if is_local(endpoint) else ""
            return f"nothing listens at {endpoint}", f"{start}{change}"
        if finding is Finding.NO_ADDRESS:
            return f"the host of {endpoint} has no address", change
        if finding is Finding.NO_ANSWER:
            return f"{endpoint} does not accept connections", f"check the network, proxy and firewall on the way; {change}"
        if finding is Finding.TLS and self.config.insecure:
            return (
                f"{endpoint} speaks TLS, but this client is set to plain text",
                f"set admin.insecure: false in {file}, or FLYTE_PLATFORM_INSECURE=false",
            )
        if finding is Finding.PLAIN and not self.config.insecure:
            return (
                f"{endpoint} speaks plain text, but this client is set to TLS",
                f"set admin.insecure: true in {file}, or FLYTE_PLATFORM_INSECURE=true",
            )
        if finding is Finding.OTHER:
            return f"what listens at {endpoint} does not speak gRPC", f"is it the right port? {change}"
        return f"the server is not available: {details}", "try again; the server's log says why it refused"

    def _hint(self, code: grpc.StatusCode, details: str, call: Call) -> str:
        if _TOO_LARGE in details:
            return "raise admin.maxMessageSizeBytes, or ask for smaller pages"
        hints = {
            _Code.UNAUTHENTICATED: f"check admin.authType ({self.config.auth.mode}) and its settings; the server wants a token",
            _Code.PERMISSION_DENIED: "ask the owner of the project for access",
            _Code.DEADLINE_EXCEEDED: "try again, or raise admin.perRetryTimeout",
            _Code.UNIMPLEMENTED: f"the server has no {call.service}; is it the right port, and a recent version?",
            _Code.NOT_FOUND: "check project, domain, name and version",
        }
        return hints.get(code, "")
