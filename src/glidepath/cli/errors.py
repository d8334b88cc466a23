"""Run a command and turn whatever goes wrong into one clear text on stderr and an exit code; shared by all commands.

What goes wrong: an error of the tree (what, where, try), a usage error, the user's own exception (with the user's frames only),
Ctrl-C (130, quiet), a closed pipe (quiet), and a fault of ours (one line and how to see more).
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable, Sequence
from typing import Any, NamedTuple, NoReturn

import click

from glidepath.errors import FlyteException

FAILED = 1
INTERRUPTED = 130
BROKEN_PIPE = 141


class Program(NamedTuple):
    """What differs between the command lines."""

    name: str
    usage_exit: int = 2
    """The exit code of a wrong call: 2 for pyflyte, 1 for flytectl."""
    verbosity: Callable[[Sequence[str]], int] = lambda args: 0
    """How much of a traceback to show, from the arguments: 0 the user's frames, 1 ours too, 2 all."""


def run(command: click.Command, program: Program, args: Sequence[str] | None = None) -> NoReturn:
    """Run a command with arguments (by default those of the process) and exit the process."""
    arguments = list(sys.argv[1:] if args is None else args)
    code = _run(command, program, arguments)
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        _close_stdout()
        code = BROKEN_PIPE
    sys.exit(code)


def _run(command: click.Command, program: Program, arguments: list[str]) -> int:
    settings: dict[str, Any] = {"color": False} if os.environ.get("NO_COLOR") else {}
    try:
        result = command.main(arguments, prog_name=program.name, standalone_mode=False, **settings)
    except click.exceptions.NoArgsIsHelpError as error:
        error.show()
        return program.usage_exit
    except click.UsageError as error:
        error.show()
        return program.usage_exit
    except click.ClickException as error:
        click.echo(styled_error(error.format_message()), err=True)
        return FAILED
    except click.Abort as error:
        return _interrupted(error)
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        _close_stdout()
        return BROKEN_PIPE
    except Exception as error:  # noqa: BLE001 - the edge of the process: every error becomes one text and an exit code
        click.echo(explain(error, program.verbosity(arguments)), err=True)
        return FAILED
    return result if isinstance(result, int) else 0


def _interrupted(error: click.Abort) -> int:
    if isinstance(error.__cause__, KeyboardInterrupt):
        return INTERRUPTED
    click.echo(styled_error("a question found no answer: standard input is at its end"), err=True)
    return FAILED


def _close_stdout() -> None:
    """Let the interpreter's last flush go nowhere, or it would complain about the closed pipe."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def styled_error(text: str) -> str:
    """``Error: text``, the word in red where colours are shown."""
    return f"{click.style('Error:', fg='red', bold=True)} {text}"


def explain(error: BaseException, verbosity: int = 0) -> str:
    """An exception as text for a person: message, place and next step, then the user's own traceback if there is one.

    verbosity: 0 folds the frames of Glidepath and its libraries, 1 those of libraries only, 2 shows every frame.
    """
    # Tracebacks take 5 ms to load, and only a failed command shows one.
    from glidepath.cli.tracebacks import users_traceback

    trace = users_traceback(error, verbosity)
    if isinstance(error, FlyteException):
        text = styled_error(str(error))
        if not trace:
            return text
        return trace if str(error) in trace else f"{trace}\n{text}"
    if trace:
        return trace
    return styled_error(
        f"{type(error).__name__}: {error}\n  why: this is a fault in Glidepath, not in what you typed\n"
        "  try: set GLIDEPATH_TRACEBACK=1 to see where it happened, and report it"
    )
