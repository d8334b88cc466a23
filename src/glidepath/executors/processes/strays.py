"""Processes of former servers that nobody adopted: their attempts were aborted just before a server died."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from glidepath.executors.processes.following import Followed, begun
from glidepath.executors.processes.warm import memory, records


def living_attempts(root: Path) -> dict[str, Followed]:
    """Every attempt below an executor's root that lives, or of which something does; by name.

    Reads one record for each that has not ended, and looks once at all processes of the machine.
    """
    folders = (folder for folder in (root / "attempts").glob("*/*") if not (folder / records.EXIT).exists())
    begun_ones = [process for process in map(begun, folders) if process is not None]
    sessions = memory.of_sessions(process.pid for process in begun_ones)
    return {
        process.folder.name: process
        for process in begun_ones
        if records.lives(process.pid, process.start) or process.remains(sessions[process.pid])
    }


class Strays:
    """Stops such processes: SIGTERM, and SIGKILL after the grace. Used on the loop's thread only."""

    def __init__(self, grace: float) -> None:
        self._grace = grace
        self._stopping: list[Followed] = []

    @property
    def any(self) -> bool:
        """Whether some have not ended yet."""
        return bool(self._stopping)

    def stop(self, living: dict[str, Followed], wanted: Callable[[str], bool], now: float) -> None:
        """Begin to stop those that nobody wants."""
        for name, process in living.items():
            if not wanted(name):
                process.stop(now, self._grace)
                self._stopping.append(process)

    def look(self, now: float) -> None:
        """Kill those whose grace is over; forget those that ended."""
        self._stopping = [process for process in self._stopping if process.look(now) is None]
