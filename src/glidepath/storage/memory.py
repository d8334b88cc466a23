"""Objects in this process's memory: the twin that tests use in place of a real store."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timezone
from pathlib import Path

from glidepath.storage.file import write_atomically
from glidepath.storage.protocol import ObjectInfo, Storage
from glidepath.storage.system_errors import cannot_read, not_found
from glidepath.storage.trees import download_tree, upload_tree


@dataclass(frozen=True)
class _Entry:
    data: bytes
    modified: datetime
    metadata: Mapping[str, str]


def _now() -> datetime:
    return datetime.now(timezone.utc)


class MemoryStorage:
    """A dictionary of bytes by URI; any scheme will do. ``clock`` stamps objects."""

    def __init__(self, clock: Callable[[], datetime] = _now) -> None:
        self._entries: dict[str, _Entry] = {}
        self._clock = clock

    def get(self, uri: str) -> bytes:
        return self._entry(uri).data

    def metadata(self, uri: str) -> Mapping[str, str]:
        """The metadata that an object was put with."""
        return self._entry(uri).metadata

    def put(self, uri: str, data: bytes, metadata: Mapping[str, str] | None = None) -> None:
        self._entries[uri] = _Entry(bytes(data), self._clock(), dict(metadata or {}))

    def stat(self, uri: str) -> ObjectInfo | None:
        entry = self._entries.get(uri)
        return None if entry is None else _info(uri, entry)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        root = prefix.rstrip("/") + "/"
        for uri in sorted(uri for uri in list(self._entries) if uri.startswith(root)):
            yield _info(uri, self._entries[uri])

    def delete(self, uri: str) -> None:
        self._entries.pop(uri, None)

    def download(self, uri: str, path: Path) -> None:
        data = self.get(uri)
        write_atomically(path, lambda temporary: temporary.write_bytes(data))

    def upload(self, path: Path, uri: str) -> None:
        try:
            self.put(uri, path.read_bytes())
        except FileNotFoundError as error:
            raise not_found(str(path)) from error
        except OSError as error:
            raise cannot_read(str(path), error) from error

    def download_tree(self, uri: str, path: Path) -> None:
        download_tree(self, uri, path)

    def upload_tree(self, path: Path, uri: str) -> None:
        upload_tree(self, path, uri)

    def _entry(self, uri: str) -> _Entry:
        try:
            return self._entries[uri]
        except KeyError as error:
            raise not_found(uri) from error


def _info(uri: str, entry: _Entry) -> ObjectInfo:
    return ObjectInfo(uri, len(entry.data), entry.modified, hashlib.md5(entry.data, usedforsecurity=False).hexdigest())


def create(scheme: str, options: Mapping[str, str]) -> Storage:
    """The storage of the ``memory`` scheme; it takes no options."""
    return MemoryStorage()
