"""What a page shows, as plain values made from messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import urlsplit

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.console import literals
from glidepath.console.api import Api
from glidepath.idl import admin, core, phases

NODES_PER_PAGE = 50
"""Top-level nodes of one page; each costs three look-ups."""
CHILDREN_SHOWN = 20
"""Nodes shown inside one node before a link leads to its own page."""
ROWS_PER_PAGE = 200
"""All rows of a page, however deep they are nested."""
ATTEMPTS_SHOWN = 20
_WITHOUT_DATA = {"start-node", "end-node"}


@dataclass(frozen=True)
class Value:
    """One input or output."""

    name: str
    text: str
    uris: tuple[str, ...]


@dataclass(frozen=True)
class Attempt:
    """One task execution."""

    number: int
    phase: str
    task: core.Identifier
    duration: str
    reason: str
    error: core.ExecutionError | None
    logs: tuple[tuple[str, str], ...]
    """Name and link."""


@dataclass(frozen=True)
class Node:
    """One row of the node table."""

    id: str
    spec_id: str
    depth: int
    phase: str
    started: str
    duration: str
    kind: str
    attempts: tuple[Attempt, ...]
    inputs: tuple[Value, ...]
    outputs: tuple[Value, ...]
    error: core.ExecutionError | None
    deck_uri: str
    child: core.WorkflowExecutionIdentifier | None
    more: bool
    """It has nodes inside that this page does not show; its own page does."""


def values(found: core.LiteralMap) -> tuple[Value, ...]:
    """A literal map by name."""
    return tuple(Value(name, literals.text(item), tuple(literals.uris(item))) for name, item in sorted(found.literals.items()))


@dataclass(frozen=True)
class NodeTable:
    """Reads nodes with all that a row shows. ``now`` gives the duration of what still runs."""

    api: Api
    execution: core.WorkflowExecutionIdentifier
    now: datetime

    def page(self, parent: str, token: str) -> tuple[list[Node], str]:
        """One page of nodes with the nodes inside them, and the token of the next page."""
        found = self.api.nodes(self.execution, parent, token, NODES_PER_PAGE)
        room = [ROWS_PER_PAGE - len(found.node_executions)]
        rows = [row for item in found.node_executions for row in self._with_children(item, 0, room)]
        return rows, found.token

    def row(self, item: admin.NodeExecution, depth: int = 0, *, more: bool = False) -> Node:
        """The row of one node."""
        closure, metadata = item.closure, item.metadata
        attempts = self._attempts(item)
        has_data = item.id.node_id not in _WITHOUT_DATA
        data = self.api.node_data(item.id) if has_data else admin.NodeExecutionGetDataResponse()
        child = closure.workflow_node_metadata.executionId
        return Node(
            id=item.id.node_id,
            spec_id=metadata.spec_node_id or item.id.node_id,
            depth=depth,
            phase=core.NodeExecution.Phase.Name(closure.phase),
            started=moment(closure.started_at),
            duration=self._duration(closure, closure.phase in phases.TERMINAL_NODE_PHASES),
            kind=_kind(item, attempts),
            attempts=attempts,
            inputs=values(data.full_inputs),
            outputs=values(data.full_outputs),
            error=closure.error if closure.HasField("error") else None,
            deck_uri=closure.deck_uri,
            child=child if child.name else None,
            more=more,
        )

    def _with_children(self, item: admin.NodeExecution, depth: int, room: list[int]) -> Iterator[Node]:
        if not item.metadata.is_parent_node:
            yield self.row(item, depth)
            return
        limit = min(CHILDREN_SHOWN, room[0])
        if limit <= 0:
            yield self.row(item, depth, more=True)
            return
        inside = self.api.nodes(self.execution, item.id.node_id, "", limit)
        room[0] -= len(inside.node_executions)
        yield self.row(item, depth, more=bool(inside.token))
        for child in inside.node_executions:
            yield from self._with_children(child, depth + 1, room)

    def _attempts(self, item: admin.NodeExecution) -> tuple[Attempt, ...]:
        if item.id.node_id in _WITHOUT_DATA:
            return ()
        return tuple(self._attempt(found) for found in self.api.attempts(item.id, ATTEMPTS_SHOWN))

    def _attempt(self, found: admin.TaskExecution) -> Attempt:
        closure = found.closure
        return Attempt(
            number=found.id.retry_attempt,
            phase=core.TaskExecution.Phase.Name(closure.phase),
            task=found.id.task_id,
            duration=self._duration(closure, closure.phase in phases.TERMINAL_TASK_PHASES),
            reason=closure.reason,
            error=closure.error if closure.HasField("error") else None,
            logs=tuple((log.name or "log", own_link(log.uri, self.execution)) for log in closure.logs),
        )

    def _duration(self, closure: Any, ended: bool) -> str:
        return duration(closure.started_at, closure.duration, self.now, ended=ended)


def _kind(item: admin.NodeExecution, attempts: tuple[Attempt, ...]) -> str:
    if item.closure.workflow_node_metadata.executionId.name:
        return "launch plan"
    metadata = item.metadata
    flags = (("array", metadata.is_array), ("dynamic", metadata.is_dynamic), ("workflow", metadata.is_parent_node))
    kind = next((name for name, is_set in flags if is_set), "")
    task = attempts[0].task.name if attempts else ""
    return f"{task} ({kind})" if task and kind else task or kind


def own_link(uri: str, execution: core.WorkflowExecutionIdentifier) -> str:
    """A log link; one to this server's own logs without host and port, which may have changed since it was made."""
    path = urlsplit(uri).path
    own = path.startswith(f"/logs/{execution.project}/{execution.domain}/{execution.name}/")
    return path if own else uri


def moment(at: Timestamp) -> str:
    """A time in UTC, to the second; empty when unset."""
    if not at.seconds:
        return ""
    return datetime.fromtimestamp(at.seconds, timezone.utc).strftime("%Y-%m-%d %H:%M:%S")


def duration(started: Timestamp, taken: Duration, now: datetime, *, ended: bool) -> str:
    """How long something took, or has been running until ``now``; empty when it has not begun."""
    if ended and (taken.seconds or taken.nanos):
        return span(taken.seconds + taken.nanos / 1e9)
    if ended or not started.seconds:
        return ""
    begun = datetime.fromtimestamp(started.seconds + started.nanos / 1e9, timezone.utc)
    return span(max((now - begun) / timedelta(seconds=1), 0.0))


def span(seconds: float) -> str:
    """``0.042`` is ``42 ms``, ``4.25`` is ``4.3 s``, ``3725`` is ``1 h 02 m``, ``266400`` is ``3 d 02 h``."""
    if seconds < 1:
        return f"{seconds * 1000:.0f} ms"
    if seconds < 60:
        return f"{seconds:.1f} s"
    minutes, rest = divmod(int(seconds), 60)
    if minutes < 60:
        return f"{minutes} m {rest:02} s"
    hours = minutes // 60
    return f"{hours} h {minutes % 60:02} m" if hours < 48 else f"{hours // 24} d {hours % 24:02} h"
