"""The items of arrays between the engine and the store: one light row each, written with the commit of what changed them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Connection, select

from glidepath.admin.store import rows
from glidepath.admin.store.database import upsert_all
from glidepath.admin.store.schema import array_items, node_executions, task_executions
from glidepath.engine import NodeState, Transition
from glidepath.engine.codec import decode, encode
from glidepath.engine.items import EndedItem, ItemsChange, index_of
from glidepath.engine.records import ItemRecord
from glidepath.engine.rendering import external_resource
from glidepath.engine.state import ITEMS, LIVE_PHASES, ExecutionState
from glidepath.idl import core, event

_MESSAGE_LENGTH = 4096
"""Characters of an item's error that are kept; the array's own error tells it whole, as far as it is bounded."""
_KEY = ("node_execution_id", "item")


@dataclass
class ItemRow:
    """One item as the store has it, or will have it with the next commit."""

    item: int
    phase: core.TaskExecution.Phase = core.TaskExecution.UNDEFINED
    node_phase: core.NodeExecution.Phase = core.NodeExecution.UNDEFINED
    retry_attempt: int = 0
    cache_status: int = 0
    stored: bool = False
    launched: str = ""
    message: str = ""
    resources: event.TaskExecutionMetadata | None = None
    """What one number and a phase cannot tell: logs, and attempts before the last."""
    engine_state: bytes | None = None
    outputs: bytes | None = None

    def columns(self) -> dict[str, Any]:
        """The row's values, without the array that it belongs to."""
        return {
            "item": self.item,
            "phase": self.phase,
            "node_phase": self.node_phase,
            "retry_attempt": self.retry_attempt,
            "cache_status": self.cache_status,
            "stored": int(self.stored),
            "launched": self.launched,
            "message": self.message,
            "resources": self.resources.SerializeToString() if self.resources is not None else None,
            "engine_state": self.engine_state,
            "outputs": self.outputs,
        }

    def tell(self, record: ItemRecord, execution: core.WorkflowExecutionIdentifier) -> None:
        """What a record says of the item."""
        if record.logs or record.attempt > self.retry_attempt:
            self._note(record, execution)
        self.phase = record.phase
        self.retry_attempt = record.attempt
        self.cache_status = record.cache_status or self.cache_status
        self.launched = record.launched or self.launched

    def _note(self, record: ItemRecord, execution: core.WorkflowExecutionIdentifier) -> None:
        if self.resources is None:
            self.resources = event.TaskExecutionMetadata()
        noted = {resource.retry_attempt: resource for resource in self.resources.external_resources}
        if record.attempt > self.retry_attempt and self.retry_attempt not in noted:
            before = external_resource(record._replace(attempt=self.retry_attempt, phase=self.phase, logs=()), execution)
            noted[self.retry_attempt] = self.resources.external_resources.add()
            noted[self.retry_attempt].CopyFrom(before)
        if self.retry_attempt in noted:
            noted[self.retry_attempt].phase = self.phase
        if record.logs:
            known = noted.get(record.attempt)
            (known if known is not None else self.resources.external_resources.add()).CopyFrom(
                external_resource(record, execution)
            )


@dataclass
class LiveArray:
    """An array that runs: the rows of its live items, by ``uid``."""

    items: dict[str, ItemRow] = field(default_factory=dict)
    row_id: int | None = None
    """Of its node execution, once that is known to be committed."""
    version: int = 0
    """Phase version of its task execution."""


@dataclass
class ArrayChanges:
    """Rows of one array for the next commit."""

    node: core.NodeExecutionIdentifier
    array: LiveArray
    items: dict[int, ItemRow] = field(default_factory=dict)


def changes_of(
    state: ExecutionState, transition: Transition, arrays: dict[str, LiveArray], pending: dict[str, ArrayChanges]
) -> None:
    """Make what a transition, which is not applied yet, does to items part of ``pending``, by the array's ``uid``."""

    def row(uid: str, array_uid: str, number: int) -> ItemRow:
        array = arrays.setdefault(array_uid, LiveArray())
        found = array.items.setdefault(uid, ItemRow(number))
        node = core.NodeExecutionIdentifier(node_id=array_uid, execution_id=state.id)
        pending.setdefault(array_uid, ArrayChanges(node, array)).items[number] = found
        return found

    for record in transition.records:
        if isinstance(record, ItemRecord):
            row(record.uid, record.scope.uid, record.number).tell(record, state.id)
    for node in transition.nodes.values():
        if is_item(state, transition, node):
            changed = row(node.uid, node.scope, index_of(node.node_id))
            changed.node_phase = node.phase
            changed.engine_state = encode(node) if node.phase in LIVE_PHASES else None
    for uid, change in transition.items.items():
        items = change.opened or state.arrays[uid]
        for ended in change.ended:
            _end(row(items.uid_of(ended.number), uid, ended.number), ended)
        _forget(arrays, uid, change, [items.uid_of(ended.number) for ended in change.ended])


def _end(changed: ItemRow, ended: EndedItem) -> None:
    changed.node_phase = ended.phase
    if ended.phase == core.NodeExecution.RECOVERED:
        changed.phase = core.TaskExecution.SUCCEEDED
    changed.stored = ended.stored
    changed.outputs = ended.outputs or None
    changed.message = ended.message[:_MESSAGE_LENGTH]


def _forget(arrays: dict[str, LiveArray], uid: str, change: ItemsChange, ended: Iterable[str]) -> None:
    array = arrays.setdefault(uid, LiveArray())
    for item in (*ended, *change.aborted):
        array.items.pop(item, None)


def is_item(state: ExecutionState, transition: Transition, node: NodeState) -> bool:
    """Whether a changed node is an item of an array, before the transition is applied."""
    if not node.scope:
        return False
    scope = transition.scopes.get(node.scope) or state.scopes.get(node.scope)
    return scope is not None and scope.kind == ITEMS


def item_of(arrays: dict[str, LiveArray], array: str, child: str) -> str | None:
    """The ``uid`` of the array's live item that launched an execution; None where there is none."""
    items = arrays[array].items if array in arrays else {}
    return next((uid for uid, row in items.items() if row.launched == child), None)


def write(connection: Connection, pending: Iterable[ArrayChanges]) -> dict[str, int]:
    """Insert or update the rows of items; gives back the row id of each array's node, by ``uid``."""
    found = {}
    for changes in pending:
        row_id = changes.array.row_id
        if row_id is None:
            query = select(node_executions.c.id).where(*rows.is_node(node_executions, changes.node))
            row_id = connection.execute(query).scalar_one()
        found[changes.node.node_id] = row_id
        if changes.items:
            values = [{"node_execution_id": row_id, **item.columns()} for item in changes.items.values()]
            upsert_all(connection, array_items, _KEY, values)
    return found


def remember(arrays: dict[str, LiveArray], found: dict[str, int]) -> None:
    """The rows of arrays are committed: later commits need not look for their ids."""
    for uid, row_id in found.items():
        if uid in arrays:
            arrays[uid].row_id = row_id


@dataclass
class LoadedItems:
    """The items of the arrays that run in one execution."""

    nodes: list[NodeState] = field(default_factory=list)
    """Live items."""
    ended: dict[str, list[EndedItem]] = field(default_factory=dict)
    """What is left of the others, by the array's ``uid``."""
    arrays: dict[str, LiveArray] = field(default_factory=dict)


def load_items(connection: Connection, execution: core.WorkflowExecutionIdentifier, live: Iterable[str]) -> LoadedItems:
    """The items of all arrays among the nodes of an execution that are in a phase of ``live`` (by name)."""
    loaded = LoadedItems()
    query = (
        select(node_executions.c.node_id, array_items)
        .join(array_items, array_items.c.node_execution_id == node_executions.c.id)
        .where(*rows.is_execution(node_executions, execution), node_executions.c.phase.in_(list(live)))
        .order_by(array_items.c.node_execution_id, array_items.c.item)
    )
    for row in connection.execute(query):
        array = loaded.arrays.setdefault(row.node_id, LiveArray(row_id=row.node_execution_id))
        if row.engine_state is None:
            ended = EndedItem(row.item, row.node_phase, row.retry_attempt, row.outputs or b"", bool(row.stored), row.message)
            loaded.ended.setdefault(row.node_id, []).append(ended)
            continue
        node = decode(row.engine_state)
        loaded.nodes.append(node)
        array.items[node.uid] = _row_from(row)
    for uid, array in loaded.arrays.items():
        node_id = core.NodeExecutionIdentifier(node_id=uid, execution_id=execution)
        version = connection.execute(select(task_executions.c.phase_version).where(*rows.is_attempt(node_id, 0))).scalar()
        array.version = version or 0
    return loaded


def _row_from(row: Any) -> ItemRow:
    resources = event.TaskExecutionMetadata.FromString(row.resources) if row.resources is not None else None
    return ItemRow(
        item=row.item,
        phase=row.phase,
        node_phase=row.node_phase,
        retry_attempt=row.retry_attempt,
        cache_status=row.cache_status,
        stored=bool(row.stored),
        launched=row.launched,
        message=row.message,
        resources=resources,
        engine_state=row.engine_state,
        outputs=row.outputs,
    )


def succeeded_items(connection: Connection, array: core.NodeExecutionIdentifier) -> list[EndedItem]:
    """The items of an array that succeeded, whether the array itself did or not: what recovery takes over."""
    names = ("item", "node_phase", "retry_attempt", "outputs", "stored")
    query = (
        select(*(array_items.c[name] for name in names))
        .join(node_executions, node_executions.c.id == array_items.c.node_execution_id)
        .where(*rows.is_node(node_executions, array), array_items.c.phase == core.TaskExecution.SUCCEEDED)
        .order_by(array_items.c.item)
    )
    return [
        EndedItem(row.item, row.node_phase, row.retry_attempt, row.outputs or b"", bool(row.stored))
        for row in connection.execute(query)
    ]
