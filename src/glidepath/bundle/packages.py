"""Where packages named by dotted names lie."""

from __future__ import annotations

from importlib.machinery import PathFinder
from pathlib import Path
from typing import NamedTuple

from glidepath.errors import FlyteValueException


class PackagePlace(NamedTuple):
    """The folder or file of a package, and the folder from which it is imported."""

    path: Path
    root: Path


def source_of_package(name: str, source: Path) -> Path:
    """The folder from which ``name`` is imported: ``source``, or ``source/src`` when the package lies there."""
    top = name.partition(".")[0]
    layouts = (source, source / "src")
    return next((folder for folder in layouts if _place(top, folder) is not None), source)


def find_package(name: str, source: Path) -> PackagePlace:
    """Where a package or module lies: below ``source``, or else wherever it is installed.

    Raises:
        FlyteValueException: the name leads nowhere.
    """
    for root in (source, _installed_root(name.partition(".")[0])):
        path = None if root is None else _place(name, root)
        if root is not None and path is not None:
            return PackagePlace(path, root)
    raise FlyteValueException(
        f"There is no package or module {name!r} below {source}, and none is installed",
        hint="check the name after -k and the folder after --source",
    )


def _place(name: str, root: Path) -> Path | None:
    place = root.joinpath(*name.split("."))
    if place.is_dir():
        return place
    file = place.with_name(f"{place.name}.py")
    return file if file.is_file() else None


def _installed_root(top: str) -> Path | None:
    spec = PathFinder.find_spec(top)
    if spec is None:
        return None
    if spec.submodule_search_locations:
        return Path(next(iter(spec.submodule_search_locations))).parent
    return Path(spec.origin).parent if spec.origin else None
