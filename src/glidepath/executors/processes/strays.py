"""Processes of former servers that nobody adopted: their attempts were aborted just before a server died."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from glidepath.executors.processes.following import Followed, begun
from glidepath.executors.processes.warm import records


def living_attempts(root: Path) -> dict[str, Followed]:
    """Every attempt below an executor's root whose process lives, by name; reads one record for each that has not ended."""
    found = {}
    for folder in (root / "attempts").glob("*/*"):
        if (folder / records.EXIT).exists():
            continue
        process = begun(folder)
        if process is not None and records.lives(process.pid, process.start):
            found[folder.name] = process
    return found


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
