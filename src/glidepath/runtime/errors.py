"""The error document: what went wrong in a task, told to the engine (reference: flytekit.md, 2.5)."""

from __future__ import annotations

import sysconfig
import textwrap
import traceback
from collections.abc import Mapping
from pathlib import Path

from glidepath.errors import (
    FlyteException,
    FlyteNonRecoverableSystemException,
    FlyteRecoverableException,
    FlyteUserRuntimeException,
)
from glidepath.idl import core

_SDK = str(Path(__file__).parent.parent)
_STDLIB = sysconfig.get_paths()["stdlib"]
_INDENT = " " * 4


def user_error(error: BaseException, worker: str = "") -> core.ErrorDocument:
    """The document for what the user's code raised, or for a task that could not be loaded."""
    cause = _raised_by_user(error)
    recoverable = isinstance(cause, FlyteRecoverableException)
    code = cause.error_code if isinstance(cause, FlyteException) else FlyteUserRuntimeException.code
    return _document(cause, code, recoverable, core.ExecutionError.USER, worker)


def system_error(error: BaseException, worker: str = "") -> core.ErrorDocument:
    """The document for a failure of a conversion (final) or of anything else around the user's code (worth another try)."""
    recoverable = not isinstance(error, FlyteNonRecoverableSystemException)
    return _document(error, "SYSTEM", recoverable, core.ExecutionError.SYSTEM, worker)


def user_trace(error: BaseException) -> str:
    """The traceback of an exception and its chain with the user's frames only; all frames where the user has none.

    Errors of the tree in which no code of the user's took part say all in their message: for them it is "".
    """
    told = traceback.TracebackException.from_exception(error, capture_locals=False)
    if not _fold(told) and isinstance(error, FlyteException):
        return ""
    return "".join(told.format()).rstrip()


def summary(error: BaseException) -> str:
    """The type of an exception and what it says: ``ValueError: oh no``; just the type when it says nothing."""
    text = str(error)
    name = type(error).__qualname__
    return f"{name}: {text}" if text else name


def _raised_by_user(error: BaseException) -> BaseException:
    if isinstance(error, FlyteUserRuntimeException) and error.__cause__ is not None:
        return error.__cause__
    return error


def _document(
    error: BaseException, code: str, recoverable: bool, origin: core.ExecutionError.ErrorKind, worker: str
) -> core.ErrorDocument:
    kind = core.ContainerError.RECOVERABLE if recoverable else core.ContainerError.NON_RECOVERABLE
    trace = user_trace(error)
    message = f"Message:\n\n{_indented(summary(error))}"
    if trace:
        message = f"Trace:\n\n{_indented(trace)}\n\n{message}"
    document = core.ErrorDocument(
        error=core.ContainerError(code=code, message=message, kind=kind, origin=origin, worker=worker)
    )
    document.error.timestamp.GetCurrentTime()
    return document


def _indented(text: str) -> str:
    return textwrap.indent(text, _INDENT)


def _fold(told: traceback.TracebackException) -> bool:
    """Leave out the frames of the SDK, and those of the standard library that lie between it and the user's first frame.

    Gives back whether a frame of the user's is left in the exception or its chain.
    """
    frames = [frame for frame in told.stack if not _of_sdk(frame)]
    while frames and frames[0].filename.startswith(_STDLIB) and "site-packages" not in frames[0].filename:
        frames.pop(0)
    if frames:
        told.stack[:] = frames
    chain = (told.__cause__, told.__context__, *(getattr(told, "exceptions", None) or ()))
    deeper = [_fold(inner) for inner in chain if inner is not None]
    return any("site-packages" not in frame.filename for frame in frames) or any(deeper)


def _of_sdk(frame: traceback.FrameSummary) -> bool:
    return frame.filename.startswith((_SDK, "<frozen importlib"))


def write_place(env: Mapping[str, str], fresh_id: str) -> tuple[str, str]:
    """The name of the error file and of the worker: distributed tasks write one file per worker, so that none is lost."""
    strategy = env.get("FLYTE_INTERNAL_DIST_ERROR_STRATEGY") or env.get("_F_DES")
    worker = env.get("FLYTE_INTERNAL_WORKER_NAME") or env.get("_F_WN") or ""
    return (f"error-{fresh_id}.pb" if strategy else "error.pb"), worker
