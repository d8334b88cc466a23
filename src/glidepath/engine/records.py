"""What a step reports, in order. Light values; :mod:`glidepath.engine.rendering` makes flyteidl events of them."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from glidepath.engine.plan import GraphNode
from glidepath.engine.state import Scope
from glidepath.idl import core


class ExecutionRecord(NamedTuple):
    """The execution entered ``phase`` (``core.WorkflowExecution.Phase``)."""

    phase: core.WorkflowExecution.Phase
    at: datetime
    output_uri: str = ""
    error: core.ExecutionError | None = None


class NodeRecord(NamedTuple):
    """A node entered ``phase`` (``core.NodeExecution.Phase``)."""

    uid: str
    node: GraphNode
    scope: Scope
    phase: core.NodeExecution.Phase
    at: datetime
    input_uri: str = ""
    output_uri: str = ""
    deck_uri: str = ""
    launched: str = ""
    error: core.ExecutionError | None = None
    cache_status: core.CatalogCacheStatus = core.CatalogCacheStatus.CACHE_DISABLED
    cache_key: core.CatalogMetadata | None = None
    reservation: core.CatalogReservation.Status = core.CatalogReservation.RESERVATION_DISABLED
    closure_uri: str = ""
    """Of a dynamic node: where its compiled plan lies."""
    job_spec_uri: str = ""


class TaskRecord(NamedTuple):
    """An attempt entered ``phase`` (``core.TaskExecution.Phase``), or reports more about the one it is in."""

    uid: str
    node: GraphNode
    scope: Scope
    attempt: int
    phase: core.TaskExecution.Phase
    at: datetime
    version: int = 0
    reason: str = ""
    logs: tuple[core.TaskLog, ...] = ()
    input_uri: str = ""
    output_uri: str = ""
    error: core.ExecutionError | None = None


class ItemRecord(NamedTuple):
    """An item of an array entered ``phase`` (``core.TaskExecution.Phase``), or reports more about the one it is in."""

    scope: Scope
    """That of the items; its ``uid`` is the array's."""
    uid: str
    number: int
    """Its index."""
    attempt: int
    phase: core.TaskExecution.Phase
    at: datetime
    reason: str = ""
    logs: tuple[core.TaskLog, ...] = ()
    launched: str = ""
    """The execution that runs the item, where it is a launch plan's."""
    cache_status: core.CatalogCacheStatus = core.CatalogCacheStatus.CACHE_DISABLED


ITEM_PHASES: dict[int, core.TaskExecution.Phase] = {
    core.NodeExecution.QUEUED: core.TaskExecution.QUEUED,
    core.NodeExecution.RUNNING: core.TaskExecution.RUNNING,
    core.NodeExecution.SUCCEEDED: core.TaskExecution.SUCCEEDED,
    core.NodeExecution.RECOVERED: core.TaskExecution.SUCCEEDED,
    core.NodeExecution.FAILED: core.TaskExecution.FAILED,
    core.NodeExecution.TIMED_OUT: core.TaskExecution.FAILED,
    core.NodeExecution.ABORTED: core.TaskExecution.ABORTED,
}
"""What the phase of an item's node is to clients, who see its array's task execution only."""

Record = ExecutionRecord | NodeRecord | TaskRecord | ItemRecord
