"""The user's code, unpacked once per archive and kept while it is used."""

from __future__ import annotations

import contextlib
import hashlib
import os
import shutil
import tempfile
import threading
from collections.abc import Collection
from pathlib import Path

from glidepath.storage.archives import extract_archive
from glidepath.storage.protocol import Storage

_PICKLE = ".pkl.gz"


class CodeStore:
    """Folders of unpacked code below ``root``, one per archive URI. Archives never change: their names hold their digests."""

    def __init__(self, root: Path, storage: Storage, keep: int) -> None:
        self._root = root
        self._storage = storage
        self._keep = keep
        self._lock = threading.Lock()
        self._busy: dict[str, threading.Lock] = {}

    def folder(self, uri: str) -> Path:
        """Where the code of an archive lies, or will lie."""
        return self._root / hashlib.sha256(uri.encode()).hexdigest()[:32]

    def has(self, uri: str) -> bool:
        """Whether the code is there already."""
        return self.folder(uri).is_dir()

    def fetch(self, uri: str) -> Path:
        """Download and unpack an archive, unless it is there. Several threads may ask for the same one.

        Raises what :meth:`Storage.download` raises, and what the archive's own faults raise (hostile or broken archives).
        """
        with self._lock:
            busy = self._busy.setdefault(uri, threading.Lock())
        with busy:
            folder = self.folder(uri)
            if not folder.is_dir():
                self._unpack(uri, folder)
            return folder

    def prune(self, used: Collection[Path]) -> None:
        """Remove the folders that were fetched longest ago, beyond the number to keep, except those in use."""
        folders = sorted(
            (path for path in self._root.glob("*") if path.is_dir()), key=lambda path: path.stat().st_mtime, reverse=True
        )
        for path in folders[self._keep :]:
            if path not in used:
                shutil.rmtree(path, ignore_errors=True)

    def _unpack(self, uri: str, folder: Path) -> None:
        self._root.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self._root, prefix=".") as draft:
            archive = Path(draft) / uri.rsplit("/", 1)[-1]
            code = Path(draft) / "code"
            code.mkdir()
            self._storage.download(uri, archive)
            if archive.name.endswith(_PICKLE):
                shutil.move(archive, code / archive.name)  # pickled entities are read as they are
            else:
                extract_archive(archive, code)
            code.rename(folder)


def link_into(code: Path, work: Path) -> None:
    """Make the files of the code appear in a working directory, for programs that open them by relative path."""
    os.utime(code)  # so that pruning sees it as used
    for entry in code.iterdir():
        with contextlib.suppress(FileExistsError):
            (work / entry.name).symlink_to(entry)
