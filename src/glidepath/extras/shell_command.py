"""Commands of a shell, and what became of them."""

from __future__ import annotations

import shlex
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import IO, Any

from glidepath.errors import FlyteUserException

_STREAMED = 1024 * 1024
"""Characters of each stream that are kept."""


@dataclass(frozen=True)
class ProcessResult:
    """How a command ended: its exit code, what it printed, and what it printed on stderr."""

    returncode: int
    output: str
    error: str


class CommandFailed(FlyteUserException, RuntimeError):
    """A command ended with another code than 0, or could not be started."""

    code = "USER:CommandFailed"


def subproc_execute(command: Sequence[str] | str, **options: Any) -> ProcessResult:
    """Run a command to its end: a list of words, or with ``shell=True`` a text for the shell.

    ``options`` are those of :func:`subprocess.run`. Raises CommandFailed, with the end of stderr, when it does not succeed.
    """
    given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, "check": False, **options}
    told = command if isinstance(command, str) else shlex.join(command)
    try:
        done = subprocess.run(command, **given)
    except OSError as error:
        raise CommandFailed(
            f"the command {told!r} cannot be started: {error.strerror}",
            hint="is the program in the task's image? a text with blanks needs shell=True, or a list of words",
        ) from error
    if done.returncode != 0:
        raise CommandFailed(f"the command {told!r} ended with code {done.returncode}:\n{(done.stderr or '')[-_STREAMED:]}")
    return ProcessResult(done.returncode, done.stdout or "", done.stderr or "")


def run_script(shell: str, script: str, env: Mapping[str, str] | None = None) -> ProcessResult:
    """Run a script under a shell; what it prints is shown while it runs. Raises CommandFailed when there is no such shell."""
    try:
        process = subprocess.Popen([shell, "-c", script], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=env)
    except OSError as error:
        raise CommandFailed(f"the shell {shell} cannot be started: {error.strerror}") from error
    output, errors = _Kept(), _Kept()
    readers = [
        threading.Thread(target=_copy, args=(process.stdout, sys.stdout, output)),
        threading.Thread(target=_copy, args=(process.stderr, sys.stderr, errors)),
    ]
    for reader in readers:
        reader.start()
    for reader in readers:
        reader.join()
    return ProcessResult(process.wait(), output.text().removesuffix("\n"), errors.text())


class _Kept:
    """The last of what a stream brought."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._size = 0

    def add(self, line: str) -> None:
        self._lines.append(line)
        self._size += len(line)
        while self._size > _STREAMED and len(self._lines) > 1:
            self._size -= len(self._lines.pop(0))

    def text(self) -> str:
        return "".join(self._lines)


def _copy(source: IO[str] | None, target: IO[str], kept: _Kept) -> None:
    for line in source or ():
        kept.add(line)
        target.write(line)
    target.flush()
