"""Objects behind ``http`` and ``https`` URLs: reading only, standard library only."""

from __future__ import annotations

import shutil
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping
from datetime import datetime, timezone
from email.utils import parsedate_to_datetime
from http.client import HTTPException, HTTPResponse
from pathlib import Path
from typing import cast

from glidepath.errors import FlyteDownloadDataException, FlyteUploadDataException
from glidepath.storage.file import write_atomically
from glidepath.storage.protocol import ObjectInfo, Storage
from glidepath.storage.system_errors import not_found
from glidepath.storage.trees import download_tree

_TIMEOUT_SECONDS = 60.0
_GONE = (404, 410)


class HttpStorage:
    """GET and HEAD. Redirects and proxies (``HTTPS_PROXY``) work as urllib does them; there are no folders to list."""

    def get(self, uri: str) -> bytes:
        with self._open(uri, "GET") as response:
            return self._read(uri, response)

    def put(self, uri: str, data: bytes, metadata: Mapping[str, str] | None = None) -> None:
        raise _read_only(uri)

    def stat(self, uri: str) -> ObjectInfo | None:
        response = self._request(uri, "HEAD")
        if response is None:
            return None
        with response:
            changed = response.headers.get("Last-Modified")
            modified = parsedate_to_datetime(changed) if changed else datetime.fromtimestamp(0, timezone.utc)
            size = int(response.headers.get("Content-Length") or 0)
            return ObjectInfo(uri, size, modified, (response.headers.get("ETag") or "").strip('"') or None)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        return iter(())

    def delete(self, uri: str) -> None:
        raise _read_only(uri)

    def download(self, uri: str, path: Path) -> None:
        def write(temporary: Path) -> None:
            with self._open(uri, "GET") as response, temporary.open("wb") as file:
                expected = response.headers.get("Content-Length")
                shutil.copyfileobj(response, file)
                if expected is not None and file.tell() != int(expected):
                    raise _cut_off(uri, file.tell(), int(expected))

        write_atomically(path, write)

    def upload(self, path: Path, uri: str) -> None:
        raise _read_only(uri)

    def download_tree(self, uri: str, path: Path) -> None:
        download_tree(self, uri, path)

    def upload_tree(self, path: Path, uri: str) -> None:
        raise _read_only(uri)

    def _open(self, uri: str, method: str) -> HTTPResponse:
        response = self._request(uri, method)
        if response is None:
            raise not_found(uri)
        return response

    @staticmethod
    def _request(uri: str, method: str) -> HTTPResponse | None:
        """The response; ``None`` when the server knows no such object. Raises FlyteDownloadDataException."""
        request = urllib.request.Request(uri, method=method)  # noqa: S310  (the router sends http and https only)
        try:
            return cast("HTTPResponse", urllib.request.urlopen(request, timeout=_TIMEOUT_SECONDS))  # noqa: S310
        except urllib.error.HTTPError as error:
            with error:
                if error.code in _GONE:
                    return None
                hint = "check the address and whether it needs a login" if error.code in (401, 403) else ""
                raise FlyteDownloadDataException(f"{uri} could not be read: {error.code} {error.reason}", hint=hint) from error
        except (OSError, HTTPException, ValueError) as error:
            reason = getattr(error, "reason", error)
            raise FlyteDownloadDataException(
                f"{uri} could not be read: {reason}", hint="check the address, the network and the proxy settings"
            ) from error

    @staticmethod
    def _read(uri: str, response: HTTPResponse) -> bytes:
        try:
            return response.read()
        except HTTPException as error:
            raise FlyteDownloadDataException(f"{uri} was cut off: {error}", hint="try again") from error


def create(scheme: str, options: Mapping[str, str]) -> Storage:
    """The storage of ``http`` and ``https``; it takes no options."""
    return HttpStorage()


def _read_only(uri: str) -> FlyteUploadDataException:
    return FlyteUploadDataException(f"{uri} could not be written: HTTP addresses are read only", hint="write to a store")


def _cut_off(uri: str, got: int, expected: int) -> FlyteDownloadDataException:
    return FlyteDownloadDataException(f"{uri} was cut off after {got} of {expected} bytes", hint="try again")
