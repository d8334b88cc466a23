"""The folder in which one server keeps everything, and the lock that lets only one server at a time have it.

The lock is the operating system's (``flock``): it ends with the process, however that ends. Its file says who holds it.
"""

from __future__ import annotations

import errno
import fcntl
import json
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from glidepath.errors import FlyteSystemException

NEEDED_BYTES = 64 * 1024 * 1024
"""A server does not start with less free space: it would fail in the middle of something."""

LOCK_TRIES = 20
LOCK_PAUSE_SECONDS = 0.01


@dataclass(frozen=True)
class Running:
    """A server that is up, as it says in ``server.json``."""

    pid: int
    grpc: str
    """``localhost:30080``"""
    http: str
    """``http://localhost:30080``"""
    version: str
    started: str
    """ISO 8601, UTC."""

    @property
    def console(self) -> str:
        return f"{self.http}/console"


@dataclass(frozen=True)
class DataFolder:
    """The names in a data folder."""

    path: Path

    @property
    def lock(self) -> Path:
        return self.path / "lock"

    @property
    def running(self) -> Path:
        return self.path / "server.json"

    @property
    def log(self) -> Path:
        return self.path / "server.log"

    @property
    def signing_key(self) -> Path:
        return self.path / "keys" / "signing.key"

    @property
    def incoming(self) -> Path:
        """Uploads on their way; emptied by the next holder."""
        return self.path / "incoming"

    @property
    def sockets(self) -> Path:
        """Sockets of the holder's own; emptied by the next one, for who is killed leaves them behind."""
        return self.path / "sockets"

    @property
    def processes(self) -> Path:
        """What the executor keeps: attempts with their logs, unpacked code."""
        return self.path / "processes"

    def prepare(self) -> None:
        """Make the folder and see that it can be written; raises FlyteSystemException with the reason and a way out."""
        try:
            self.path.mkdir(parents=True, exist_ok=True, mode=0o700)
            with tempfile.TemporaryFile(dir=self.path) as probe:
                probe.write(b"x" * 4096)
        except OSError as error:
            raise unusable(self.path, error) from error
        if shutil.disk_usage(self.path).free < NEEDED_BYTES:
            raise unusable(self.path, OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))

    @contextmanager
    def held(self) -> Iterator[None]:
        """Hold the folder for this process; raises FlyteSystemException that names the holder when another one does."""
        descriptor = os.open(self.lock, os.O_RDWR | os.O_CREAT, 0o600)
        with os.fdopen(descriptor, "r+") as file:
            if not _locked(file):
                raise self._taken()
            file.truncate()
            file.write(str(os.getpid()))
            file.flush()
            for leftover in (self.incoming, self.sockets):
                shutil.rmtree(leftover, ignore_errors=True)
            try:
                yield
            finally:
                self.running.unlink(missing_ok=True)
                file.seek(0)
                file.truncate()

    def holder(self) -> int | None:
        """The pid of the process that holds the folder, None when nobody does."""
        try:
            file = self.lock.open()
        except (FileNotFoundError, NotADirectoryError):
            return None
        except OSError as error:
            raise unusable(self.path, error) from error
        with file:
            try:
                fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return int(file.read().strip() or 0)
        return None

    def announce(self, running: Running) -> None:
        """Say that the server is up."""
        fresh = self.running.with_suffix(".new")
        fresh.write_text(json.dumps(asdict(running), indent=2) + "\n")
        fresh.replace(self.running)

    def announced(self) -> Running | None:
        """The server that is up and said so; None when there is none, or it is still starting."""
        holder = self.holder()
        if holder is None:
            return None
        try:
            running = Running(**json.loads(self.running.read_text()))
        except FileNotFoundError:
            return None
        return running if running.pid == holder else None

    def _taken(self) -> FlyteSystemException:
        running = self.announced()
        listening = f", listening on {running.http}" if running else ""
        return FlyteSystemException(
            f"another server (pid {self.holder()}{listening}) has this data folder",
            where=str(self.path),
            hint="stop that one first (flytectl demo stop), or give this one a data folder of its own (--data)",
        )


def _locked(file: IO[str]) -> bool:
    """Take the lock. Whoever only asks for the holder has it for microseconds, so being refused once means nothing."""
    for _ in range(LOCK_TRIES):
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            time.sleep(LOCK_PAUSE_SECONDS)
        else:
            return True
    return False


def unusable(path: Path, error: OSError) -> FlyteSystemException:
    """The one error for a folder that cannot be used."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        needed = NEEDED_BYTES // (1024 * 1024)
        return FlyteSystemException(
            "the disk of the data folder is full", where=str(path), hint=f"free {needed} MiB, or choose another folder (--data)"
        )
    return FlyteSystemException(
        f"the data folder cannot be written: {error.strerror}",
        where=str(path),
        hint="make it writable, or choose another folder (--data, $GLIDEPATH_HOME)",
    )
