"""A task's exception on its way through the engine and back to the caller."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import NamedTuple, NoReturn, TypeVar

from glidepath.errors import (
    FlyteDisapprovalException,
    FlyteException,
    FlyteUserException,
    FlyteUserRuntimeException,
    FlyteValueException,
)
from glidepath.idl import core

_KINDS = {"ReceivedRejectSignal": FlyteDisapprovalException, "UserProvidedError": FlyteValueException}
"""What the engine's own errors are to the caller: a rejected approval, and a conditional's ``fail``."""
_OTHERS = re.compile(r"^\d+ more failed: .*$", re.MULTILINE)
"""What the engine says of the nodes that failed after the first."""
E = TypeVar("E", bound=BaseException)


class Raised(NamedTuple):
    """What an attempt raised."""

    place: str
    exception: Exception
    told: core.ExecutionError
    """What the engine was told of it."""


def engine_error(error: Exception) -> tuple[core.ExecutionError, bool]:
    """What the engine is told of an exception, the same as a server would be; and whether another attempt may succeed."""
    # Only a failure needs the modules that print tracebacks.
    from glidepath.runtime.errors import system_error, user_error

    document = user_error(error) if isinstance(error, FlyteUserRuntimeException) else system_error(error)
    told = document.error
    return (
        core.ExecutionError(code=told.code, message=told.message, kind=told.origin),
        told.kind == core.ContainerError.RECOVERABLE,
    )


def exited(task: str, error: SystemExit) -> FlyteUserRuntimeException:
    """The failure that a task's ``sys.exit`` is: on a server its process would end before it wrote any outputs.

    Left alone it would end this process too, which with ``sys.exit(0)`` looks like success.
    """
    given = "" if error.code is None else repr(error.code)
    failure = FlyteUserRuntimeException(
        f"task {task} called sys.exit({given})", hint="return from the function to succeed, raise an exception to fail"
    )
    failure.__cause__ = error
    return failure


def raise_failure(entity: str, error: core.ExecutionError | None, raised: Sequence[Raised]) -> NoReturn:
    """Raise what the failed task raised, as the user knows it, with a note of the node; else the engine's own error.

    ``raised`` holds the exceptions of all attempts, first to last. Those of other nodes that failed too are not why the run
    failed; where a failure handler failed, its exception comes with the one that it handled as context.
    """
    message = error.message if error is not None else "the run failed"
    culprits = [found for found in reversed(raised) if found.told.message and found.told.message in message]
    if culprits:
        culprits.sort(key=lambda found: message.index(found.told.message))
        last, first = culprits[0], culprits[-1]
        exception = _as_raised(last)
        if first.told.message != last.told.message and exception.__context__ is None:  # attempts of one node may say the same
            exception.__context__ = _as_raised(first)
        noted(exception, f"in {last.place}")
        others = _OTHERS.search(message)
        raise noted(exception, others[0]) if others else exception
    raise _KINDS.get(error.code if error is not None else "", FlyteUserException)(message, where=entity)


def _as_raised(culprit: Raised) -> Exception:
    """What the user's code raised, without the wrapping of ours."""
    exception, cause = culprit.exception, culprit.exception.__cause__
    return cause if isinstance(exception, FlyteUserRuntimeException) and isinstance(cause, Exception) else exception


def noted(exception: E, text: str) -> E:
    """PEP 678 for every Python: 3.10 keeps notes without printing them, and the command line prints them itself."""
    if isinstance(exception, FlyteException) and not exception.where:
        exception.where = text.removeprefix("in ")
    notes: list[str] = getattr(exception, "__notes__", [])
    if text not in notes:
        exception.__notes__ = [*notes, text]  # type: ignore[attr-defined]
    return exception
