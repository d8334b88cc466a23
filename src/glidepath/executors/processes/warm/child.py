"""Inside a fresh fork: become the attempt's process, run its program, leave."""

# Every attempt passes here: no pathlib on the way of a fork.
# ruff: noqa: PTH118

from __future__ import annotations

import atexit
import ctypes
import os
import signal
import sys
import tempfile
import threading
import time
import traceback
import types
from collections.abc import Callable, Collection, Mapping
from typing import Any

from . import records
from .preload import loaded_modules

Program = Callable[[], Any]
ALREADY_BEGUN = 213
_NOT_FOUND = 127
_NOT_RUNNABLE = 126
_PR_SET_PDEATHSIG = 1
_TEMPORARY = {"TMPDIR", "TEMP", "TMP"}
_LIBC = ctypes.CDLL(None, use_errno=True)


def run(
    order: Mapping[str, Any], programs: Mapping[str, Program], prepared: Mapping[str, str], parent: tuple[int, str]
) -> None:
    """Run an attempt in this process, which is a fork made for it; never returns.

    ``order`` is the ``start`` message, ``prepared`` the variables that the parent has set already for all attempts of this
    code, ``parent`` the pid and start of the warm parent.
    """
    code = 1
    try:
        _detach(parent[0])
        record = {"pid": os.getpid(), "start": records.start_of(os.getpid()), "parent": parent[0], "parent_start": parent[1]}
        if not records.claim(order["folder"], {**record, "at": time.time()}):
            os._exit(ALREADY_BEGUN)
        known = loaded_modules()
        _enter(order, prepared)
        program = programs.get(order["argv"][0])
        code = _exec(order["argv"]) if program is None else _call(program)
        learned = _learned(known) if order["learn"] and code == 0 else []
        if learned:
            records.write(order["folder"], records.MODULES, {"modules": learned})
    except BaseException:  # noqa: BLE001  (the edge of the process: whatever happens, it must be told and it must end)
        traceback.print_exc()
    finally:
        _leave(code)


def _detach(parent: int) -> None:
    os.setsid()
    for number in (signal.SIGTERM, signal.SIGCHLD, signal.SIGHUP):
        signal.signal(number, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    if sys.platform == "linux":
        # Without the parent nobody reads what this process prints, and nobody would know its end.
        _LIBC.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:
            os._exit(1)


def _enter(order: Mapping[str, Any], prepared: Mapping[str, str]) -> None:
    """Take on the attempt's folder, variables, search path and arguments."""
    os.chdir(os.path.join(order["folder"], records.WORK))
    before = os.environ.get("PYTHONPATH", "")
    # What the parent set before it imported the user's modules stays as those left it.
    fresh = {key: value for key, value in order["env"].items() if prepared.get(key) != value}
    os.environ.update(fresh)
    if not _TEMPORARY.isdisjoint(fresh):
        tempfile.tempdir = None  # found out once per process, and the parent may have done so
    add_paths(order.get("code", ""), before)
    time.tzset()
    sys.argv = list(order["argv"])
    sys.modules["__main__"] = types.ModuleType("__main__")
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(line_buffering=True)  # type: ignore[union-attr]  # a log is read while the attempt runs


def add_paths(code: str, python_path_before: str) -> None:
    """Put the user's code, and what ``PYTHONPATH`` names by now, first on the search path of this process and its children."""
    named = [path for path in os.environ.get("PYTHONPATH", "").split(os.pathsep) if path]
    if code and code not in named:
        named.insert(0, code)
        os.environ["PYTHONPATH"] = os.pathsep.join(named)
    known = set(python_path_before.split(os.pathsep))
    sys.path[:0] = [path for path in named if path not in known and path not in sys.path]


def _call(program: Program) -> int:
    try:
        result = program()
    except SystemExit as end:
        result = end.code
    except BaseException:  # noqa: BLE001  (as the interpreter does at its top)
        traceback.print_exc()
        return 1
    if result is None:
        return 0
    if isinstance(result, int):
        return result & 0xFF
    print(result, file=sys.stderr)  # noqa: T201  (sys.exit("text") prints the text)
    return 1


def _exec(argv: list[str]) -> int:
    try:
        os.execvp(argv[0], argv)  # noqa: S606  (a container runs its arguments without a shell)
    except OSError as error:
        print(f"cannot run {argv[0]!r}: {error.strerror}; PATH is {os.environ.get('PATH', '')}", file=sys.stderr)  # noqa: T201
        return _NOT_FOUND if isinstance(error, FileNotFoundError) else _NOT_RUNNABLE


def _learned(known: Collection[str]) -> list[str]:
    """The modules that this attempt imported from files or built-ins, in the order of their import."""
    loaded = loaded_modules()
    return [name for name, module in loaded.items() if name not in known and getattr(module, "__spec__", None) is not None]


def _leave(code: int) -> None:
    """End as an interpreter ends, without taking down all that was loaded: threads, exit handlers, buffers."""
    try:
        threading._shutdown()  # type: ignore[attr-defined]
        atexit._run_exitfuncs()
        sys.stdout.flush()
        sys.stderr.flush()
    except BaseException:  # noqa: BLE001  (nothing may keep the process from ending)
        code = code or 1
    os._exit(code)
