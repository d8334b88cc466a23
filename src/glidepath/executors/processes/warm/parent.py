"""The loop of a warm parent: takes orders, forks attempts, reads what they print, tells how they end.

One thread, so that forking is safe. It serves until its server is gone and the last attempt has ended.
"""

# Every attempt passes here: no pathlib on the way of a fork.
# ruff: noqa: PTH118, PTH123

from __future__ import annotations

import contextlib
import ctypes
import importlib
import importlib.metadata
import os
import selectors
import signal
import socket
import sys
import time
import traceback
from dataclasses import dataclass
from typing import Any

from . import child, memory, records
from .frames import FrameReader, Message, pack
from .logfile import LogFile
from .preload import RandomState, Unsafe, preload, settle

_CHUNK = 65536
_TICK = 0.05
_FULL_SCAN_EVERY = 10
_PR_SET_CHILD_SUBREAPER = 36
_OURS = {
    "pyflyte-execute": "execute",
    "pyflyte-fast-execute": "fast_execute",
    "pyflyte-map-execute": "map_execute",
    "glidepath-container": "container",
    "glidepath-sensor": "sensor",
}
_ENTRYPOINT = "glidepath.runtime.entrypoint"
_SCRIPTS = ("pyflyte-execute", "pyflyte-fast-execute", "pyflyte-map-execute")


@dataclass
class Running:
    """An attempt that this parent forked."""

    name: str
    folder: str
    pid: int
    began: float
    pipe: int
    log: LogFile
    memory_limit: int
    oom: bool = False
    kill_at: float = 0.0


class Parent:
    """All that a parent knows: its server, its programs, its attempts."""

    def __init__(self, server: socket.socket) -> None:
        self._server: socket.socket | None = server
        self._reader = FrameReader()
        self._running: dict[int, Running] = {}
        self._programs: dict[str, child.Program] = {}
        self._prepared: dict[str, str] = {}
        self._random = RandomState()
        self._me = (os.getpid(), records.start_of(os.getpid()))
        self._ticks = 0
        self._null = os.open(os.devnull, os.O_RDONLY)
        self._wake_read, self._wake_write = os.pipe()
        for fd in (self._wake_read, self._wake_write):
            os.set_blocking(fd, False)
        self._selector = selectors.DefaultSelector()
        self._selector.register(server, selectors.EVENT_READ, self._hear)
        self._selector.register(self._wake_read, selectors.EVENT_READ, self._woken)

    def serve(self) -> None:
        """Load the SDK, then work until the server is gone and nothing runs."""
        signal.signal(signal.SIGCHLD, lambda number, frame: None)
        signal.set_wakeup_fd(self._wake_write, warn_on_full_buffer=False)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        if sys.platform == "linux":
            # Orphans of an attempt come to this process instead of init, so that they can be ended with it.
            ctypes.CDLL(None).prctl(_PR_SET_CHILD_SUBREAPER, 1)
        self._programs = _programs()
        settle()
        self._say({"say": "hello", "pid": self._me[0], "start": self._me[1], "programs": sorted(self._programs)})
        while self._server is not None or self._running:
            for key, _ in self._selector.select(_TICK if self._watching() else None):
                key.data(key.fd)
            self._tick()
        self._end_strays()

    # -- the server ------------------------------------------------------------------------------------------------------

    def _hear(self, _fd: int) -> None:
        if self._server is None:
            return
        try:
            data = self._server.recv(_CHUNK)
        except ConnectionError:
            data = b""
        if not data:
            self._selector.unregister(self._server)
            self._server.close()
            self._server = None
            return
        for message in self._reader.feed(data):
            getattr(self, f"_do_{message['do']}")(message)

    def _say(self, message: Message) -> None:
        if self._server is not None:
            # When the server is gone, reading will say so; the records on disk tell the rest.
            with contextlib.suppress(OSError):
                self._server.sendall(pack(message))

    def _do_prepare(self, order: Message) -> None:
        before = os.environ.get("PYTHONPATH", "")
        os.environ.update(order["env"])
        self._prepared = dict(order["env"])
        if order["code"]:
            os.chdir(order["code"])
        child.add_paths(order["code"], before)
        try:
            self._random = preload(order["modules"], order["code"])
        except Unsafe as reason:
            self._say({"say": "cold", "reason": str(reason)})
            raise SystemExit(0) from None
        settle()
        self._say({"say": "ready"})

    def _do_start(self, order: Message) -> None:
        read, write = os.pipe()
        try:
            pid = os.fork()
        except OSError as error:
            os.close(read)
            os.close(write)
            self._say({"say": "refused", "name": order["name"], "reason": f"cannot fork: {error.strerror}"})
            return
        if pid == 0:
            self._become(order, write)
        os.close(write)
        os.set_blocking(read, False)
        log = LogFile(os.path.join(order["folder"], records.LOG), order["log_limit"])
        attempt = Running(order["name"], order["folder"], pid, time.time(), read, log, order["memory_limit"])
        self._running[pid] = attempt
        self._selector.register(read, selectors.EVENT_READ, self._read)
        self._say({"say": "started", "name": attempt.name, "pid": pid, "at": attempt.began})

    def _become(self, order: Message, write: int) -> None:
        """In the fork: let go of all that is the parent's, then run the attempt; never returns."""
        try:
            signal.set_wakeup_fd(-1)
            for number in (1, 2):
                os.dup2(write, number)
            os.dup2(self._null, 0)
            if self._server is not None:
                self._server.close()
            self._selector.close()
            for fd in (write, self._null, self._wake_read, self._wake_write, *self._pipes()):
                os.close(fd)
            self._random.renew()
            child.run(order, self._programs, self._prepared, self._me)
        finally:  # nothing may bring a fork back into the parent's loop
            traceback.print_exc()
            os._exit(1)

    def _pipes(self) -> list[int]:
        return [attempt.pipe for attempt in self._running.values() if attempt.pipe >= 0]

    def _do_abort(self, order: Message) -> None:
        for attempt in self._running.values():
            if attempt.name == order["name"] and not attempt.kill_at:
                _signal(attempt.pid, signal.SIGTERM)
                attempt.kill_at = time.time() + order["grace"]

    # -- attempts --------------------------------------------------------------------------------------------------------

    def _read(self, fd: int) -> None:
        for attempt in self._running.values():
            if attempt.pipe == fd:
                self._drain(attempt, once=True)
                return

    def _drain(self, attempt: Running, *, once: bool = False) -> None:
        while attempt.pipe >= 0:
            try:
                data = os.read(attempt.pipe, _CHUNK)
            except BlockingIOError:
                return
            if not data:
                self._close_pipe(attempt)
                return
            attempt.log.write(data)
            if once:
                return

    def _close_pipe(self, attempt: Running) -> None:
        if attempt.pipe >= 0:
            self._selector.unregister(attempt.pipe)
            os.close(attempt.pipe)
            attempt.pipe = -1

    def _woken(self, fd: int) -> None:
        with contextlib.suppress(BlockingIOError):
            os.read(fd, _CHUNK)
        while True:
            try:
                pid, status, usage = os.wait4(-1, os.WNOHANG)
            except ChildProcessError:
                return
            if pid == 0:
                return
            attempt = self._running.get(pid)
            if attempt is not None:
                self._ended(attempt, status, usage.ru_maxrss)

    def _ended(self, attempt: Running, status: int, max_rss: int) -> None:
        with contextlib.suppress(OSError):  # what it left behind in its process group
            os.killpg(attempt.pid, signal.SIGKILL)
        self._drain(attempt)
        self._close_pipe(attempt)
        attempt.log.close()
        del self._running[attempt.pid]
        self._end_strays(attempt.name)
        code = os.WEXITSTATUS(status) if os.WIFEXITED(status) else None
        if code == child.ALREADY_BEGUN:
            self._say({"say": "begun", "name": attempt.name})
            return
        record = {
            "code": code,
            "signal": os.WTERMSIG(status) if os.WIFSIGNALED(status) else None,
            "oom_limit": attempt.memory_limit if attempt.oom else None,
            "max_rss": max_rss * (1 if sys.platform == "darwin" else 1024),
            "tail": "" if code == 0 else attempt.log.tail(),
            "began": attempt.began,
            "at": time.time(),
        }
        try:
            records.write(attempt.folder, records.EXIT, record)
        except OSError as error:
            _warn(f"cannot write the exit record of {attempt.name}: {error}")
        self._say({"say": "ended", "name": attempt.name, "exit": record})

    def _end_strays(self, ended: str = "") -> None:
        """Kill processes that left their attempt's process group and outlived the attempt."""
        known = {attempt.name for attempt in self._running.values()}
        for pid in _children():
            if pid not in self._running:
                owner = _owner(pid)
                if owner == ended or (owner not in known and not self._running):
                    _signal_one(pid, signal.SIGKILL)

    # -- time ------------------------------------------------------------------------------------------------------------

    def _watching(self) -> bool:
        return any(attempt.memory_limit or attempt.kill_at for attempt in self._running.values())

    def _tick(self) -> None:
        now = time.time()
        limited = [attempt for attempt in self._running.values() if attempt.memory_limit and not attempt.oom]
        for attempt in self._running.values():
            if attempt.kill_at and now >= attempt.kill_at:
                _signal(attempt.pid, signal.SIGKILL)
                attempt.kill_at = now + 1.0
        if not limited:
            return
        self._ticks += 1
        whole = self._ticks % _FULL_SCAN_EVERY == 0
        sessions = memory.of_sessions([attempt.pid for attempt in limited]) if whole else {}
        for attempt in limited:
            pids = sessions.get(attempt.pid) or [attempt.pid]
            used = sum(memory.own(pid) for pid in pids)
            if used > attempt.memory_limit and memory.proportional(pids) > attempt.memory_limit:
                attempt.oom = True
                _signal(attempt.pid, signal.SIGKILL)


def _programs() -> dict[str, child.Program]:
    """The console scripts of the task runtime of this environment: Glidepath's, else stock flytekit's."""
    try:
        module = importlib.import_module(_ENTRYPOINT)
    except ModuleNotFoundError as error:
        if not _ENTRYPOINT.startswith(str(error.name)):
            raise
    else:
        module.warm_up()
        return {script: getattr(module, name) for script, name in _OURS.items()}
    found = importlib.metadata.entry_points()
    scripts: Any = found.select(group="console_scripts") if hasattr(found, "select") else found.get("console_scripts", ())
    return {script.name: script.load() for script in scripts if script.name in _SCRIPTS}


def _signal(leader: int, number: int) -> None:
    try:
        os.killpg(leader, number)
    except OSError:
        _signal_one(leader, number)  # killed before it became the leader of a group


def _signal_one(pid: int, number: int) -> None:
    with contextlib.suppress(OSError):
        os.kill(pid, number)


def _children() -> list[int]:
    try:
        with open(f"/proc/self/task/{os.getpid()}/children") as file:
            return [int(pid) for pid in file.read().split()]
    except OSError:
        return []


def _owner(pid: int) -> str:
    try:
        with open(f"/proc/{pid}/environ", "rb") as file:
            pairs = file.read().split(b"\0")
    except OSError:
        return ""
    return next((pair[18:].decode() for pair in pairs if pair.startswith(b"GLIDEPATH_ATTEMPT=")), "")


def _warn(text: str) -> None:
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def main(descriptor: int) -> None:
    """Serve the socket that the server passed on as ``descriptor``."""
    Parent(socket.socket(fileno=descriptor)).serve()
