"""What a store of bytes can do. Every scheme family implements this one protocol; nothing else touches bytes at a URI."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable


class ObjectInfo(NamedTuple):
    """One object: its URI, size in bytes, time of last change (aware, UTC) and the store's own fingerprint, if it has one."""

    uri: str
    size: int
    modified: datetime
    etag: str | None = None


@runtime_checkable
class Storage(Protocol):
    """Bytes at URIs. A URI is absolute (``file:///…``, ``s3://…``, ``memory://…``); a bare path ``/x/y`` means a file.

    Reads raise :class:`~glidepath.errors.FlyteDataNotFoundException` when nothing is there and
    :class:`~glidepath.errors.FlyteDownloadDataException` when it cannot be read; writes raise
    :class:`~glidepath.errors.FlyteUploadDataException`.
    """

    def get(self, uri: str) -> bytes:
        """The bytes of one object."""
        ...

    def put(self, uri: str, data: bytes, metadata: Mapping[str, str] | None = None) -> None:
        """Write one object. Atomic: readers see the old bytes or the new ones. ``metadata`` is kept where the store can."""
        ...

    def stat(self, uri: str) -> ObjectInfo | None:
        """What is known of one object, or ``None`` when nothing is there."""
        ...

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        """Every object below a folder, at any depth, sorted by URI; nothing when there is no such folder."""
        ...

    def delete(self, uri: str) -> None:
        """Remove one object; removing what is not there is no error."""
        ...

    def download(self, uri: str, path: Path) -> None:
        """One object into a file, streamed; parents are made; the file appears whole or not at all."""
        ...

    def upload(self, path: Path, uri: str) -> None:
        """One file into an object, streamed; the object appears whole or not at all."""
        ...

    def download_tree(self, uri: str, path: Path) -> None:
        """Every object below a folder into a directory of the same shape."""
        ...

    def upload_tree(self, path: Path, uri: str) -> None:
        """Every file below a directory into objects of the same shape."""
        ...
