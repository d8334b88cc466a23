"""Runs the command of a container on this machine, with its data folders where the task expects them.

A container's paths, such as ``/var/inputs``, are the same for all attempts, so each attempt has folders of its own. Where this
machine lets the attempt have a view of its own on the file system (``unshare`` and ``mount`` of Linux), they are mounted at
those paths. Elsewhere the paths are replaced in the command's arguments.
"""

from __future__ import annotations

import functools
import os
import re
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from glidepath.idl import core

DEFAULT_INPUTS = "/var/flyte/inputs"
DEFAULT_OUTPUTS = "/var/flyte/outputs"
_MOUNTED = 'mount --bind "$1" "$2" && mount --bind "$3" "$4" && shift 4 && exec "$@"'


@dataclass(frozen=True)
class DataFolders:
    """Where an attempt's inputs and outputs lie (``inputs``, ``outputs``), and where its command looks for them."""

    inputs: Path
    outputs: Path
    expected_inputs: str
    expected_outputs: str

    @classmethod
    def below(cls, folder: Path, config: core.DataLoadingConfig) -> DataFolders:
        """Fresh folders for one attempt; the paths that a task leaves out are copilot's defaults."""
        found = cls(
            folder / "inputs",
            folder / "outputs",
            config.input_path.rstrip("/") or DEFAULT_INPUTS,
            config.output_path.rstrip("/") or DEFAULT_OUTPUTS,
        )
        for path in (found.inputs, found.outputs):
            path.mkdir(parents=True, exist_ok=True)
        return found

    def command(self, argv: Sequence[str]) -> list[str]:
        """The command that finds the folders: in a view of its own, or with other paths in its arguments."""
        prefix = _own_view()
        if prefix and all(_can_stand(path) for path in (self.expected_inputs, self.expected_outputs)):
            pairs = (str(self.inputs), self.expected_inputs, str(self.outputs), self.expected_outputs)
            return [*prefix, "sh", "-c", _MOUNTED, "sh", *pairs, *argv]
        return [self._replaced(argument) for argument in argv]

    def _replaced(self, argument: str) -> str:
        own = {self.expected_inputs: str(self.inputs), self.expected_outputs: str(self.outputs)}
        longest_first = "|".join(re.escape(expected) for expected in sorted(own, key=len, reverse=True))
        return re.sub(rf"(?<![\w/.-])({longest_first})(?![\w.-])", lambda match: own[match[1]], argument)


@dataclass(frozen=True)
class Finished:
    """How a command ended; ``tail`` is the end of what it printed, if that was kept."""

    code: int
    tail: str = ""


def run_command(argv: Sequence[str], env: Mapping[str, str], work: Path, *, keep_output: bool) -> Finished:
    """Run a command to its end. Its output goes where this process's goes, or with ``keep_output`` into the result.

    Raises OSError when there is no such program.
    """
    # In the group of this process, so that what ends an attempt ends its command.
    if not keep_output:
        return Finished(subprocess.run(argv, env=dict(env), cwd=work, check=False).returncode)
    done = subprocess.run(
        argv, env=dict(env), cwd=work, check=False, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace"
    )
    return Finished(done.returncode, done.stdout[-4096:])


def missing_program(argv: Sequence[str], path: str) -> str:
    """The program that a command needs and this machine does not have; empty when it has it."""
    return "" if argv and shutil.which(argv[0], path=path) else (argv[0] if argv else "")


@functools.cache
def _own_view() -> tuple[str, ...]:
    """The command that gives a process a file system view of its own; empty where that is not allowed."""
    if not (shutil.which("unshare") and shutil.which("mount")):
        return ()
    prefix = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
    done = subprocess.run([*prefix, "true"], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return prefix if done.returncode == 0 else ()


def _can_stand(path: str) -> bool:
    """Whether there is a folder to mount at, or one can be made."""
    try:
        Path(path).mkdir(parents=True, exist_ok=True)
    except OSError:
        return False
    return True
