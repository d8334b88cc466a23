"""The server's end of a warm parent: starts the program, speaks with it, notices its end."""

from __future__ import annotations

import contextlib
import socket
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path

from glidepath.executors.processes.warm.frames import FrameReader, Message, pack

_WARM = Path(__file__).parent / "warm"
_CHUNK = 1 << 18
_TAIL = 4096


class State(Enum):
    """How far a parent is. LOADING: it loads the SDK or a bundle; READY: it forks; GONE: it ended."""

    LOADING = "loading"
    READY = "ready"
    GONE = "gone"


@dataclass
class Parent:
    """One running parent. ``bundle`` is what it has loaded; ``None`` for the SDK alone. Times are of the executor's clock."""

    python: str
    bundle: tuple[str, str, str] | None
    process: subprocess.Popen[bytes]
    socket: socket.socket
    log: Path
    deadline: float
    modules: list[str] = field(default_factory=list)
    state: State = State.LOADING
    retired: bool = False
    used: float = 0.0
    attempts: set[str] = field(default_factory=set)
    _reader: FrameReader = field(default_factory=FrameReader)
    _outbox: bytearray = field(default_factory=bytearray)

    @property
    def wants_to_write(self) -> bool:
        """Whether messages wait for room in the socket."""
        return bool(self._outbox)

    def send(self, message: Message) -> None:
        """Say something; what the socket does not take now goes out with :meth:`flush`."""
        self._outbox += pack(message)
        self.flush()

    def flush(self) -> None:
        """Send on what waits."""
        try:
            while self._outbox:
                sent = self.socket.send(self._outbox)
                del self._outbox[:sent]
        except BlockingIOError:
            return
        except OSError:
            self._outbox.clear()  # It is gone; reading will say so.

    def receive(self) -> list[Message] | None:
        """What it said since; ``None`` when it has ended."""
        try:
            data = self.socket.recv(_CHUNK)
        except BlockingIOError:
            return []
        except OSError:
            return None
        return self._reader.feed(data) if data else None

    def end_when_idle(self) -> None:
        """Tell it that no more work comes: it ends when its last attempt has ended."""
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_WR)

    def close(self) -> None:
        """Let go of it, which also means that no more work comes."""
        self.state = State.GONE
        with contextlib.suppress(OSError):
            self.socket.close()

    def kill(self) -> None:
        """End it now, and with it the attempts that it forked."""
        with contextlib.suppress(OSError):
            self.process.kill()

    def last_words(self) -> str:
        """The end of what it wrote to its log: why it did not start."""
        try:
            return self.log.read_bytes()[-_TAIL:].decode(errors="replace").strip()
        except OSError:
            return ""


def start_parent(
    python: str, bundle: tuple[str, str, str] | None, env: Mapping[str, str], log: Path, deadline: float
) -> Parent:
    """Run a warm parent with an interpreter. Raises :class:`OSError` when that cannot be run.

    It lives in a session of its own, so that a signal to the server's terminal does not reach it.
    """
    ours, theirs = socket.socketpair()
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        with log.open("wb") as output, theirs:
            process = subprocess.Popen(
                _command(python, theirs.fileno()),
                env=dict(env),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=(theirs.fileno(),),
                start_new_session=True,
            )
    except OSError:
        ours.close()
        raise
    ours.setblocking(False)
    return Parent(python, bundle, process, ours, log, deadline)


def _command(python: str, descriptor: int) -> Sequence[str]:
    return [python, "-u", str(_WARM), str(descriptor)]
