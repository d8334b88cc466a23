"""The part of a traceback that its reader wrote: frames of Glidepath and of the machinery under it are folded."""

from __future__ import annotations

import os
import sysconfig
import traceback
from pathlib import Path

import glidepath
from glidepath.errors import FlyteException

_OURS = str(Path(glidepath.__file__).parent)
_STDLIB = sysconfig.get_path("stdlib")
_MACHINERY = tuple(
    f"{os.sep}{name}{os.sep}" for name in ("click", "importlib", "grpc", "asyncio", "concurrent", "threading", "google")
)
_LAUNCHER_SUFFIXES = tuple(f"{os.sep}bin{os.sep}{name}" for name in ("pyflyte", "flytectl", "flyteadmin"))
_SHOW_ALL = "GLIDEPATH_TRACEBACK"


def users_traceback(error: BaseException, verbosity: int = 0) -> str:
    """The traceback of the user's code in an error and its causes, or "" when none of the user's frames took part.

    verbosity: 0 folds Glidepath and machinery, 1 machinery only, 2 nothing; ``GLIDEPATH_TRACEBACK=1`` means 2.
    """
    level = 2 if os.environ.get(_SHOW_ALL) else verbosity
    if level >= 2:
        return "".join(traceback.format_exception(error)).rstrip()
    raised = _raised_by_user(error)
    if raised is None:
        return ""
    shown = traceback.TracebackException.from_exception(raised)
    if isinstance(raised, FlyteException):
        shown.__notes__ = []  # type: ignore[attr-defined]  # its text has the place
    takes_part = _fold(shown, level)
    return "".join(shown.format()).rstrip() if takes_part or isinstance(raised, SyntaxError) else ""


def _raised_by_user(error: BaseException) -> BaseException | None:
    """The first error of the chain that the user's code raised: one that is not of the tree, or one of the tree in a task."""
    seen: set[int] = set()
    current: BaseException | None = error
    while isinstance(current, FlyteException) and not _is_from_a_task(current) and id(current) not in seen:
        seen.add(id(current))
        current = current.__cause__ or (None if current.__suppress_context__ else current.__context__)
    return None if isinstance(current, FlyteException) and not _is_from_a_task(current) else current


def _is_from_a_task(error: FlyteException) -> bool:
    """Whether a line of a task raised it: ``raise FlyteRecoverableException(...)``. Runs note the nodes of such errors."""
    frames = traceback.extract_tb(error.__traceback__)
    return bool(getattr(error, "__notes__", ())) and bool(frames) and not _is_library(frames[-1].filename)


def _fold(shown: traceback.TracebackException, level: int) -> bool:
    """Remove hidden frames from an error and from its own causes; say whether a frame of the user's is among the rest."""
    frames = [frame for frame in shown.stack if not _is_hidden(frame.filename, level)]
    shown.stack = traceback.StackSummary.from_list(frames)
    inner = [_fold(cause, level) for cause in (shown.__cause__, shown.__context__) if cause is not None]
    return any(not _is_library(frame.filename) for frame in frames) or any(inner)


def _is_hidden(filename: str, level: int) -> bool:
    if filename.startswith("<frozen") or any(part in filename for part in _MACHINERY):
        return True
    return level < 1 and (filename.startswith(_OURS) or filename.endswith(_LAUNCHER_SUFFIXES))


def _is_library(filename: str) -> bool:
    return filename.startswith((_STDLIB, _OURS, "<")) or "site-packages" in filename
