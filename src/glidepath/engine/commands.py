"""What the world is asked to do after a transition is committed. Each may be carried out twice: names make it once."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from glidepath.idl import core


@dataclass(frozen=True, slots=True)
class StartAttempt:
    """Run a task once."""

    uid: str
    attempt: int
    task: core.TaskTemplate
    """With the node's overrides applied; its arguments are still templates."""
    inputs: core.LiteralMap
    data_dir: str
    """The node's folder; :func:`glidepath.engine.attempts.place_of` tells the rest."""
    interruptible: bool = False


@dataclass(frozen=True, slots=True)
class AbortAttempt:
    """Stop an attempt that may still run."""

    uid: str
    attempt: int
    reason: str


@dataclass(frozen=True, slots=True)
class StartChild:
    """Launch an execution of a launch plan as a child of this one."""

    uid: str
    attempt: int
    name: str
    launch_plan: core.Identifier
    inputs: core.LiteralMap


@dataclass(frozen=True, slots=True)
class AbortChild:
    """Terminate a child execution."""

    uid: str
    name: str
    reason: str


@dataclass(frozen=True, slots=True)
class SetTimer:
    """Send :class:`~glidepath.engine.events.TimerFired` at ``at``."""

    uid: str
    attempt: int
    kind: str
    at: datetime


Command = StartAttempt | AbortAttempt | StartChild | AbortChild | SetTimer
