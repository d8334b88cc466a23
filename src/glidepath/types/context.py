"""Where conversions read and write the bytes that do not fit into a literal."""

from __future__ import annotations

import functools
import os
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from glidepath.storage import Storage


@dataclass(frozen=True)
class DataContext:
    """The surroundings of a conversion between Python values and literals.

    ``raw_output_prefix`` is the URI below which blobs are written; ``local_dir`` is where downloads land. With
    ``upload=False`` (a local run) files that users hand over stay where they are.
    """

    storage: Storage
    raw_output_prefix: str
    local_dir: Path
    upload: bool = True

    def new_uri(self, tail: str = "") -> str:
        """A fresh URI below the raw output prefix: ``<prefix>/<32 hex digits>[/<tail>]``."""
        base = f"{self.raw_output_prefix.rstrip('/')}/{os.urandom(16).hex()}"
        return f"{base}/{tail}" if tail else base

    def new_path(self, tail: str = "") -> Path:
        """A fresh path below ``local_dir``; its parent folder is made."""
        folder = self.local_dir / os.urandom(16).hex()
        path = folder / tail if tail else folder
        path.parent.mkdir(parents=True, exist_ok=True)
        return path


_current: ContextVar[DataContext | None] = ContextVar("glidepath_data_context", default=None)


@contextmanager
def using(ctx: DataContext) -> Iterator[DataContext]:
    """Make ``ctx`` the context of files and datasets that user code makes or opens itself while a task runs."""
    token = _current.set(ctx)
    try:
        yield ctx
    finally:
        _current.reset(token)


def current() -> DataContext:
    """The context that :func:`using` set; outside any task, one that works in a temporary folder of this process."""
    return _current.get() or _outside()


@functools.cache
def _outside() -> DataContext:
    # A task never comes here: what only a bare script needs is loaded here, and not with the types.
    import tempfile
    from pathlib import Path

    from glidepath.storage import open_storage

    folder = Path(tempfile.mkdtemp(prefix="glidepath-"))
    return DataContext(open_storage(), str(folder / "raw"), folder / "local", upload=False)
