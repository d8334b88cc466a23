"""What the world is asked to do after a transition is committed. Each may be carried out twice: names make it once."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from glidepath.idl import core


class StartAttempt(NamedTuple):
    """Run a task once."""

    uid: str
    attempt: int
    task: core.TaskTemplate
    """With the node's overrides applied; its arguments are still templates."""
    inputs: core.LiteralMap
    data_dir: str
    """The node's folder; :func:`glidepath.engine.attempts.place_of` tells the rest."""
    interruptible: bool = False
    env: tuple[tuple[str, str], ...] = ()
    """More environment variables, for an item of an array."""
    input_uri: str = ""
    """Where the inputs lie if not in ``data_dir``: the items of an array read those of the whole array."""


class LookupCache(NamedTuple):
    """Look for outputs that the same work gave before; :class:`~glidepath.engine.events.CacheAnswered` is the answer."""

    uid: str
    attempt: int
    task: core.TaskTemplate
    inputs: core.LiteralMap
    reserve: bool
    """Answer a miss only once this node holds the reservation of the work; who else wants it waits for a hit or its turn."""


class AwaitSignal(NamedTuple):
    """Wait until somebody sets a signal; :class:`~glidepath.engine.events.SignalSet` tells of it."""

    uid: str
    signal_id: str
    type: core.LiteralType
    approval: bool
    """Whether the value is a yes or no to going on."""


class AbortAttempt(NamedTuple):
    """Stop an attempt that may still run."""

    uid: str
    attempt: int
    reason: str


class StartChild(NamedTuple):
    """Launch an execution of a launch plan as a child of this one."""

    uid: str
    attempt: int
    name: str
    launch_plan: core.Identifier
    inputs: core.LiteralMap
    record: str = ""
    """``uid`` of the node that clients know as the child's parent if it is another one: an item's array."""


class AbortChild(NamedTuple):
    """Terminate a child execution."""

    uid: str
    name: str
    reason: str


class SetTimer(NamedTuple):
    """Send :class:`~glidepath.engine.events.TimerFired` at ``at``."""

    uid: str
    attempt: int
    kind: str
    at: datetime


Command = StartAttempt | LookupCache | AwaitSignal | AbortAttempt | StartChild | AbortChild | SetTimer
