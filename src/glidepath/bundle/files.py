"""Which files go into a code bundle: the modules that were loaded (``auto``), everything (``all``), or nothing (``none``)."""

from __future__ import annotations

import os
from collections.abc import Collection
from enum import Enum
from pathlib import Path

from glidepath.bundle.ignores import IgnoreRules, Place
from glidepath.bundle.selection import LeftOut, SelectedFile, Selection
from glidepath.bundle.user_modules import modules_below
from glidepath.bundle.walking import walk
from glidepath.errors import FlyteValueException


class CopyFiles(str, Enum):
    """The values of ``--copy``."""

    AUTO = "auto"
    ALL = "all"
    NONE = "none"


def select_files(root: Path, copy: CopyFiles, *, deref_symlinks: bool = False, without: Collection[Path] = ()) -> Selection:
    """The files of a bundle.

    Args:
        root: the folder on ``sys.path`` from which the user's modules are imported, absolute.
        copy: ``AUTO`` takes the files of loaded modules below the root, whatever ignore files say, since the code needs them;
            ``ALL`` every file that no ignore rule takes out; ``NONE`` none.
        deref_symlinks: with ``ALL``, follow links.
        without: absolute paths of files to leave out.

    Raises:
        FlyteValueException: files were asked for, but none is left.
    """
    if copy is CopyFiles.NONE:
        return Selection(root, ())
    selection = walk(root, deref_symlinks=deref_symlinks, without=without) if copy is CopyFiles.ALL else _loaded(root)
    if not selection.files:
        rules = ", ".join(sorted({each.rule for each in selection.left_out})) or "the root holds none"
        raise FlyteValueException(
            f"no file below {root} goes into the bundle: {rules}",
            hint="take files back with a .flyteignore file (!name), or use --copy none if the image holds the code",
        )
    return selection


def explain(path: Path, root: Path) -> str:
    """Why a file or folder is in a bundle with ``--copy all``, or why not: one line for people.

    Raises:
        FlyteValueException: the path does not exist below the root.
    """
    path, root = Path(os.path.normpath(path.absolute())), Path(os.path.normpath(root.absolute()))
    if not path.is_relative_to(root) or path == root or not os.path.lexists(path):
        raise FlyteValueException(f"{path} is no file or folder below {root}", hint="give a path inside the project")
    rules, place, reason = IgnoreRules(root), Place(), ""
    parts = path.relative_to(root).parts
    for depth in range(1, len(parts) + 1):
        name = "/".join(parts[:depth])
        folder = (root / name).is_dir()
        decision = rules.decide(name, folder, place)
        place, reason = decision.inside, decision.reason
        is_last = depth == len(parts)
        if decision.exclusion is not None and (is_last or not rules.may_hold_more(name, decision.exclusion)):
            return f"{'/'.join(parts)} is left out by {decision.exclusion.rule}" + ("" if is_last else f" ({name}/ is out)")
    return f"{'/'.join(parts)} goes in" + (f": {reason}" if reason else ": no rule leaves it out")


def _loaded(root: Path) -> Selection:
    """The files of the user's loaded modules below a root."""
    files: dict[str, SelectedFile] = {}
    left_out: dict[str, LeftOut] = {}
    for each in modules_below(root):
        path = Path(each.file)
        name = path.relative_to(root).as_posix()
        if each.is_library:
            left_out[name] = LeftOut(name, "installed library")
        elif path.is_file():
            files[name] = SelectedFile(name, path, path.stat().st_size)
    return Selection(root, tuple(sorted(files.values())), tuple(sorted(left_out.values())))
