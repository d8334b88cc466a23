"""Processes whose parent does not speak to this server: watched by their records alone."""

from __future__ import annotations

import contextlib
import os
import signal
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from glidepath.executors.processes.warm import memory, records
from glidepath.executors.verdict import Exit

_RECORD_SECONDS = 2.0


@dataclass
class Followed:
    """A process that another server's parent forked, or whose parent has died. ``start`` tells it from a later namesake."""

    folder: Path
    pid: int
    start: str
    parent: int
    parent_start: str
    seen: bool = False
    kill_at: float = 0.0
    gone_at: float = 0.0

    def look(self, now: float) -> Exit | None:
        """Its end, once it has ended: as its parent recorded it, or lost when nobody is left to record it."""
        if records.lives(self.pid, self.start):
            self.seen = True
            if self.kill_at and now >= self.kill_at:
                self.signal(signal.SIGKILL)
            return None
        recorded = recorded_exit(self.folder)
        if recorded is not None:
            return recorded
        self.gone_at = self.gone_at or now
        if records.lives(self.parent, self.parent_start) and now - self.gone_at < _RECORD_SECONDS:
            return None
        if self.seen:
            self._signal_group(signal.SIGKILL)
        else:  # long after its end the group's number may be another's
            for pid in self.remains(memory.of_sessions([self.pid])[self.pid]):
                _kill(pid)
        return Exit()

    def remains(self, session: Iterable[int]) -> list[int]:
        """Of the processes that have a session of its number, those that it started: they outlived it and its parent."""
        boot = self.start.partition(":")[0]
        if boot != records.start_of(os.getpid()).partition(":")[0] or records.start_of(self.pid) not in ("", self.start):
            return []
        return [pid for pid in session if pid != self.pid and _works_in(pid, self.folder)]

    def stop(self, now: float, grace: float) -> None:
        """Ask it to end, and kill it after ``grace`` seconds."""
        if not self.kill_at:
            self.kill_at = now + grace
            self.signal(signal.SIGTERM)

    def kill(self) -> None:
        """End it now; its group may still be signalled after its own end."""
        self.seen = True
        self.signal(signal.SIGKILL)

    def signal(self, number: int) -> None:
        """Signal its whole process group, if it is still the process of the record."""
        if records.lives(self.pid, self.start):
            self._signal_group(number)

    def _signal_group(self, number: int) -> None:
        with contextlib.suppress(OSError):
            os.killpg(self.pid, number)


def _kill(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, signal.SIGKILL)


def _works_in(pid: int, folder: Path) -> bool:
    """Whether a process is in an attempt's folder, or was started with its variables."""
    process = Path("/proc", str(pid))
    with contextlib.suppress(OSError):
        if (process / "cwd").readlink().is_relative_to(folder):
            return True
        return f"GLIDEPATH_ATTEMPT={folder.name}".encode() in (process / "environ").read_bytes().split(b"\0")
    return False


def recorded_exit(folder: Path) -> Exit | None:
    """The end of an attempt as its parent wrote it down."""
    record = records.read(str(folder), records.EXIT)
    return None if record is None else exit_of(record)


def exit_of(record: records.Record) -> Exit:
    """An exit record as the verdict wants it."""
    return Exit(record["code"], record["signal"], record["oom_limit"], record["max_rss"], record["tail"])


def begun(folder: Path) -> Followed | None:
    """The process that took an attempt on, if one did."""
    record = records.read(str(folder), records.BEGIN)
    if record is None:
        return None
    return Followed(folder, record["pid"], record["start"], record["parent"], record["parent_start"])
