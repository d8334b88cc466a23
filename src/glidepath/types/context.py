"""Where conversions read and write the bytes that do not fit into a literal."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from glidepath.storage.protocol import Storage


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
        base = f"{self.raw_output_prefix.rstrip('/')}/{uuid.uuid4().hex}"
        return f"{base}/{tail}" if tail else base

    def new_path(self, tail: str = "") -> Path:
        """A fresh path below ``local_dir``; its folder is made."""
        folder = self.local_dir / uuid.uuid4().hex
        folder.parent.mkdir(parents=True, exist_ok=True)
        if not tail:
            return folder
        folder.mkdir()
        return folder / tail
