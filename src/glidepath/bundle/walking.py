"""Walk a source tree for a bundle: ignored folders are not entered, links are judged, what is no file is skipped."""

from __future__ import annotations

import os
from collections.abc import Collection, Container
from pathlib import Path
from stat import S_ISREG
from typing import NamedTuple

from glidepath.bundle.ignores import IgnoreRules, Place
from glidepath.bundle.selection import LeftOut, SelectedFile, Selection
from glidepath.errors import FlyteValueException

MOST_FILES = 200_000


class _Folder(NamedTuple):
    """A folder still to be read."""

    name: str
    place: Place
    real: tuple[tuple[int, int], ...]
    """Device and inode of it and of all folders that lead to it: a link back to one of them would never end."""


def walk(root: Path, *, deref_symlinks: bool = False, without: Collection[Path] = ()) -> Selection:
    """All files below ``root`` that no ignore rule takes out.

    A link to a file stays a link when it leads to a file inside the root by a relative path; otherwise the file itself goes in.
    Links to folders are followed only with ``deref_symlinks``, and then all links become what they lead to. Sockets, pipes,
    devices and links that lead nowhere are skipped.

    Args:
        root: an absolute folder.
        deref_symlinks: follow links.
        without: absolute paths of files to leave out, such as the archive that is being written.

    Raises:
        FlyteValueException: there are more than 200,000 files.
    """
    return _Walk(root, deref_symlinks, frozenset(without)).run()


class _Walk:
    def __init__(self, root: Path, deref_symlinks: bool, without: frozenset[Path]) -> None:
        self._root = root
        self._deref = deref_symlinks
        self._without = without
        self._rules = IgnoreRules(root)
        self._files: list[SelectedFile] = []
        self._left_out: list[LeftOut] = []
        self._pending: list[_Folder] = []

    def run(self) -> Selection:
        top = self._root.stat()
        self._pending.append(_Folder("", Place(), ((top.st_dev, top.st_ino),)))
        while self._pending:
            folder = self._pending.pop()
            with os.scandir(self._root / folder.name) as entries:
                for entry in entries:
                    self._look(entry, folder)
            if len(self._files) > MOST_FILES:
                raise FlyteValueException(
                    f"{self._root} holds more than {MOST_FILES} files",
                    hint="is this the right root? If so, leave folders out with a .flyteignore file",
                )
        names = {file.name for file in self._files}
        files = sorted(self._unless_lost(file, names) for file in self._files)
        return Selection(self._root, tuple(files), tuple(sorted(self._left_out)))

    def _unless_lost(self, file: SelectedFile, names: Container[str]) -> SelectedFile:
        """A link whose target stays behind becomes the target itself."""
        if file.link is None:
            return file
        leads_to = os.path.relpath(file.path.resolve(), self._root.resolve()).replace(os.sep, "/")
        return file if leads_to in names else SelectedFile(file.name, file.path, file.path.stat().st_size)

    def _look(self, entry: os.DirEntry[str], folder: _Folder) -> None:
        name = f"{folder.name}/{entry.name}" if folder.name else entry.name
        is_folder = entry.is_dir()
        decision = self._rules.decide(name, is_folder, folder.place)
        if decision.exclusion is not None and not (is_folder and self._rules.may_hold_more(name, decision.exclusion)):
            self._skip(name, is_folder, decision.exclusion.rule)
            return
        if "\\" in entry.name:
            self._skip(name, is_folder, "a backslash in the name, which unpacks as a folder")
            return
        if is_folder:
            self._enter(entry, name, decision.inside, folder)
        else:
            self._take(entry, name)

    def _skip(self, name: str, is_folder: bool, why: str) -> None:
        self._left_out.append(LeftOut(f"{name}/" if is_folder else name, why))

    def _enter(self, entry: os.DirEntry[str], name: str, inside: Place, folder: _Folder) -> None:
        if entry.is_symlink() and not self._deref:
            self._skip(name, True, "link to a folder (followed with --deref-symlinks)")
            return
        found = entry.stat()
        identity = (found.st_dev, found.st_ino)
        if identity in folder.real:
            self._skip(name, True, "link to a folder above it")
            return
        self._pending.append(_Folder(name, inside, (*folder.real, identity)))

    def _take(self, entry: os.DirEntry[str], name: str) -> None:
        path = Path(entry.path)
        if path in self._without:
            self._skip(name, False, "written by this command")
            return
        try:
            found = entry.stat()
        except OSError:
            self._skip(name, False, "broken link")
            return
        if not S_ISREG(found.st_mode):
            self._skip(name, False, "not a file")
            return
        link = None if self._deref or not entry.is_symlink() else inner_link(path, self._root)
        self._files.append(SelectedFile(name, path, 0 if link is not None else found.st_size, link))


def inner_link(path: Path, root: Path) -> str | None:
    """Where a link points if it leads to a file inside ``root`` by a relative path, else ``None``."""
    target = path.readlink()
    if target.is_absolute():
        return None
    leads_to = Path(os.path.normpath(path.parent / target))
    # A link on the way (folder -> elsewhere) would lead out of the unpacked bundle.
    inside = leads_to.is_relative_to(root) and leads_to.resolve() == root.resolve() / leads_to.relative_to(root)
    return target.as_posix() if inside else None
