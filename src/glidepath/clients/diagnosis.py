"""Why a server cannot be reached: look at what really listens at an endpoint, since gRPC's own texts do not say.

Only called after a failure. Connects at most three times, each within two seconds.
"""

from __future__ import annotations

import enum
import socket
import ssl

# The opening bytes of an HTTP/2 client: RFC 9113, 3.4, followed by an empty SETTINGS frame.
_PREFACE = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + b"\x00\x00\x00\x04\x00\x00\x00\x00\x00"
_SETTINGS_FRAME = 4
_SECONDS = 2.0


class Finding(enum.Enum):
    """What listens at an endpoint."""

    NO_ADDRESS = "no address"
    NOBODY = "nothing listens"
    NO_ANSWER = "no answer to a connection"
    TLS = "TLS"
    PLAIN = "HTTP/2 in plain text"
    OTHER = "something else"


def split_endpoint(endpoint: str) -> tuple[str, int]:
    """``host:port`` → (host, port); ``[::1]:80`` → (``::1``, 80); without a port 443."""
    host, colon, port = endpoint.rpartition(":")
    if not colon or not port.isdigit():
        return endpoint.strip("[]"), 443
    return host.strip("[]"), int(port)


def is_local(endpoint: str) -> bool:
    """Whether an endpoint is this machine by name or loopback address."""
    host = split_endpoint(endpoint)[0]
    return host in {"localhost", "::1", "0.0.0.0"} or host.startswith("127.")  # noqa: S104 - compared, never bound


def examine(endpoint: str) -> Finding:
    """Find out what listens at an endpoint."""
    address = split_endpoint(endpoint)
    try:
        with socket.create_connection(address, timeout=_SECONDS):
            pass
    except socket.gaierror:
        return Finding.NO_ADDRESS
    except ConnectionRefusedError:
        return Finding.NOBODY
    except OSError:
        return Finding.NO_ANSWER
    if _speaks_http2(address):
        return Finding.PLAIN
    return Finding.TLS if _speaks_tls(address) else Finding.OTHER


def _speaks_http2(address: tuple[str, int]) -> bool:
    try:
        with socket.create_connection(address, timeout=_SECONDS) as connection:
            connection.sendall(_PREFACE)
            header = connection.recv(9)
    except OSError:
        return False
    return len(header) == 9 and header[3] == _SETTINGS_FRAME


def _speaks_tls(address: tuple[str, int]) -> bool:
    context = ssl.create_default_context()
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    context.set_alpn_protocols(["h2"])
    try:
        with socket.create_connection(address, timeout=_SECONDS) as connection, context.wrap_socket(connection):
            return True
    except ssl.SSLError as error:
        # A server that asks for a client certificate, or refuses our ciphers, still speaks TLS: it answers with an alert.
        return "ALERT" in (error.reason or "")
    except OSError:
        return False
