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


Record = ExecutionRecord | NodeRecord | TaskRecord
