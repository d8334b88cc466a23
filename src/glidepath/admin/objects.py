"""Signed PUT and GET of objects over HTTP: the far end of the URLs that the data proxy hands out.

A body is written to a temporary file beside nothing else, counted and digested as it comes; only a whole one, of the size
and MD5 that were signed, is published, in one step. A cut-off, too large or wrong upload leaves nothing behind.
"""

from __future__ import annotations

import base64
import binascii
import errno
import hashlib
import logging
import tempfile
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import IO

from starlette.background import BackgroundTask
from starlette.concurrency import run_in_threadpool
from starlette.requests import ClientDisconnect, Request
from starlette.responses import FileResponse, PlainTextResponse, Response
from starlette.routing import Route

from glidepath.admin.dataproxy import stored_md5
from glidepath.admin.signing import OBJECT_PATH, BadSignature, Grant, Signer
from glidepath.errors import FlyteUploadDataException
from glidepath.storage.protocol import Storage

log = logging.getLogger(__name__)

CHUNK = 1024 * 1024
DISCARDED_BYTES = 1024 * 1024 * 1024
"""How much of a refused body is read and thrown away before the connection is cut."""
SHIELD = {"Content-Security-Policy": "sandbox allow-scripts", "X-Content-Type-Options": "nosniff"}
"""Objects are users' bytes on the console's origin: a deck may run scripts, but as nobody."""


class Refused(Exception):
    """An upload that does not match what was signed: HTTP status and a text for whoever sent it."""

    def __init__(self, status: int, text: str) -> None:
        super().__init__(text)
        self.status = status
        self.text = text


class Incoming:
    """An upload on its way into a temporary file. Not more than ``limit`` bytes are ever written."""

    def __init__(self, file: IO[bytes], limit: int) -> None:
        self._file = file
        self._limit = limit
        self._size = 0
        self._md5 = hashlib.md5(usedforsecurity=False)

    def write(self, data: bytes) -> None:
        self._size += len(data)
        check_size(self._size, self._limit)
        self._md5.update(data)
        self._file.write(data)

    def finish(self, expected: dict[str, bytes], declared: int | None) -> None:
        """Check the whole: ``expected`` maps who claims an MD5 to it, ``declared`` is the Content-Length."""
        self._file.flush()
        if declared is not None and declared != self._size:
            raise Refused(400, f"the body has {self._size} bytes, Content-Length announced {declared}")
        for source, md5 in expected.items():
            if md5 != self._md5.digest():
                raise Refused(400, f"the body's MD5 is {self._md5.hexdigest()}, {source} says {md5.hex()}")


class Body:
    """A request's body, read once; what a refusal leaves of it can be thrown away."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._ended = False

    async def parts(self) -> AsyncIterator[bytes]:
        """The bytes as they come."""
        async for part in self._request.stream():
            yield part
        self._ended = True

    async def discard(self) -> None:
        """Read the rest, so that a client that sends everything before it listens gets to read its answer."""
        if self._ended or "expect" in self._request.headers:
            return
        left = DISCARDED_BYTES
        async for part in self.parts():
            left -= len(part)
            if left < 0:
                return


class Objects:
    """The routes. Temporary files lie in ``folder``, which is emptied at start."""

    def __init__(self, storage: Storage, signer: Signer, folder: Path, clock: Callable[[], float]) -> None:
        self._storage = storage
        self._signer = signer
        self._folder = folder
        self._clock = clock

    def routes(self) -> list[Route]:
        path = OBJECT_PATH + "{uri}/{name:path}"
        return [Route(path, self.put, methods=["PUT"]), Route(path, self.get, methods=["GET"])]

    async def put(self, request: Request) -> Response:
        """Store the body. 200; 400 wrong MD5 or length, 403 signature, 409 other content is there, 413 size, 507 disk full."""
        body = Body(request)
        try:
            try:
                grant = self._signer.check("PUT", request.path_params["uri"], request.query_params, self._clock())
                await self._receive(request, body, grant)
            except (BadSignature, Refused, OSError, FlyteUploadDataException) as error:
                refusal = _refusal(error)
                await body.discard()
                return refusal
        except ClientDisconnect:
            log.info("an upload to %s was cut off; nothing is kept of it", request.path_params["name"])
            return Response(status_code=499)
        return Response(status_code=200)

    async def get(self, request: Request) -> Response:
        """The object, with ranges. 200 or 206; 403 signature, 404 gone, 416 range."""
        try:
            grant = self._signer.check("GET", request.path_params["uri"], request.query_params, self._clock())
        except BadSignature as error:
            return PlainTextResponse(f"{error}\n", 403)
        if not await run_in_threadpool(self._storage.stat, grant.uri):
            return PlainTextResponse("object not found: it has been removed since the URL was signed\n", 404)
        path, cleanup = await run_in_threadpool(self._local, grant.uri)
        return FileResponse(path, media_type=grant.content_type or None, headers=SHIELD, background=cleanup)

    async def _receive(self, request: Request, body: Body, grant: Grant) -> None:
        expected, declared = claims(request, grant)
        check_size(declared or 0, grant.max_bytes)
        self._folder.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(dir=self._folder) as file:
            incoming = Incoming(file, grant.max_bytes)
            waiting = bytearray()
            async for part in body.parts():
                waiting += part
                if len(waiting) >= CHUNK:
                    await run_in_threadpool(incoming.write, bytes(waiting))
                    waiting.clear()
            await run_in_threadpool(incoming.write, bytes(waiting))
            await run_in_threadpool(incoming.finish, expected, declared)
            await run_in_threadpool(self._publish, Path(file.name), grant)

    def _publish(self, path: Path, grant: Grant) -> None:
        if self._storage.stat(grant.uri):
            if not grant.md5 or stored_md5(self._storage, grant.uri) != grant.md5:
                raise Refused(409, "another upload has put something else here since the URL was signed")
            return
        self._storage.upload(path, grant.uri)

    def _local(self, uri: str) -> tuple[Path, BackgroundTask | None]:
        path = Path(uri.removeprefix("file://"))
        if path.is_absolute():
            return path, None
        self._folder.mkdir(parents=True, exist_ok=True)
        copy = Path(tempfile.mkdtemp(dir=self._folder)) / (uri.rsplit("/", 1)[-1] or "object")
        self._storage.download(uri, copy)
        return copy, BackgroundTask(_remove, copy)


def _refusal(error: BadSignature | Refused | OSError | FlyteUploadDataException) -> Response:
    if isinstance(error, BadSignature):
        status, text = 403, str(error)
    elif isinstance(error, Refused):
        status, text = error.status, error.text
    elif _is_full(error):
        status, text = 507, "the server's disk is full; nothing is kept of this upload"
    else:
        log.error("an upload could not be stored: %s", error)
        status, text = 500, "the server could not store the object; its log says why"
    return PlainTextResponse(f"{text}\n", status, {"Connection": "close"})


def _is_full(error: BaseException | None) -> bool:
    full = isinstance(error, OSError) and error.errno in {errno.ENOSPC, errno.EDQUOT}
    return full or (isinstance(error, FlyteUploadDataException) and _is_full(error.__cause__))


def claims(request: Request, grant: Grant) -> tuple[dict[str, bytes], int | None]:
    """The MD5s that signature and header claim, and the announced length."""
    expected = {"the signed URL": grant.md5} if grant.md5 else {}
    header = request.headers.get("content-md5")
    if header:
        try:
            expected["Content-MD5"] = base64.b64decode(header, validate=True)
        except binascii.Error:
            raise Refused(400, "Content-MD5 is not the base64 of an MD5") from None
    length = request.headers.get("content-length")
    return expected, int(length) if length else None


def check_size(size: int, limit: int) -> None:
    if size > limit:
        raise Refused(413, f"the body is larger than {limit} bytes, which is the most that this server takes in one upload")


def _remove(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.parent.rmdir()
