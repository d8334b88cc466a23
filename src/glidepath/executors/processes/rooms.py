"""Where attempts wait for their turn: ordinary ones for the machine's room, eager ones for a place at their depth.

An eager attempt does little but wait for executions that it launched. If it held room that those need, a chain of eager
functions as long as the machine has slots would wait for itself. So it takes no room, and since one only ever waits for
deeper ones, each depth has places of its own: there are always places for those that others wait for.
"""

from __future__ import annotations

from dataclasses import dataclass

from glidepath.executors.processes.admission import Admission, Request
from glidepath.executors.protocol import Attempt
from glidepath.idl.eager import DEPTH_VARIABLE, ROOT_VARIABLE

_UNKNOWN = -1
_NO_ROOM = Request(0.0, 0)


@dataclass(frozen=True)
class Turn:
    """Who wants to start: the attempt's name, its waiting line, what it takes, and how deep it is if it is eager."""

    name: str
    line: str
    request: Request
    depth: int | None = None


class Rooms:
    """The admission of ordinary attempts, and one for each depth of eager ones with ``places`` each."""

    def __init__(self, ordinary: Admission, places: int, patience: float) -> None:
        self._ordinary = ordinary
        self._places = places
        self._patience = patience
        self._eager: dict[int, Admission] = {}
        self._depths: dict[str, int] = {}

    def can_ever_hold(self, turn: Turn) -> bool:
        """Whether the machine, all free, has room for it."""
        return turn.depth is not None or self._ordinary.can_ever_hold(turn.request)

    def join(self, turn: Turn, now: float) -> None:
        """Stand in line."""
        self._room_for(turn).join(turn.name, turn.line, _wanted(turn), now)

    def hold(self, turn: Turn) -> None:
        """Count one that runs already."""
        self._room_for(turn).hold(turn.name, _wanted(turn))

    def waits(self, name: str) -> bool:
        """Whether an attempt stands in line."""
        return self._room_of(name).waits(name)

    def why(self, turn: Turn) -> str:
        """Why it has to wait, for people."""
        return self._room_for(turn).why(_wanted(turn))

    def leave(self, name: str) -> None:
        """Forget an attempt, running or waiting."""
        self._room_of(name).leave(name)
        self._depths.pop(name, None)

    def admit(self, now: float) -> list[str]:
        """The names that may start now."""
        return [name for room in (*self._eager.values(), self._ordinary) for name in room.admit(now)]

    def _room_for(self, turn: Turn) -> Admission:
        if turn.depth is None:
            return self._ordinary
        self._depths[turn.name] = turn.depth
        found = self._eager.get(turn.depth)
        if found is None:
            places = self._places if turn.depth != _UNKNOWN else 1 << 30
            found = self._eager[turn.depth] = Admission(_NO_ROOM, places, self._patience)
        return found

    def _room_of(self, name: str) -> Admission:
        depth = self._depths.get(name)
        return self._ordinary if depth is None else self._eager[depth]


def depth_of(attempt: Attempt) -> int | None:
    """How many eager executions are around an eager attempt; ``None`` for others.

    Stock's eager tasks do not tell their children, who are then admitted at once.
    """
    if not attempt.task.metadata.is_eager:
        return None
    told = attempt.env.get(DEPTH_VARIABLE, "")
    if told.isdigit():
        return int(told)
    return _UNKNOWN if attempt.env.get(ROOT_VARIABLE) else 0


def _wanted(turn: Turn) -> Request:
    return turn.request if turn.depth is None else _NO_ROOM
