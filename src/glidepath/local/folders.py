"""Where a local run keeps its files."""

from __future__ import annotations

import os
from pathlib import Path


def new_run_folder() -> Path:
    """A fresh folder that only this user may enter, below ``TMPDIR`` or ``/tmp``; where that cannot be, wherever it can.

    It stays after the run, since outputs may point into it.
    """
    folder = Path(os.environ.get("TMPDIR") or "/tmp", f"flyte-{os.urandom(8).hex()}").absolute()  # noqa: S108
    try:
        folder.mkdir(mode=0o700)
    except OSError:
        # tempfile knows more places. It takes 3 ms to load, as much as a small run.
        import tempfile

        return Path(tempfile.mkdtemp(prefix="flyte-"))
    return folder
