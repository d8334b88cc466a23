"""What happens to an execution: the inputs of :func:`glidepath.engine.advance`. Each carries the time it happened."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from glidepath.idl import core


class Launched(NamedTuple):
    """The execution begins, with complete and checked inputs."""

    at: datetime
    inputs: core.LiteralMap


class AttemptProgressed(NamedTuple):
    """An attempt is queued, waits for resources, initialises or runs."""

    uid: str
    attempt: int
    phase: core.TaskExecution.Phase
    """One that is not terminal."""
    at: datetime
    version: int = 0
    reason: str = ""
    logs: tuple[core.TaskLog, ...] = ()


class AttemptSucceeded(NamedTuple):
    """An attempt wrote its outputs."""

    uid: str
    attempt: int
    at: datetime
    outputs: core.LiteralMap
    logs: tuple[core.TaskLog, ...] = ()
    deck_uri: str = ""


class AttemptFailed(NamedTuple):
    """An attempt ended without outputs. ``recoverable``: another attempt may fare better."""

    uid: str
    attempt: int
    at: datetime
    error: core.ExecutionError
    recoverable: bool
    logs: tuple[core.TaskLog, ...] = ()
    deck_uri: str = ""


class ChildEnded(NamedTuple):
    """The execution that a launch-plan node started reached a terminal phase."""

    uid: str
    attempt: int
    at: datetime
    phase: core.WorkflowExecution.Phase
    """A terminal one."""
    outputs: core.LiteralMap | None = None
    error: core.ExecutionError | None = None


class TimerFired(NamedTuple):
    """A timer set by an earlier step ran out. Late ones are ignored."""

    uid: str
    attempt: int
    kind: str
    """``execution``: one attempt ran too long; ``active``: the node, with all attempts, did."""
    at: datetime


class AbortRequested(NamedTuple):
    """Somebody asked to end the execution."""

    at: datetime
    cause: str
    principal: str = ""


Event = Launched | AttemptProgressed | AttemptSucceeded | AttemptFailed | ChildEnded | TimerFired | AbortRequested
