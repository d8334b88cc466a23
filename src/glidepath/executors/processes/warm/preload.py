"""Imports what the first attempt of a bundle needed, so that later ones find it loaded; or says why that would not be safe."""

# Every attempt passes here: no pathlib on the way of a fork.
# ruff: noqa: PTH208

from __future__ import annotations

import gc
import importlib
import os
import random
import sys
import threading
from collections.abc import Callable, Sequence
from typing import Any

# These start native threads at import, and know how to live through a fork.
_FORK_SAFE = ("numpy", "scipy.linalg", "pandas", "pyarrow")

# Not asked of ``numpy`` itself, which may be a lazy module that loads when it is asked for something.
_NUMPY = "numpy.random"

# Stock flytekit names its files and folders by a generator of its own, made at import.
_FLYTEKIT = "flytekit.interfaces.random"


class Unsafe(Exception):
    """A bundle that must be imported afresh by every attempt."""


class RandomState:
    """What a user's modules did to the random generators at import.

    Forks share a generator's state. Unless a module chose the seed itself, each attempt must draw its own numbers.
    """

    def __init__(self) -> None:
        self._chosen: dict[str, Any] = {}

    def watch(self, load: Callable[[], None]) -> None:
        """Run ``load`` and note which generators it seeded."""
        python_seed = random.seed
        numpy_random: Any = sys.modules.get(_NUMPY)
        numpy_seed = getattr(numpy_random, "seed", None)

        def seed(*args: Any, **kwargs: Any) -> None:
            python_seed(*args, **kwargs)
            self._chosen["random"] = None

        def seed_numpy(*args: Any, **kwargs: Any) -> None:
            if numpy_seed is not None:
                numpy_seed(*args, **kwargs)
            self._chosen["numpy"] = None

        random.seed = seed
        if numpy_random is not None:
            numpy_random.seed = seed_numpy
        try:
            load()
        finally:
            random.seed = python_seed
            if numpy_random is not None:
                numpy_random.seed = numpy_seed
        if "random" in self._chosen:
            self._chosen["random"] = random.getstate()

    def renew(self) -> None:
        """In a fork: fresh numbers, or the sequence that the user chose. (Python's own generator is reseeded by the fork.)"""
        if "random" in self._chosen:
            random.setstate(self._chosen["random"])
        numpy_random = sys.modules.get(_NUMPY)
        if numpy_random is not None and "numpy" not in self._chosen:
            numpy_random.seed()
        flytekit_random = sys.modules.get(_FLYTEKIT)
        if flytekit_random is not None:
            flytekit_random.random.seed()


def preload(modules: Sequence[str], code: str) -> RandomState:
    """Import modules in the order given; ``code`` is the folder of the user's own.

    Raises :class:`Unsafe` when one fails, leaves threads that a fork would lose, or holds a random generator of its own, which
    all forks would share.
    """
    for name in _FORK_SAFE:
        if name in modules:
            _load(name)
    native = _native_threads()
    state = RandomState()
    state.watch(lambda: _load_all(modules))
    if threading.active_count() > 1:
        names = ", ".join(thread.name for thread in threading.enumerate() if thread is not threading.main_thread())
        raise Unsafe(f"its modules start threads at import: {names}")
    if _native_threads() > native:
        raise Unsafe("its modules start native threads at import")
    _check_generators(code)
    return state


def loaded_modules() -> dict[str, Any]:
    """The modules that are really loaded, in the order of their import.

    flytekit fills ``sys.modules`` with lazy ones (importlib.util.LazyLoader), which load when anything is asked of them.
    """
    return {name: module for name, module in list(sys.modules.items()) if type(module).__name__ != "_LazyModule"}


def settle() -> None:
    """Before the first fork: put what is loaded out of the garbage collector's reach, or each fork would copy it."""
    gc.collect()
    gc.freeze()


def _load_all(names: Sequence[str]) -> None:
    """Import in the order in which imports ended, which is not the one in which they began.

    So a module that can only be reached through another, since the two need each other, fails at first and is there later.
    """
    late = []
    for name in names:
        try:
            _load(name)
        except Unsafe as error:
            if not isinstance(error.__cause__, ImportError):
                raise
            late.append(name)
    for name in late:
        _load(name)


def _load(name: str) -> None:
    try:
        module = importlib.import_module(name)
        getattr(module, "__doc__", None)  # a lazy module loads when it is first asked for something
    except BaseException as error:  # a user's module may raise anything, SystemExit included
        raise Unsafe(f"module {name} does not import here: {type(error).__name__}: {error}") from error


def _check_generators(code: str) -> None:
    for name, module in loaded_modules().items():
        if code and str(getattr(module, "__file__", None) or "").startswith(code):
            for value in list(vars(module).values()):
                if isinstance(value, random.Random) or type(value).__module__.startswith("numpy.random"):
                    raise Unsafe(f"module {name} keeps a random generator, which attempts must not share")


def _native_threads() -> int:
    try:
        return len(os.listdir("/proc/self/task"))
    except OSError:
        return threading.active_count()
