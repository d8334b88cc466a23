"""From which folder files can import each other, read from their import statements without running them."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterable, Iterator, Sequence
from importlib.machinery import PathFinder
from pathlib import Path
from typing import NamedTuple

_IMPORT = re.compile(
    r"""^[ \t]* (?: from [ \t]+ (?P<base>[A-Za-z_][\w.]*) [ \t]+ import [ \t]+ (?P<names>\([^)]*\)|[^\n\#]*)
                 | import [ \t]+ (?P<modules>[^\n\#]*) )""",
    re.MULTILINE | re.VERBOSE,
)
_NAME = re.compile(r"[A-Za-z_][\w.]*")
# Files that mark the top of a project: nothing above it is the user's code.
_PROJECT_MARKERS = (".git", "pyproject.toml", "setup.py", "setup.cfg")


class _Import(NamedTuple):
    """``import a.b`` (no names) or ``from a.b import x, y``."""

    base: str
    names: tuple[str, ...] = ()

    @property
    def top(self) -> str:
        return self.base.partition(".")[0]


def root_by_imports(paths: Sequence[Path], files: Iterable[Path], stock: Path) -> Path | None:
    """The root from which the imports of local modules in ``files`` work, if they do not work from ``stock``.

    Args:
        paths: what the user named; roots inside them and above them are considered.
        files: the Python files to read.
        stock: the root to prefer.

    Returns:
        The nearest root from which all of them work, or ``None``: they work from ``stock``, or from nowhere.
    """
    candidates = [each for each in _candidates(paths) if each != stock]
    imports = {each for each in _imports_of(files) if each.top not in sys.stdlib_module_names}
    working = {each for each in imports if _resolves(stock, each)}
    broken = {
        each
        for each in imports - working
        if any(_resolves(root, each) for root in candidates) and not _is_elsewhere(each.top, candidates)
    }
    if not broken:
        return None
    return next((root for root in candidates if all(_resolves(root, each) for each in broken | working)), None)


def _candidates(paths: Sequence[Path]) -> list[Path]:
    """Folders that may be the root of all paths, from the inside out, up to the top of the project."""
    start = paths[0] if paths[0].is_dir() else paths[0].parent
    found = []
    for folder in (start, *start.parents):
        if all(path.is_relative_to(folder) for path in paths):
            found.append(folder)
        if any((folder / marker).exists() for marker in _PROJECT_MARKERS):
            break
    return found


def _imports_of(files: Iterable[Path]) -> Iterator[_Import]:
    for file in files:
        for match in _IMPORT.finditer(file.read_text(encoding="utf-8", errors="replace")):
            if match["base"]:
                yield _Import(match["base"], tuple(_first_names(match["names"])))
            else:
                yield from (_Import(name) for name in _first_names(match["modules"]))


def _first_names(listed: str) -> Iterator[str]:
    """``a, b as c`` gives a and b."""
    for part in listed.strip("() \t\n").split(","):
        match = _NAME.match(part.strip())
        if match:
            yield match[0]


def _resolves(root: Path, each: _Import) -> bool:
    """Whether a module of this name lies below ``root``; of a folder without ``__init__.py`` one of the names must."""
    place = root.joinpath(*each.base.split("."))
    if place.with_suffix(".py").is_file() or (place / "__init__.py").is_file():
        return True
    if not place.is_dir():
        return False
    return any((place / f"{name}.py").is_file() or (place / name).is_dir() for name in each.names)


def _is_elsewhere(top: str, candidates: Sequence[Path]) -> bool:
    """Whether a top-level name is that of an installed package rather than of a folder of the user's."""
    spec = sys.modules[top].__spec__ if top in sys.modules else PathFinder.find_spec(top)
    if spec is None:
        return False
    places = [Path(each) for each in spec.submodule_search_locations or ()] or [Path(spec.origin or "")]
    local = {root / top for root in candidates} | {root / f"{top}.py" for root in candidates}
    return not any(place in local for place in places)
