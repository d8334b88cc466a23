"""Where in the user's files something was written, and under which module name it is found again."""

from __future__ import annotations

import inspect
import sys
from collections.abc import Callable
from types import FrameType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from pathlib import Path

_OWN_PACKAGE = "glidepath"


class Place(NamedTuple):
    """A line of a file; ``str()`` gives ``/dir/file.py:12``, which terminals and editors make a link of."""

    file: str
    line: int

    def __str__(self) -> str:
        return f"{self.file}:{self.line}"


def place_of(function: Callable[..., Any]) -> Place:
    """Where a function is defined; of a decorated function the innermost one."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    if code is None:
        return Place("<unknown>", 0)
    return Place(code.co_filename, code.co_firstlineno)


def caller() -> Place:
    """The innermost line on the stack that is not Glidepath's own: the user's line that led here."""
    frame = user_frame()
    return Place(frame.f_code.co_filename, frame.f_lineno)


def user_frame() -> FrameType:
    """The innermost frame on the stack that is not Glidepath's own."""
    frame = sys._getframe(1)
    while frame.f_back is not None and is_own(frame):
        frame = frame.f_back
    return frame


def innermost(error: BaseException) -> Place | None:
    """The innermost of the user's lines that an exception went through."""
    found: Place | None = None
    entry = error.__traceback__
    while entry is not None:
        if not is_own(entry.tb_frame):
            found = Place(entry.tb_frame.f_code.co_filename, entry.tb_lineno)
        entry = entry.tb_next
    return found


def is_own(frame: FrameType) -> bool:
    """Whether a frame runs Glidepath's own code."""
    module: str = frame.f_globals.get("__name__", "")
    return module.partition(".")[0] == _OWN_PACKAGE


def module_name(function: Callable[..., Any]) -> str:
    """The module that a function is imported from. For a script run as ``__main__``, the name that its file has as a module."""
    return dotted_main() if function.__module__ == "__main__" else function.__module__


def dotted_main() -> str:
    """The name that the script which is run as ``__main__`` has as a module."""
    from pathlib import Path  # not light, and only scripts need it

    file = getattr(sys.modules["__main__"], "__file__", None)
    # An interactive session has no file, and a script that is piped in has one called "<stdin>".
    return _dotted(Path(file).resolve()) if file and Path(file).is_file() else "__main__"


def _dotted(file: Path) -> str:
    """The dotted name of a file: up through all folders that hold an ``__init__.py``, as stock flytekit counts."""
    parts = [file.stem]
    folder = file.parent
    while (folder / "__init__.py").exists():
        parts.insert(0, folder.name)
        folder = folder.parent
    return ".".join(parts)
