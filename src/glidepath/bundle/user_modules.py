"""The loaded modules that are the user's: their files lie below a root and belong to no installed library."""

from __future__ import annotations

import os
import site
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType
from typing import NamedTuple

_OWN_FOLDER = str(Path(__file__).parents[1])
_LIBRARY_FOLDERS = (f"site-packages{os.sep}", f"dist-packages{os.sep}")


class UserModule(NamedTuple):
    """A module in ``sys.modules`` with its file."""

    name: str
    file: str
    module: ModuleType
    is_library: bool
    """It lies below the root, but inside an installed library (an environment in the project folder)."""


def modules_below(root: Path) -> Iterator[UserModule]:
    """The modules whose files lie below ``root``, in the order of their names; ``__main__`` is none."""
    prefix = f"{root}{os.sep}"
    # A project inside of an environment's folder is no library.
    libraries = tuple(f"{each}{os.sep}" for each in library_folders() if not prefix.startswith(f"{each}{os.sep}"))
    for name, module in sorted(sys.modules.items()):
        file = getattr(module, "__file__", None)
        if name != "__main__" and isinstance(file, str) and file.startswith(prefix):
            is_library = file.startswith(libraries) or any(each in file[len(prefix) :] for each in _LIBRARY_FOLDERS)
            yield UserModule(name, os.path.normpath(file), module, is_library)


def library_folders() -> set[str]:
    """Where Python and installed packages lie, and Glidepath itself."""
    # Not from sysconfig: it reads the interpreter's build configuration, 2 ms of every run.
    return {_OWN_FOLDER, str(Path(os.__file__).parent), *site.getsitepackages()}
