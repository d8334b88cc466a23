"""The error for a file that does not import: it shows the user's own lines, not those that led there."""

from __future__ import annotations

import os
from pathlib import Path
from types import TracebackType

from glidepath.bundle.user_modules import library_folders
from glidepath.errors import FlyteException, FlyteImportException

_OWN_FOLDER = str(Path(__file__).parents[1])


def import_error(error: BaseException, name: str, file: Path) -> FlyteImportException:
    """What a failed import becomes. The traceback of ``error`` loses the frames before the first of the user's.

    Args:
        error: what the import raised.
        name: the module's name.
        file: its file.
    """
    trace = users_frames(error.__traceback__)
    error.__traceback__ = trace
    place, hint = _place(error, trace), _hint(error, name)
    if isinstance(error, FlyteException):
        place, hint = error.where or place, error.hint
    return FlyteImportException(f"{file} does not import: {_said(error)}", where=place, hint=hint)


def users_frames(trace: TracebackType | None) -> TracebackType | None:
    """A traceback from the first frame on that is the user's: neither the import system's nor Glidepath's."""
    while trace is not None and _is_machinery(trace.tb_frame.f_code.co_filename):
        trace = trace.tb_next
    return trace


def _is_machinery(filename: str) -> bool:
    return filename.startswith(("<frozen", _OWN_FOLDER + os.sep)) or filename.endswith(f"importlib{os.sep}__init__.py")


def _place(error: BaseException, trace: TracebackType | None) -> str:
    """The user's line that failed, as ``file:line``: that of a syntax error, else of the innermost frame that is the user's."""
    if isinstance(error, SyntaxError) and error.filename:
        return f"{error.filename}:{error.lineno}"
    place = ""
    libraries = tuple(library_folders())
    while trace is not None:
        filename = trace.tb_frame.f_code.co_filename
        if not _is_machinery(filename) and not filename.startswith(libraries):
            place = f"{filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    return place


def _said(error: BaseException) -> str:
    if isinstance(error, SystemExit):
        return f"it ended the program (exit code {error.code})"
    text = error.message if isinstance(error, FlyteException) else str(error)
    return f"{type(error).__name__}: {text}" if text else type(error).__name__


def _hint(error: BaseException, name: str) -> str:
    if isinstance(error, ModuleNotFoundError) and error.name and f"{name}.".startswith(f"{error.name}."):
        return f"an installed package {error.name.partition('.')[0]!r} hides the folder: add an __init__.py to the folder"
    if isinstance(error, ModuleNotFoundError):
        return f"install {(error.name or 'it').partition('.')[0]}, or run from the environment that has it"
    if isinstance(error, SystemExit):
        return 'put what runs the program under `if __name__ == "__main__":`'
    return ""
