"""What an attempt saves for the attempt after it (reference: flytekit.md, 2.1; engine.md, 1.9)."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from glidepath.idl import paths
from glidepath.storage.protocol import Storage

_UNNAMED = "_dst_cp"


class Checkpoint:
    """A folder in a store that this attempt writes, and the folder that the attempt before it wrote.

    ``source`` is ``None`` for a first attempt. At ``current_context().checkpoint``.
    """

    def __init__(self, storage: Storage, destination: str, source: str | None) -> None:
        self._storage = storage
        self._destination = destination
        self._source = source
        self._restored: Path | None = None

    def prev_exists(self) -> bool:
        """Whether an attempt came before this one."""
        return self._source is not None

    def restore(self, path: Path | str | None = None) -> Path | None:
        """Bring what the attempt before saved into a folder (a fresh one, unless ``path`` names one) and return the folder.

        ``None`` for a first attempt. Raises :class:`ValueError` when ``path`` is no folder.
        """
        if self._source is None:
            return None
        if path is not None and not Path(path).is_dir():
            raise ValueError(f"a checkpoint is restored to a folder, which {path} is not")
        if path is None and self._restored is not None:
            return self._restored
        folder = Path(path) if path is not None else _new_folder()
        folder.mkdir(exist_ok=True)
        self._storage.download_tree(self._source, folder)
        self._restored = folder
        return folder

    def save(self, cp: Path | str | BinaryIO) -> None:
        """Keep a file, a folder's content or an open binary file for the next attempt; replaces what has the same name."""
        if not isinstance(cp, Path | str):
            self.write(cp.read())
            return
        path = Path(cp)
        if path.is_dir():
            self._storage.upload_tree(path, self._destination)
        else:
            self._storage.upload(path, paths.join(self._destination, path.name))

    def read(self) -> bytes | None:
        """The one file that the attempt before saved; ``None`` when it saved nothing.

        Raises :class:`ValueError` when it saved several: :meth:`restore` brings those.
        """
        if self._source is None:
            return None
        found = [info.uri for info in self._storage.list(self._source)]
        if len(found) > 1:
            raise ValueError(f"expected one checkpoint, found {len(found)}: use restore()")
        return self._storage.get(found[0]) if found else None

    def write(self, b: bytes) -> None:
        """Keep bytes for the next attempt."""
        self._storage.put(paths.join(self._destination, _UNNAMED), b)


def _new_folder() -> Path:
    import tempfile  # 3 ms, for the tasks that restore

    return Path(tempfile.mkdtemp()) / "prev_cp"
