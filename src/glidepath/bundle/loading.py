"""Load what the user named: a file, packages, or files and folders. One path for run, register, package and serialize."""

from __future__ import annotations

import importlib
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

from glidepath.bundle.import_errors import import_error
from glidepath.bundle.modules import module_files
from glidepath.bundle.naming import find_root, module_name
from glidepath.bundle.packages import find_package, source_of_package
from glidepath.bundle.user_modules import modules_below
from glidepath.errors import FlyteImportException, FlyteValueException


class LoadedModule(NamedTuple):
    """A module of the user's: its name, its file, and the root from which it is imported by that name."""

    name: str
    file: Path
    root: Path
    module: ModuleType


class LoadedSources(NamedTuple):
    """What was loaded from packages, files and folders."""

    root: Path
    """The folder on ``sys.path``; the code bundle starts here."""
    modules: tuple[LoadedModule, ...]
    """In the order of their names: those that were asked for, and those that they imported from below the root."""
    failures: tuple[FlyteImportException, ...] = ()
    """The files that did not import, when errors were to be skipped."""


def load_file(path: Path, environ: Mapping[str, str] | None = None) -> LoadedModule:
    """Import one file under the name by which a task's container will import it; its root goes to the front of ``sys.path``.

    Raises:
        FlyteImportException: the file does not import; its cause holds the user's traceback.
        FlyteValueException: the file has no module name, or another module has it already.
    """
    file = _normal(path)
    if not file.is_file():
        raise FlyteValueException(f"{path} is not a file", hint="give the path of a Python file")
    root = find_root([file], [file], environ)
    importlib.invalidate_caches()  # the file may be younger than the last look at its folder
    loaded = _load(file, root)
    check_names(root)
    return loaded


def load_paths(paths: Sequence[Path], *, skip_errors: bool = False, environ: Mapping[str, str] | None = None) -> LoadedSources:
    """Import files and all modules in folders, below one common root.

    Args:
        paths: files and folders.
        skip_errors: leave out files that do not import, instead of raising.
        environ: see :func:`find_root`.

    Raises:
        FlyteImportException: a file does not import.
        FlyteValueException: nothing was named, a path does not exist, the roots differ, or one file has two module names.
    """
    if not paths:
        raise FlyteValueException("no files, folders or packages to load", hint="name at least one")
    absolute = [_normal(path) for path in paths]
    for path in absolute:
        if not path.exists():
            raise FlyteValueException(f"{path} does not exist", hint="give the path of a Python file or of a folder")
    files = sorted({file for path in absolute for file in module_files(path)})
    root = find_root(absolute, files, environ)
    return _load_all(dict.fromkeys(files, root), root, skip_errors)


def load_packages(names: Iterable[str], source: Path, *, skip_errors: bool = False) -> LoadedSources:
    """Import packages or modules by dotted names, with everything in them, as ``pyflyte -k NAME`` asks for.

    Args:
        names: ``app.workflows`` and the like.
        source: the folder from which the names are imported; a ``src`` folder in it is tried too.
        skip_errors: leave out modules that do not import, instead of raising.

    Raises:
        FlyteImportException: a module does not import.
        FlyteValueException: a name leads nowhere, or one file has two module names.
    """
    wanted = list(names)
    if not wanted:
        raise FlyteValueException("no files, folders or packages to load", hint="name at least one")
    root = source_of_package(wanted[0], _normal(source))
    places = [find_package(name, root) for name in wanted]
    files = {file: place.root for place in places for file in module_files(place.path)}
    return _load_all(files, root, skip_errors)


def _normal(path: Path) -> Path:
    """Absolute and without ``..``, but with links kept: a link to a file is a module in the folder where the link lies."""
    return Path(os.path.normpath(path.absolute()))


def _load_all(files: Mapping[Path, Path], root: Path, skip_errors: bool) -> LoadedSources:
    modules: dict[str, LoadedModule] = {}
    failures: list[FlyteImportException] = []
    importlib.invalidate_caches()
    for file, own_root in sorted(files.items()):
        try:
            loaded = _load(file, own_root)
            modules[loaded.name] = loaded
        except FlyteImportException as error:
            if not skip_errors:
                raise
            failures.append(error)
    check_names(root)
    for each in modules_below(root):
        if not each.is_library and each.name not in modules:
            modules[each.name] = LoadedModule(each.name, Path(each.file), root, each.module)
    return LoadedSources(root, tuple(modules[name] for name in sorted(modules)), tuple(failures))


def _load(file: Path, root: Path) -> LoadedModule:
    name = module_name(file, root)
    _put_first(root)
    module = _import(name, file)
    found = getattr(module, "__file__", None)
    if found is None or not Path(found).samefile(file):
        raise FlyteValueException(
            f"{file} would be the module {name!r}, but that name belongs to {found or 'a built-in module'}",
            hint="rename the file",
        )
    return LoadedModule(name, file, root, module)


def _put_first(root: Path) -> None:
    entry = str(root)
    if not sys.path or sys.path[0] != entry:
        sys.path.insert(0, entry)


def _import(name: str, file: Path) -> ModuleType:
    if name in sys.modules:
        return sys.modules[name]
    try:
        return importlib.import_module(name)
    except (Exception, SystemExit) as error:  # it is the user's code that runs here
        raise import_error(error, name, file) from error


def check_names(root: Path) -> None:
    """Refuse a file below ``root`` that was imported under two names: its tasks would be two sets of tasks.

    Raises:
        FlyteValueException: names the file and both names.
    """
    names: dict[str, tuple[str, ModuleType]] = {}
    found = [each for place in {root, root.resolve()} for each in modules_below(place) if not each.is_library]
    for name, file, module, _ in found:
        other = names.setdefault(os.path.realpath(file), (name, module))
        if other[1] is not module:
            raise FlyteValueException(
                f"{file} was imported under two names: {other[0]!r} and {name!r}",
                hint=f"import it everywhere by the name that it has from {root}, "
                "or set FLYTE_PYTHON_PACKAGE_ROOT to the folder from which its names start",
            )
