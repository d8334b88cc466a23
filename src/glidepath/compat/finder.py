"""The import hook: modules of flytekit's names whose attributes are Glidepath's objects."""

from __future__ import annotations

import importlib
import importlib.machinery
import sys
from collections.abc import Sequence
from types import ModuleType
from typing import TYPE_CHECKING, Any, cast

from glidepath.compat.names import TABLE, locations

if TYPE_CHECKING:
    from importlib.abc import Loader

PACKAGE = "flytekit"
PLUGINS = "flytekitplugins"
"""The package of stock's plug-ins; the one or other of them is built in here."""
VERSION = "1.16.0"
"""What ``flytekit.__version__`` says: the release whose names and specs these are."""
_FROM_IMPORT = "_handle_fromlist"


class FlytekitFinder:
    """Answers ``import flytekit`` and its submodules. Modules are empty until a name is asked for.

    Finder and loader by their methods: the base classes of importlib.abc take 1.5 ms to load.
    """

    def find_spec(
        self, fullname: str, path: Sequence[str] | None, target: ModuleType | None = None
    ) -> importlib.machinery.ModuleSpec | None:
        package = fullname.partition(".")[0]
        if package == PLUGINS and fullname in TABLE:
            return None if self._installed(fullname, path, target) else self._spec(fullname)
        if package != PACKAGE:
            return None
        if fullname not in TABLE:
            raise ModuleNotFoundError(_without_module(fullname), name=fullname)
        return self._spec(fullname)

    def _spec(self, fullname: str) -> importlib.machinery.ModuleSpec:
        return importlib.machinery.ModuleSpec(fullname, cast("Loader", self), origin="glidepath", is_package=True)

    def _installed(self, fullname: str, path: Sequence[str] | None, target: ModuleType | None) -> bool:
        """Whether somebody else has the package of plug-ins; its modules are answered here where nobody has them."""
        return importlib.machinery.PathFinder.find_spec(fullname, path, target) is not None

    def create_module(self, spec: importlib.machinery.ModuleSpec) -> ModuleType:
        return _Alias(spec.name, f"Glidepath's answer to {spec.name}.")

    def exec_module(self, module: ModuleType) -> None:
        if module.__name__ == PACKAGE:
            module.__dict__["__version__"] = VERSION


class _Alias(ModuleType):
    """A module that finds its attributes in Glidepath."""

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        fullname = f"{self.__name__}.{name}"
        if fullname in TABLE:
            return importlib.import_module(fullname)
        found = locations(self.__name__).get(name)
        if found is None:
            message = _without_name(self.__name__, name)
            # `from flytekit import x` asks with hasattr first, and would hide an AttributeError behind a text of its own.
            if sys._getframe(1).f_code.co_name == _FROM_IMPORT:
                raise ImportError(message, name=self.__name__)
            raise AttributeError(message)
        value = getattr(importlib.import_module(found[0]), found[1])
        self.__dict__[name] = value
        return value

    def __dir__(self) -> list[str]:
        return sorted(locations(self.__name__))


def _without_name(module: str, name: str) -> str:
    """The text for a name that a module does not have: elsewhere, if it is there, else the nearest."""
    text = f"Glidepath stands in for flytekit and has no {name!r} in {module}"
    elsewhere = [other for other in TABLE if name in locations(other)]
    if elsewhere:
        return f"{text}; it is in {elsewhere[0]}"
    import difflib  # only a wrong name needs it

    nearest = difflib.get_close_matches(name, locations(module), n=1, cutoff=0.5)
    hint = f"; the nearest is {nearest[0]!r}" if nearest else ""
    return f"{text}{hint}. For stock flytekit, install it and run your code with its own commands"


def _without_module(fullname: str) -> str:
    import difflib  # only a wrong name needs it

    nearest = difflib.get_close_matches(fullname, TABLE, n=1)
    hint = f"; the nearest is {nearest[0]}" if nearest else ""
    return f"Glidepath stands in for flytekit and has no module {fullname}{hint}"


def stock_is_importable() -> bool:
    """Whether another flytekit than ours can be imported."""
    finders = [finder for finder in sys.meta_path if not isinstance(finder, FlytekitFinder)]
    for finder in finders:
        find = getattr(finder, "find_spec", None)
        if find is not None and find(PACKAGE, None) is not None:
            return True
    return False
