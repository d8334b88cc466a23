"""Send a file to where tasks can read it: ask for a signed URL, then PUT the bytes there, streamed."""

from __future__ import annotations

import base64
import contextlib
import hashlib
import http.client
import ssl
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO
from urllib.parse import urlsplit

from glidepath.clients.config import PlatformConfig
from glidepath.clients.raw import RawClient
from glidepath.errors import FlyteUploadDataException
from glidepath.idl import service

_CHUNK = 256 * 1024
_SECONDS = 60.0
_ANSWER_SHOWN = 500

Progress = Callable[[int, int], None]
"""Called with the bytes sent so far and the bytes in all."""


@dataclass(frozen=True)
class Destination:
    """Where an upload belongs, for the server to choose an address."""

    project: str
    domain: str
    filename: str = ""
    """The last part of the address; empty: the file's own name."""
    filename_root: str = ""
    """The folder of the address; empty: the MD5, so that equal content shares one address."""


def upload(client: RawClient, path: Path, destination: Destination, progress: Progress | None = None) -> str:
    """Upload a file and return its native address (``s3://…``), from which tasks read it.

    The server checks the MD5. Raises FlyteUploadDataException when the store refuses the bytes or cannot be reached.
    """
    md5 = md5_of(path)
    location = client.create_upload_location(
        service.CreateUploadLocationRequest(
            project=destination.project,
            domain=destination.domain,
            filename=destination.filename or path.name,
            filename_root=destination.filename_root,
            content_md5=md5,
            add_content_md5_metadata=True,
        )
    )
    headers = {"Content-MD5": base64.b64encode(md5).decode(), **location.headers}
    put_file(location.signed_url, path, headers, client.config, progress)
    return location.native_url


def md5_of(path: Path) -> bytes:
    """The MD5 of a file's content, 16 bytes: what stores compare, not a safeguard against forgery."""
    digest = hashlib.md5(usedforsecurity=False)
    with path.open("rb") as file:
        for chunk in _chunks(file):
            digest.update(chunk)
    return digest.digest()


def put_file(
    url: str, path: Path, headers: Mapping[str, str], config: PlatformConfig | None = None, progress: Progress | None = None
) -> None:
    """HTTP PUT of a file with its length, in chunks; the memory it takes does not grow with the file.

    ``config`` says which certificates to trust. Raises FlyteUploadDataException for any answer but 200, 201 or 204.
    """
    parts = urlsplit(url)
    size = path.stat().st_size
    connection = _connect(parts.scheme, parts.netloc, config, where=url)
    where = f"PUT {parts.scheme}://{parts.netloc}{parts.path}"
    target = f"{parts.path or '/'}?{parts.query}" if parts.query else parts.path or "/"
    try:
        with path.open("rb") as file:
            # A store that refuses early closes its side while we still send; its answer is there to be read all the same.
            with contextlib.suppress(BrokenPipeError, ConnectionResetError):
                body = _counted(file, size, progress)
                connection.request("PUT", target, body=body, headers={"Content-Length": str(size), **headers})
            answer = connection.getresponse()
        text = answer.read(_ANSWER_SHOWN).decode(errors="replace").strip()
    except (OSError, http.client.HTTPException) as error:
        raise FlyteUploadDataException(
            f"{path.name} could not be uploaded: {error}", where=where, hint="is the store reachable from here? try again"
        ) from error
    finally:
        connection.close()
    if answer.status not in {200, 201, 204}:
        raise FlyteUploadDataException(
            f"the store refused {path.name} ({size} bytes): HTTP {answer.status} {text}",
            where=where,
            hint="try again: signed addresses expire; if it persists, the server's log says why",
        )


def _connect(scheme: str, netloc: str, config: PlatformConfig | None, where: str) -> http.client.HTTPConnection:
    if scheme == "https":
        context = ssl.create_default_context(cafile=(config.ca_cert_file_path or None) if config else None)
        if config and config.insecure_skip_verify:
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        return http.client.HTTPSConnection(netloc, timeout=_SECONDS, context=context)
    if scheme == "http":
        return http.client.HTTPConnection(netloc, timeout=_SECONDS)
    raise FlyteUploadDataException(
        "the server gave an upload address that is not http", where=where, hint="check the server's data proxy settings"
    )


def _chunks(file: BinaryIO) -> Iterator[bytes]:
    while chunk := file.read(_CHUNK):
        yield chunk


def _counted(file: BinaryIO, size: int, progress: Progress | None) -> Iterator[bytes]:
    sent = 0
    for chunk in _chunks(file):
        yield chunk
        sent += len(chunk)
        if progress:
            progress(sent, size)
