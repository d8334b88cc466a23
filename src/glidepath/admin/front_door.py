"""One TCP port for gRPC and HTTP/1.1.

The first bytes of a connection tell what it speaks. gRPC (HTTP/2 with prior knowledge) is bridged, bytes unread, to the gRPC
server on a private unix socket; HTTP/1 is served here, on the same loop, by uvicorn's protocol without a second hop. A TLS
handshake is closed and logged with a hint, since the client would otherwise only say "wrong version number".
"""

from __future__ import annotations

import asyncio
import errno
import logging
import socket
from collections.abc import Callable, Sequence
from typing import cast

from glidepath.errors import FlyteSystemException

log = logging.getLogger(__name__)

HTTP2_PREFACE = b"PRI * HTTP/2.0"
TLS_HANDSHAKE = 0x16
FIRST_BYTES_SECONDS = 32.0
"""How long a connection may stay silent before it says what it speaks (stock: readHeaderTimeoutSeconds)."""
BACKLOG = 512
FREE_PORT_TRIES = 20

HttpFactory = Callable[[], asyncio.Protocol]


class Peer(asyncio.Protocol):
    """One side of a bridge: what arrives here goes to ``other``, no faster than it takes it."""

    def __init__(self) -> None:
        self.transport: asyncio.Transport | None = None
        self.other: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = cast(asyncio.Transport, transport)

    def data_received(self, data: bytes) -> None:
        if self.other:
            self.other.write(data)

    def eof_received(self) -> bool:
        if self.other and self.other.can_write_eof() and not self.other.is_closing():
            self.other.write_eof()
        return True

    def pause_writing(self) -> None:
        if self.other:
            self.other.pause_reading()

    def resume_writing(self) -> None:
        if self.other:
            self.other.resume_reading()

    def connection_lost(self, error: Exception | None) -> None:
        if self.other:
            self.other.close()


class Visitor(Peer):
    """A connection that has just come in: waits for its first bytes, then becomes a bridge or an HTTP connection."""

    def __init__(self, door: FrontDoor) -> None:
        super().__init__()
        self._door = door
        self._first = b""
        self._decided = False
        self._patience: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        super().connection_made(transport)
        self._door.visitors.add(self)
        self._patience = asyncio.get_running_loop().call_later(FIRST_BYTES_SECONDS, transport.close)

    def data_received(self, data: bytes) -> None:
        if self.other:
            self.other.write(data)
            return
        self._first += data
        if self._decided:
            return
        known = min(len(self._first), len(HTTP2_PREFACE))
        if self._first[:known] != HTTP2_PREFACE[:known]:
            self._settle()
            self._serve_http()
        elif known == len(HTTP2_PREFACE):
            self._settle()
            self._bridge()

    def eof_received(self) -> bool:
        if not self._decided and self.transport:
            self.transport.close()
        return super().eof_received()

    def connection_lost(self, error: Exception | None) -> None:
        self._settle()
        self._door.visitors.discard(self)
        super().connection_lost(error)

    def _settle(self) -> None:
        self._decided = True
        if self._patience:
            self._patience.cancel()

    def _serve_http(self) -> None:
        transport = cast(asyncio.Transport, self.transport)
        if self._first[0] == TLS_HANDSHAKE:
            log.warning(
                "%s speaks TLS, this port does not: set `insecure: true` (admin.insecure) in the client's configuration, "
                "or use http:// instead of https://",
                transport.get_extra_info("peername"),
            )
            transport.close()
            return
        self._door.visitors.discard(self)
        protocol = self._door.http()
        transport.set_protocol(protocol)
        protocol.connection_made(transport)
        protocol.data_received(self._first)

    def _bridge(self) -> None:
        transport = cast(asyncio.Transport, self.transport)
        transport.pause_reading()
        self._door.spawn(self._connect(transport))

    async def _connect(self, transport: asyncio.Transport) -> None:
        try:
            inner, peer = await asyncio.get_running_loop().create_unix_connection(Peer, self._door.grpc_path)
        except OSError as error:
            log.error("the gRPC server behind the front door does not answer: %s", error)
            transport.close()
            return
        peer.other, self.other = transport, inner
        if transport.is_closing():
            inner.close()
            return
        inner.write(self._first)
        self._first = b""
        transport.resume_reading()


class FrontDoor:
    """Accepts connections; made and used on one event loop."""

    def __init__(self, grpc_path: str, http: HttpFactory) -> None:
        self.grpc_path = grpc_path
        self.http = http
        self.visitors: set[Visitor] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._servers: list[asyncio.Server] = []

    async def open(self, sockets: Sequence[socket.socket]) -> None:
        """Serve on listening sockets made by :func:`listen`."""
        loop = asyncio.get_running_loop()
        for sock in sockets:
            self._servers.append(await loop.create_server(lambda: Visitor(self), sock=sock, backlog=BACKLOG))

    def spawn(self, work: object) -> None:
        task = asyncio.get_running_loop().create_task(cast("asyncio._CoroutineLike[None]", work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def stop_accepting(self) -> None:
        """Refuse new connections; those that are open go on."""
        for server in self._servers:
            server.close()

    def close(self) -> None:
        """Refuse new connections and cut the bridges. HTTP connections belong to the HTTP side."""
        self.stop_accepting()
        for visitor in list(self.visitors):
            if visitor.transport:
                visitor.transport.close()


def addresses(host: str) -> list[tuple[socket.AddressFamily, str]]:
    """The addresses to listen on: both of ``localhost`` where the machine has IPv6, all of a wildcard, else what resolves."""
    found = socket.getaddrinfo(host or None, None, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)
    unique = dict.fromkeys((family, str(address[0])) for family, _, _, _, address in found)
    if host == "localhost":
        unique.update(dict.fromkeys([(socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")]))
    return sorted(unique)


def listen(host: str, port: int, *, any_port: bool = False) -> tuple[list[socket.socket], int]:
    """Listening sockets on every address of ``host``, all on one port, and that port.

    With ``any_port`` a taken port is replaced by a free one; without, it is a FlyteSystemException that says so.
    """
    try:
        return _bind(host, port)
    except OSError as error:
        if error.errno != errno.EADDRINUSE or not any_port:
            raise _refusal(host, port, error) from error
    for _ in range(FREE_PORT_TRIES):
        try:
            return _bind(host, 0)
        except OSError as error:
            last = error
    raise _refusal(host, 0, last) from last


def _bind(host: str, port: int) -> tuple[list[socket.socket], int]:
    sockets: list[socket.socket] = []
    try:
        for family, address in addresses(host):
            try:
                sockets.append(_bound(family, address, port))
            except OSError as error:
                if family != socket.AF_INET6 or error.errno == errno.EADDRINUSE:
                    raise
                log.info("no IPv6 here, not listening on [%s]: %s", address, error.strerror)
                continue
            port = sockets[0].getsockname()[1]
        for sock in sockets:
            sock.listen(BACKLOG)
    except OSError:
        for sock in sockets:
            sock.close()
        raise
    return sockets, port


def _bound(family: socket.AddressFamily, address: str, port: int) -> socket.socket:
    # asyncio switches Nagle's delay off only on sockets that name their protocol
    sock = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    try:
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        if family == socket.AF_INET6:
            sock.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 1)
        sock.bind((address, port))
    except OSError:
        sock.close()
        raise
    sock.setblocking(False)
    return sock


def _refusal(host: str, port: int, error: OSError) -> FlyteSystemException:
    if error.errno == errno.EADDRINUSE:
        return FlyteSystemException(
            f"port {port} on {host} is taken by another program", hint="choose another port, or stop what listens there"
        )
    return FlyteSystemException(f"cannot listen on {host}, port {port}: {error.strerror}", hint="choose another host or port")
