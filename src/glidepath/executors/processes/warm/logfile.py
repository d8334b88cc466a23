"""What an attempt prints, kept in a file of bounded size."""

from __future__ import annotations

import os

_TAIL = 4096


class LogFile:
    """The first ``limit`` bytes of an attempt's output and its last ones; what lies between is counted and dropped.

    The file appears with the first byte. When the disk is full the output is dropped and the attempt goes on.
    """

    def __init__(self, path: str, limit: int) -> None:
        self._path = path
        self._limit = limit
        self._fd = -1
        self._written = 0
        self._cut = 0
        self._tail = b""

    def write(self, data: bytes) -> None:
        """Take what was printed."""
        self._tail = (self._tail + data)[-_TAIL:]
        room = max(0, self._limit - self._written)
        if room and not self._cut:
            self._append(data[:room])
        self._cut += max(0, len(data) - room)

    def tail(self) -> str:
        """The last few kilobytes that were printed."""
        return self._tail.decode(errors="replace")

    def close(self) -> None:
        """Finish the file; after a cut, with a note of it and the last bytes."""
        if self._cut:
            shown = self._tail[-self._cut :]
            hidden = self._cut - len(shown)
            self._append(f"\n[glidepath: {hidden} bytes cut here; a log holds {self._limit} bytes]\n".encode())
            self._append(shown)
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1

    def _append(self, data: bytes) -> None:
        try:
            if self._fd < 0:
                self._fd = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND | os.O_CLOEXEC, 0o644)
            while data:
                count = os.write(self._fd, data)
                self._written += count
                data = data[count:]
        except OSError:
            self._limit = self._written
