"""Signed URLs: a permission for one method on one object, until a time, for bytes of one digest and size at most.

The signature is an HMAC-SHA-256 over every field, under a key that never leaves the data folder.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote, urlencode

KEY_BYTES = 32
OBJECT_PATH = "/objects/"


class BadSignature(Exception):
    """A URL whose signature is missing, forged or expired. The text may be shown to whoever sent it."""


@dataclass(frozen=True)
class Grant:
    """What a signed URL allows."""

    method: str
    """``PUT`` or ``GET`` (which covers HEAD)."""
    uri: str
    """The object, absolute."""
    expires: int
    """Seconds since the epoch."""
    md5: bytes = b""
    """For PUT: the 16-byte MD5 that the body must have; empty: any."""
    max_bytes: int = 0
    """For PUT: how large the body may be."""
    content_type: str = ""
    """For GET: the type to answer with; empty: guessed from the name."""

    def _message(self) -> bytes:
        fields = (self.method, self.uri, str(self.expires), self.md5.hex(), str(self.max_bytes), self.content_type)
        return "\0".join(fields).encode()


class Signer:
    """Makes and checks signed URLs under one key."""

    def __init__(self, key: bytes) -> None:
        if len(key) < KEY_BYTES:
            raise ValueError(f"a signing key has {KEY_BYTES} bytes, this one has {len(key)}")
        self._key = key

    def path(self, grant: Grant) -> str:
        """The path and query of the URL that carries ``grant``, to be put behind the server's public URL."""
        query = {"expires": str(grant.expires), "signature": self._signature(grant)}
        if grant.method == "PUT":
            query |= {"md5": grant.md5.hex(), "max": str(grant.max_bytes)}
        if grant.content_type:
            query["type"] = grant.content_type
        name = quote(grant.uri.rsplit("/", 1)[-1], safe="")
        return f"{OBJECT_PATH}{_encode(grant.uri)}/{name}?{urlencode(query)}"

    def check(self, method: str, encoded_uri: str, query: Mapping[str, str], now: float) -> Grant:
        """The grant of a URL that this signer made for ``method`` and that has not expired; else :class:`BadSignature`."""
        try:
            grant = Grant(
                method,
                _decode(encoded_uri),
                int(query.get("expires", "")),
                bytes.fromhex(query.get("md5", "")),
                int(query.get("max", "0")),
                query.get("type", ""),
            )
        except ValueError:
            raise BadSignature("the URL is not one that this server has signed") from None
        if not hmac.compare_digest(self._signature(grant).encode(), query.get("signature", "").encode()):
            raise BadSignature(f"the URL was not signed by this server for {method} of this object")
        if now > grant.expires:
            raise BadSignature(f"the signed URL expired {int(now - grant.expires)} s ago; ask for a new one")
        return grant

    def _signature(self, grant: Grant) -> str:
        return hmac.new(self._key, grant._message(), hashlib.sha256).hexdigest()


def load_key(path: Path) -> bytes:
    """The key in ``path``; made (mode 0600) on first use. Raises OSError when the folder cannot be written."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        path.parent.mkdir(parents=True, exist_ok=True)
        fresh = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(secrets.token_bytes(KEY_BYTES))
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)
        return path.read_bytes()


def _encode(uri: str) -> str:
    return base64.urlsafe_b64encode(uri.encode()).decode().rstrip("=")


def _decode(text: str) -> str:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode()
