"""The embedded server as a background process: start, find, stop. Standard library only, so that its commands are quick.

The server is a fresh interpreter in a session of its own, never a fork of the process that starts it. What is known of it is
in its data folder: the lock (is it alive?), ``server.json`` (where does it listen?), ``server.log`` (what went wrong?).
"""

from __future__ import annotations

import http.client
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit

from glidepath.admin.data_folder import DataFolder, Running, unusable
from glidepath.errors import FlyteSystemException, FlyteTimeout

START_SECONDS = 30.0
STOP_SECONDS = 30.0
POLL_SECONDS = 0.02
LOG_TAIL_LINES = 20
LOG_KEPT_BYTES = 10 * 1024 * 1024


def start(folder: DataFolder, serve_arguments: Sequence[str], timeout: float = START_SECONDS) -> Running:
    """Start a server on ``folder`` and wait until it is healthy.

    ``serve_arguments`` go to ``flyteadmin serve``. Raises FlyteSystemException with the last lines of its log when it dies,
    FlyteTimeout when it is not healthy after ``timeout`` seconds (it is stopped then).
    """
    folder.prepare()
    try:
        _rotate(folder.log)
        with folder.log.open("ab") as log:
            offset = log.tell()
            process = subprocess.Popen(
                [sys.executable, "-m", "glidepath.cli.flyteadmin", "serve", "--data", str(folder.path), *serve_arguments],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd=folder.path,
                start_new_session=True,
            )
    except OSError as error:
        raise unusable(folder.path, error) from error
    return _wait_until_healthy(folder, process, offset, timeout)


def _wait_until_healthy(folder: DataFolder, process: subprocess.Popen[bytes], offset: int, timeout: float) -> Running:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        running = folder.announced()
        if running and running.pid == process.pid and healthy(running):
            process.returncode = 0  # it is to outlive us: no ResourceWarning about a child nobody waits for
            return running
        code = process.poll()
        if code is not None:
            raise FlyteSystemException(
                f"the server ended with exit code {code}:\n{tail(folder.log, offset)}", where=str(folder.log)
            )
        time.sleep(POLL_SECONDS)
    process.terminate()
    raise FlyteTimeout(
        f"the server was not healthy after {timeout:.0f} s and has been stopped:\n{tail(folder.log, offset)}",
        where=str(folder.log),
    )


def healthy(running: Running, timeout: float = 2.0) -> bool:
    """Whether the server answers its health check."""
    address = urlsplit(running.http)
    connection = http.client.HTTPConnection(address.hostname or "localhost", address.port, timeout=timeout)
    try:
        connection.request("GET", "/healthcheck")
        return connection.getresponse().status == http.client.OK
    except OSError:
        return False
    finally:
        connection.close()


def stop(folder: DataFolder, timeout: float = STOP_SECONDS) -> bool:
    """Ask the server to end and wait until it has; after ``timeout`` seconds it is killed. False when none was running."""
    pid = folder.holder()
    if not pid:
        return False
    for number, seconds in ((signal.SIGTERM, timeout), (signal.SIGKILL, timeout)):
        try:
            os.kill(pid, number)
        except ProcessLookupError:
            return True
        except PermissionError as error:
            raise FlyteSystemException(f"the server (pid {pid}) belongs to another user", where=str(folder.path)) from error
        if _ended(folder, pid, seconds):
            return True
    raise FlyteTimeout(f"the server (pid {pid}) does not end, not even by SIGKILL", where=str(folder.path))


def _ended(folder: DataFolder, pid: int, timeout: float) -> bool:
    deadline = time.monotonic() + timeout
    while time.monotonic() < deadline:
        if folder.holder() != pid:
            return True
        time.sleep(POLL_SECONDS)
    return False


def tail(log: Path, offset: int = 0, lines: int = LOG_TAIL_LINES) -> str:
    """The last lines of a log, not looking before byte ``offset``."""
    try:
        with log.open("rb") as file:
            file.seek(max(offset, log.stat().st_size - 65536))
            text = file.read().decode(errors="replace")
    except FileNotFoundError:
        text = ""
    return "\n".join(f"  | {line}" for line in text.splitlines()[-lines:]) or "  (the log is empty)"


def _rotate(log: Path) -> None:
    if log.exists() and log.stat().st_size > LOG_KEPT_BYTES:
        log.replace(log.with_suffix(".log.1"))
