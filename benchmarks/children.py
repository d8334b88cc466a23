"""Run a process to its end and say how long it took and how much memory it had at most.

The process that measures must stay small: Linux counts the memory of the moment before ``exec`` into a child's peak. So this
package imports the standard library only, and everything else happens in child processes.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

_KIB_PER_MIB = 1024 if sys.platform != "darwin" else 1024 * 1024
_LINES_SHOWN = 4


class MeasurementFailed(Exception):
    """What should have been measured did not work; the text says what it said."""


@dataclass(frozen=True)
class Finished:
    """A process that ended well."""

    seconds: float
    """Wall time from before the start to after the end."""
    cpu_seconds: float
    """User and system time of the process and its waited-for children: what remains comparable on a busy machine."""
    peak_mib: float
    """Peak resident memory of the process, or of the largest of its waited-for children."""
    output: str
    """What it wrote to standard output."""


def run(argv: Sequence[str], env: Mapping[str, str], cwd: Path) -> Finished:
    """Run a program. Raises MeasurementFailed, with the end of what it printed, when its exit code is not 0."""
    with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
        started = time.perf_counter()
        process = subprocess.Popen(list(argv), env=dict(env), cwd=cwd, stdin=subprocess.DEVNULL, stdout=out, stderr=err)
        _, status, usage = os.wait4(process.pid, 0)
        seconds = time.perf_counter() - started
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0)
        err.seek(0)
        output, errors = out.read().decode(errors="replace"), err.read().decode(errors="replace")
    if process.returncode:
        said = [line for line in (output + errors).splitlines() if line.strip()][-_LINES_SHOWN:]
        command = " ".join(Path(part).name for part in argv[:3])
        raise MeasurementFailed(f"{command} ended with {process.returncode}: {' | '.join(said)}")
    return Finished(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / _KIB_PER_MIB, output)
