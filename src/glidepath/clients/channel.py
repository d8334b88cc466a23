"""Open a gRPC channel as a configuration says: plain text or TLS, whom to trust, sizes, keep-alive."""

from __future__ import annotations

import os
import socket
import ssl
from pathlib import Path
from typing import Any

# grpc prints warnings of its core (forks, name look-ups) into the output of commands unless told not to before its import.
os.environ.setdefault("GRPC_VERBOSITY", "NONE")

import grpc

from glidepath.clients.config import PlatformConfig
from glidepath.clients.diagnosis import is_local, split_endpoint
from glidepath.errors import FlyteValueException

_MEBIBYTE = 1024 * 1024
_DEFAULT_MESSAGE_SIZE = 20 * _MEBIBYTE
_METADATA_SIZE = 32 * 1024
_SECONDS = 5.0


def channel_options(config: PlatformConfig) -> list[tuple[str, Any]]:
    """Options of the channel: metadata 32 KiB, messages 20 MiB unless configured, keep-alive each 30 s."""
    size = config.max_message_size_bytes or _DEFAULT_MESSAGE_SIZE
    options: list[tuple[str, Any]] = [
        ("grpc.max_metadata_size", _METADATA_SIZE),
        ("grpc.max_receive_message_length", size),
        ("grpc.max_send_message_length", max(size, _DEFAULT_MESSAGE_SIZE)),
        ("grpc.keepalive_time_ms", 30_000),
        ("grpc.keepalive_timeout_ms", 10_000),
        ("grpc.http2.max_pings_without_data", 0),
        # A restarted server is found again at once, not after grpc's second, two, four.
        ("grpc.initial_reconnect_backoff_ms", 100),
        ("grpc.max_reconnect_backoff_ms", 2_000),
    ]
    if is_local(config.endpoint):
        # A proxy for the outer world cannot reach a server on this machine.
        options.append(("grpc.enable_http_proxy", 0))
    return options


def open_channel(config: PlatformConfig) -> grpc.Channel:
    """A channel to the configured endpoint; no connection is made yet, except to fetch a certificate to trust blindly.

    Raises FlyteValueException when the file of authorities cannot be read.
    """
    options = channel_options(config)
    target = _target(config.endpoint)
    if config.insecure:
        return grpc.insecure_channel(target, options=options)
    roots = _roots(config)
    if config.insecure_skip_verify:
        shown = _shown_certificate(config.endpoint)
        if shown is not None:
            roots, name = shown
            options += [("grpc.ssl_target_name_override", name)] if name else []
    return grpc.secure_channel(target, grpc.ssl_channel_credentials(root_certificates=roots), options=options)


def _target(endpoint: str) -> str:
    host, port = split_endpoint(endpoint)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def _roots(config: PlatformConfig) -> bytes | None:
    path = config.ca_cert_file_path or os.environ.get("SSL_CERT_FILE", "")
    if not path:
        return None
    try:
        return Path(path).expanduser().read_bytes()
    except OSError as error:
        raise FlyteValueException(
            f"the file of certificate authorities cannot be read: {error.strerror}",
            where=path,
            hint="check admin.caCertFilePath",
        ) from error


def _shown_certificate(endpoint: str) -> tuple[bytes, str] | None:
    """The PEM certificate that a server shows and a name in it, or None when it shows none (the call will say why)."""
    address = split_endpoint(endpoint)
    blind = ssl.create_default_context()
    blind.check_hostname = False
    blind.verify_mode = ssl.CERT_NONE
    try:
        with (
            socket.create_connection(address, timeout=_SECONDS) as raw,
            blind.wrap_socket(raw, server_hostname=address[0]) as tls,
        ):
            pem = ssl.DER_cert_to_PEM_cert(tls.getpeercert(binary_form=True) or b"")
        return pem.encode(), _name_in(address, pem)
    except OSError:
        return None


def _name_in(address: tuple[str, int], pem: str) -> str:
    """A host name for which a certificate is valid. Only a verified connection decodes it, so trust it and connect again."""
    trusting = ssl.create_default_context(cadata=pem)
    trusting.check_hostname = False
    trusting.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    try:
        with socket.create_connection(address, timeout=_SECONDS) as raw, trusting.wrap_socket(raw) as tls:
            certificate: Any = tls.getpeercert() or {}
    except OSError:
        return ""
    alternatives = [name for kind, name in certificate.get("subjectAltName", ()) if kind == "DNS"]
    common = [value for part in certificate.get("subject", ()) for key, value in part if key == "commonName"]
    return str(next(iter(alternatives + common), ""))
