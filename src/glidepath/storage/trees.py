"""Directories over a store that only knows objects."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from glidepath.errors import FlyteDownloadDataException
from glidepath.storage.system_errors import not_found

if TYPE_CHECKING:
    from glidepath.storage.protocol import Storage


def download_tree(storage: Storage, uri: str, path: Path) -> None:
    """Every object below ``uri`` into ``path``. Raises FlyteDataNotFoundException when there is none.

    A key that would land outside ``path`` (``..`` in an object's name) is refused with FlyteDownloadDataException.
    """
    root = uri.rstrip("/") + "/"
    found = False
    for info in storage.list(uri):
        relative = info.uri[len(root) :]
        if not relative or relative.endswith("/"):  # a folder marker that some consoles write
            continue
        if ".." in relative.split("/") or relative.startswith("/"):
            raise FlyteDownloadDataException(f"{info.uri} would be written outside {path}", hint="rename or remove that object")
        storage.download(info.uri, path / relative)
        found = True
    if not found:
        raise not_found(uri)


def upload_tree(storage: Storage, path: Path, uri: str) -> None:
    """Every file below ``path`` into objects below ``uri``. Raises FlyteDataNotFoundException when ``path`` is no directory."""
    if not path.is_dir():
        raise not_found(str(path))
    for file in sorted(entry for entry in path.rglob("*") if entry.is_file()):
        storage.upload(file, f"{uri.rstrip('/')}/{file.relative_to(path).as_posix()}")
