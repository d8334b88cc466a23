"""Root and module names: which folder goes on ``sys.path``, and what a file is called from there.

As stock flytekit: the root is the first folder above a file, or above a folder, that holds no ``__init__.py``. Where the files
then could not import each other (src layouts, namespace packages, scripts beside each other), the root from which they can.
``FLYTE_PYTHON_PACKAGE_ROOT`` names the root outright: ``auto`` (the rule above), ``.`` (the working folder) or a path.
"""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from pathlib import Path

from glidepath.bundle.local_imports import root_by_imports
from glidepath.errors import FlyteValueException

ROOT_VARIABLE = "FLYTE_PYTHON_PACKAGE_ROOT"
_INIT = "__init__.py"


def find_root(paths: Sequence[Path], files: Sequence[Path], environ: Mapping[str, str] | None = None) -> Path:
    """The folder from which all of ``paths`` are imported.

    Args:
        paths: absolute paths of files and folders that the user named.
        files: the Python files that these come to.
        environ: where ``FLYTE_PYTHON_PACKAGE_ROOT`` is looked up; by default the process's environment.

    Raises:
        FlyteValueException: two paths have different roots, or one lies outside the root that the environment names.
    """
    named = (os.environ if environ is None else environ).get(ROOT_VARIABLE, "auto")
    if named not in ("", "auto"):
        return _named_root(Path(named).resolve(), paths)
    roots = {path: stock_root(path) for path in paths}
    first = next(iter(roots.values()))
    for path, root in roots.items():
        if root != first:
            raise FlyteValueException(
                f"Specified module {path} has root {root} but {first} already specified",
                hint="give paths below one root, or one command for each root",
            )
    return root_by_imports(paths, files, first) or first


def _named_root(root: Path, paths: Sequence[Path]) -> Path:
    for path in paths:
        if not path.is_relative_to(root):
            raise FlyteValueException(
                f"{path} lies outside {root}, which {ROOT_VARIABLE} names as the root",
                hint=f"unset {ROOT_VARIABLE}, or let it name a folder above the file",
            )
    return root


def stock_root(path: Path) -> Path:
    """The first folder above a file or folder that holds no ``__init__.py``."""
    folder = path.parent
    while (folder / _INIT).exists() and folder != folder.parent:
        folder = folder.parent
    return folder


def module_name(file: Path, root: Path) -> str:
    """The dotted name of a file seen from ``root``; that of a package's ``__init__.py`` is the package's.

    Raises:
        FlyteValueException: the file has no such name.
    """
    parts = list(file.relative_to(root).with_suffix("").parts)
    if parts and parts[-1] == "__init__":
        parts.pop()
    if not parts or any("." in part for part in parts):
        raise FlyteValueException(
            f"{file} cannot be imported from {root}: its path makes no module name",
            hint="rename the file or folder so that its name has no dot in it",
        )
    return ".".join(parts)
