"""What happens to an execution: the inputs of :func:`glidepath.engine.advance`. Each carries the time it happened."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from glidepath.idl import core


class Launched(NamedTuple):
    """The execution begins, with complete and checked inputs."""

    at: datetime
    inputs: core.LiteralMap


class Resumed(NamedTuple):
    """The execution was loaded from its rows: nodes that were ready, and not reported yet, begin."""

    at: datetime


class Proceed(NamedTuple):
    """An earlier step left ready nodes for later ones (``Transition.more``)."""

    at: datetime


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


class AttemptExpanded(NamedTuple):
    """An attempt of a dynamic task wrote a plan of more nodes, which the driver has compiled and keeps at ``closure_uri``."""

    uid: str
    attempt: int
    at: datetime
    closure: core.CompiledWorkflowClosure
    closure_uri: str
    job_spec_uri: str
    """The ``futures.pb`` that the attempt wrote."""
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


class CacheAnswered(NamedTuple):
    """The answer to :class:`~glidepath.engine.commands.LookupCache`."""

    uid: str
    attempt: int
    at: datetime
    status: core.CatalogCacheStatus
    """CACHE_HIT comes with ``outputs``; anything else lets the task run."""
    key: core.CatalogMetadata | None = None
    outputs: core.LiteralMap | None = None
    reservation: core.CatalogReservation.Status = core.CatalogReservation.RESERVATION_DISABLED
    """RESERVATION_ACQUIRED when nobody else runs the same cached work meanwhile."""


class SignalSet(NamedTuple):
    """Somebody gave a gate's signal its value."""

    uid: str
    at: datetime
    value: core.Literal


class TimerFired(NamedTuple):
    """A timer set by an earlier step ran out. Late ones are ignored."""

    uid: str
    attempt: int
    kind: str
    """``execution``: one attempt ran too long; ``active``: the node, with all attempts, did; ``sleep``: a gate has slept;
    ``backoff``: the next attempt may begin."""
    at: datetime


class AbortRequested(NamedTuple):
    """Somebody asked to end the execution."""

    at: datetime
    cause: str
    principal: str = ""


Event = (
    Launched
    | Resumed
    | Proceed
    | AttemptProgressed
    | AttemptSucceeded
    | AttemptExpanded
    | AttemptFailed
    | CacheAnswered
    | ChildEnded
    | SignalSet
    | TimerFired
    | AbortRequested
)
