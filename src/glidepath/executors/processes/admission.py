"""Which waiting attempt may start: pure bookkeeping of what the machine has and what was asked of it."""

from __future__ import annotations

from collections import Counter, OrderedDict, deque
from dataclasses import dataclass


@dataclass(frozen=True)
class Request:
    """What one attempt takes while it runs: cores, bytes, gpus."""

    cpus: float
    memory: int
    gpus: int = 0

    def __str__(self) -> str:
        gpus = f", {self.gpus} gpu" if self.gpus else ""
        return f"{self.cpus:g} cpu, {self.memory / 2**20:.0f} MiB{gpus}"


@dataclass(frozen=True)
class _Waiting:
    name: str
    request: Request
    since: float


class Admission:
    """Waiting lines by execution and size, served in turn, first come first served within a line.

    A line that nobody has left for longer than ``patience`` seconds is not overtaken: nothing else starts until its first fits.
    A long line that moves has its turns and no more, so that it starves no other. Times are seconds of any one clock.
    """

    def __init__(self, capacity: Request, slots: int, patience: float) -> None:
        self._capacity = capacity
        self._slots = slots
        self._patience = patience
        self._lines: OrderedDict[tuple[str, Request], deque[_Waiting]] = OrderedDict()
        self._served: dict[tuple[str, Request], float] = {}
        """When somebody last started out of a line that still waits."""
        self._sizes: Counter[Request] = Counter()
        self._waiting: set[str] = set()
        self._held: dict[str, Request] = {}
        self._cpus, self._memory, self._gpus = capacity.cpus, capacity.memory, capacity.gpus

    def can_ever_hold(self, request: Request) -> bool:
        """Whether the machine, all free, has room for the request."""
        whole = self._capacity
        return request.cpus <= whole.cpus and request.memory <= whole.memory and request.gpus <= whole.gpus

    def join(self, name: str, line: str, request: Request, now: float) -> None:
        """Put an attempt into the line of its execution."""
        self._lines.setdefault((line, request), deque()).append(_Waiting(name, request, now))
        self._sizes[request] += 1
        self._waiting.add(name)

    def waits(self, name: str) -> bool:
        """Whether an attempt stands in line."""
        return name in self._waiting

    def hold(self, name: str, request: Request) -> None:
        """Count an attempt that runs already, whether it fits or not."""
        self._held[name] = request
        self._cpus -= request.cpus
        self._memory -= request.memory
        self._gpus -= request.gpus

    def leave(self, name: str) -> None:
        """Forget an attempt, running or waiting."""
        held = self._held.pop(name, None)
        if held is not None:
            self._cpus += held.cpus
            self._memory += held.memory
            self._gpus += held.gpus
            return
        if name not in self._waiting:
            return
        self._waiting.discard(name)
        for key, line in list(self._lines.items()):
            for waiting in line:
                if waiting.name == name:
                    line.remove(waiting)
                    self._gone(key)
                    return

    def admit(self, now: float) -> list[str]:
        """The names that may start now, in order; their requests are held from here on."""
        admitted = []
        while len(self._held) < self._slots and any(self._fits(size) for size in self._sizes):
            key = self._next(now)
            if key is None:
                break
            waiting = self._lines[key].popleft()
            self._lines.move_to_end(key)
            self._served[key] = now
            self._gone(key)
            self._waiting.discard(waiting.name)
            self.hold(waiting.name, waiting.request)
            admitted.append(waiting.name)
        return admitted

    def why(self, request: Request) -> str:
        """Why a request has to wait, for people."""
        if len(self._held) >= self._slots:
            return f"waiting for a free slot; attempts running: {len(self._held)}"
        free = Request(max(0.0, self._cpus), max(0, self._memory), max(0, self._gpus))
        return f"waiting for {request}; free: {free}; attempts running: {len(self._held)}"

    def _fits(self, request: Request) -> bool:
        return request.cpus <= self._cpus + 1e-9 and request.memory <= self._memory and request.gpus <= self._gpus

    def _next(self, now: float) -> tuple[str, Request] | None:
        oldest = min(self._lines, key=self._stands_since)
        if now - self._stands_since(oldest) > self._patience:
            return oldest if self._fits(oldest[1]) else None
        return next((key for key in self._lines if self._fits(key[1])), None)

    def _stands_since(self, key: tuple[str, Request]) -> float:
        return max(self._lines[key][0].since, self._served.get(key, float("-inf")))

    def _gone(self, key: tuple[str, Request]) -> None:
        self._sizes[key[1]] -= 1
        if not self._sizes[key[1]]:
            del self._sizes[key[1]]
        if not self._lines[key]:
            del self._lines[key]
            self._served.pop(key, None)
