"""Files that git tracks although an ignore rule names them: git itself does not ignore those, so neither does a bundle."""

from __future__ import annotations

import shutil
import subprocess
from collections.abc import Iterable
from pathlib import Path

_SECONDS = 30


class TrackedFiles:
    """Paths relative to a root, and the folders above them."""

    def __init__(self, paths: Iterable[str] = ()) -> None:
        self._files = frozenset(paths)
        self._folders = {folder for path in self._files for folder in _folders_of(path)}

    def has_file(self, path: str) -> bool:
        return path in self._files

    def has_folder(self, path: str) -> bool:
        return path in self._folders


def repository_of(root: Path) -> Path | None:
    """The folder of the git repository that holds ``root``, or ``None``."""
    return next((folder for folder in (root, *root.parents) if (folder / ".git").exists()), None)


def tracked_although_ignored(root: Path) -> TrackedFiles:
    """Ask git, where there is a git to ask; without one, or when it does not answer, no file counts as tracked."""
    git = shutil.which("git")
    if git is None:
        return TrackedFiles()
    command = [git, "-C", str(root), "ls-files", "--cached", "--ignored", "--exclude-standard", "-z"]
    try:
        found = subprocess.run(command, capture_output=True, timeout=_SECONDS, check=False)
    except (OSError, subprocess.TimeoutExpired):
        return TrackedFiles()
    paths = found.stdout.decode("utf-8", "surrogateescape").split("\0") if found.returncode == 0 else []
    return TrackedFiles(path for path in paths if path)


def _folders_of(path: str) -> Iterable[str]:
    while "/" in path:
        path = path.rpartition("/")[0]
        yield path
