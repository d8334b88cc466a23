"""The Python files of a folder or package that are modules to load."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from glidepath.bundle.builtin_ignores import is_ignored_folder

# Run by tools, not imported: importing them would build a package or start a program.
_NOT_MODULES = {"__main__.py", "setup.py", "conftest.py", "noxfile.py"}


def module_files(path: Path) -> Iterator[Path]:
    """The module files below a folder, sorted, folders without ``__init__.py`` included; a file is itself.

    Left out are virtual environments, caches and the like, hidden files, names with a dot in them, and files that tools run.
    """
    if path.is_file():
        yield path
        return
    with os.scandir(path) as entries:
        found = sorted(entries, key=lambda entry: entry.name)
    for entry in found:
        if entry.is_dir():
            if "." not in entry.name and not entry.is_symlink() and not is_ignored_folder(Path(entry.path)):
                yield from module_files(Path(entry.path))
        elif entry.name.endswith(".py") and "." not in entry.name[:-3] and entry.name not in _NOT_MODULES:
            yield Path(entry.path)
