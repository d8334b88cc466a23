"""Transitions to rows: the one place where a running execution's progress is written.

Many executions' transitions share one transaction. Nobody hears of a transition before its commit.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Insert, Table, Update, bindparam, insert, select, update

from glidepath.admin.apply import apply_node_event, apply_task_event, apply_workflow_event
from glidepath.admin.arrays import ArrayChanges, changes_of, is_item, remember, write as write_items
from glidepath.admin.cache.keeping import NOTHING, Keeping, Kept, tell_kept, write as write_kept
from glidepath.admin.cache.reservations import Slot, release_executions, release_nodes
from glidepath.admin.live import Key, Live, key_of
from glidepath.admin.store import Store, rows
from glidepath.admin.store.database import insert_all_new
from glidepath.admin.store.schema import executions, node_executions, signals, task_executions
from glidepath.engine import Transition
from glidepath.engine.codec import encode
from glidepath.engine.commands import AwaitSignal
from glidepath.engine.records import ItemRecord, NodeRecord
from glidepath.engine.rendering import render
from glidepath.idl import admin, core, event
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_WORKFLOW_PHASES

_EXECUTION_KEY = ("execution_project", "execution_domain", "execution_name")
_NODE_KEY = (*_EXECUTION_KEY, "node_id")
_TASK_KEY = (*_NODE_KEY, "retry_attempt")
_ABORTING = core.WorkflowExecution.Phase.Name(core.WorkflowExecution.ABORTING)
_TERMINAL = frozenset(core.WorkflowExecution.Phase.Name(phase) for phase in TERMINAL_WORKFLOW_PHASES)


@dataclass
class _Changes:
    """Rows of one commit, each entity once with its last state; ``new`` rows are inserted, the others updated."""

    executions: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    nodes: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    tasks: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    new: set[tuple[Any, ...]] = field(default_factory=set)
    signals: dict[tuple[Any, ...], dict[str, Any]] = field(default_factory=dict)
    """What gates wait for, unless it is there."""
    arrays: dict[Key, tuple[Live, dict[str, ArrayChanges]]] = field(default_factory=dict)
    """Items of arrays, by execution and the array's unique id."""
    failures: dict[Key, tuple[core.WorkflowExecutionIdentifier, event.WorkflowExecutionEvent]] = field(default_factory=dict)
    """Executions that end whatever their nodes were doing."""

    kept: list[Kept] = field(default_factory=list)
    """Outputs for the cache."""
    released: list[tuple[Key, str]] = field(default_factory=list)
    """Nodes that hold no reservation of cached work any more."""
    ended: list[Key] = field(default_factory=list)

    def __bool__(self) -> bool:
        return bool(self.executions or self.nodes or self.tasks or self.arrays or self.failures or self.kept or self.released)


class Journal:
    """Writes transitions to the store."""

    def __init__(self, store: Store, clock: Callable[[], datetime], cache_age: timedelta = timedelta(0)) -> None:
        """cache_age: cached outputs that are older are replaced; zero: none is for its age."""
        self._store = store
        self._clock = clock
        self._cache_age = cache_age
        self._pending = _Changes()
        self._freed: list[Slot] = []

    def add(self, live: Live, transition: Transition, keeping: Keeping = NOTHING) -> None:
        """Make a transition, with the outputs that it keeps in the cache, part of the next commit."""
        changed = self._clock()
        self._pending.kept += keeping.kept
        self._pending.released += [(live.key, uid) for uid in transition.released]
        if transition.phase in TERMINAL_WORKFLOW_PHASES:
            self._pending.ended.append(live.key)
        for record in transition.records:
            if isinstance(record, ItemRecord):
                continue
            message = render(live.state, record)
            tell_kept(message, keeping)
            if isinstance(message, event.WorkflowExecutionEvent):
                self._add_execution(live, message, changed)
            elif isinstance(message, event.NodeExecutionEvent):
                self._add_node(live, message, changed, record.closure_uri if isinstance(record, NodeRecord) else "")
            elif isinstance(message, event.TaskExecutionEvent):
                self._add_task(live, message, changed)
        for command in transition.commands:
            if isinstance(command, AwaitSignal):
                self._add_signal(live, command, changed)
        if live.state.arrays or transition.items:
            _, pending = self._pending.arrays.setdefault(live.key, (live, {}))
            changes_of(live.state, transition, live.arrays, pending)
        for node in transition.nodes.values():
            if is_item(live.state, transition, node):
                continue
            key = (*live.key, node.uid)
            if key in self._pending.nodes:
                self._pending.nodes[key]["engine_state"] = encode(node)
            elif node.phase != core.NodeExecution.UNDEFINED:
                identity = {**rows.execution_key(live.state.id), "node_id": node.uid}
                self._pending.nodes[key] = {**identity, "engine_state": encode(node)}

    def fail(self, execution: core.WorkflowExecutionIdentifier, why: str) -> None:
        """End an execution that cannot be run at all, whatever its nodes were doing, with the next commit."""
        message = event.WorkflowExecutionEvent(
            execution_id=execution, phase=core.WorkflowExecution.FAILED, occurred_at=rows.timestamp(self._clock())
        )
        message.error.CopyFrom(core.ExecutionError(code="EngineFailure", message=why, kind=core.ExecutionError.SYSTEM))
        self._pending.failures[key_of(execution)] = (execution, message)

    @property
    def pending(self) -> bool:
        """Whether something waits for a commit."""
        return bool(self._pending)

    def commit(self) -> None:
        """Write everything added since the last commit, in one transaction. After an error the same call tries again."""
        changes = self._pending
        if not changes:
            return
        _tell_of_items(changes, self._clock())
        with self._store.write() as connection:
            _write_executions(connection, changes.executions)
            _write(connection, node_executions, _NODE_KEY, changes.nodes, changes.new)
            _write(connection, task_executions, _TASK_KEY, changes.tasks, changes.new)
            found = [(live, write_items(connection, arrays.values())) for live, arrays in changes.arrays.values()]
            insert_all_new(connection, signals, list(changes.signals.values()))
            for execution, message in changes.failures.values():
                _fail(connection, execution, message, self._clock())
            write_kept(connection, changes.kept, self._clock(), self._cache_age)
            freed = release_nodes(connection, changes.released)
            freed += release_executions(connection, [*changes.ended, *changes.failures])
        for live, row_ids in found:
            remember(live.arrays, row_ids)
        self._freed += [*freed, *(one.slot for one in changes.kept)]
        self._pending = _Changes()

    def freed(self) -> list[Slot]:
        """What was kept or given up by the commits since the last call: who waits for it wants to know."""
        freed, self._freed = self._freed, []
        return freed

    def _add_execution(self, live: Live, message: event.WorkflowExecutionEvent, changed: datetime) -> None:
        live.closure = apply_workflow_event(live.closure, message)
        columns = rows.execution_columns(live.closure, changed)
        self._pending.executions[live.key] = {**rows.execution_key(live.state.id), **columns}

    def _add_node(self, live: Live, message: event.NodeExecutionEvent, changed: datetime, closure_uri: str) -> None:
        uid = message.id.node_id
        before = live.nodes.get(uid)
        node = apply_node_event(before, message)
        key = (*live.key, uid)
        row = {**rows.node_key(message.id), **rows.node_columns(node, changed)}
        if before is None:
            self._pending.new.add(key)
            row["parent_id"] = message.parent_node_metadata.node_id or None
            row["dynamic_workflow_remote_closure_reference"] = closure_uri
            row["created_at"] = changed
        elif closure_uri:
            row["dynamic_workflow_remote_closure_reference"] = closure_uri
        self._pending.nodes[key] = {**self._pending.nodes.get(key, {}), **row}
        if message.phase in TERMINAL_NODE_PHASES:
            live.nodes.pop(uid, None)
            live.tasks.pop(uid, None)
        else:
            live.nodes[uid] = node

    def _add_task(self, live: Live, message: event.TaskExecutionEvent, changed: datetime) -> None:
        uid, attempt = message.parent_node_execution_id.node_id, message.retry_attempt
        before = live.tasks.get(uid)
        if before is not None and before.id.retry_attempt != attempt:
            before = None
        task = apply_task_event(before, message)
        key = (*live.key, uid, attempt)
        row = {**rows.task_key(task.id), **rows.task_columns(task, message.phase_version, changed)}
        if before is None:
            self._pending.new.add(key)
            row["created_at"] = changed
        self._pending.tasks[key] = {**self._pending.tasks.get(key, {}), **row}
        live.tasks[uid] = task

    def _add_signal(self, live: Live, command: AwaitSignal, changed: datetime) -> None:
        key = (*live.key, command.signal_id)
        self._pending.signals[key] = {
            **rows.execution_key(live.state.id),
            "signal_id": command.signal_id,
            "type": command.type.SerializeToString(),
            "created_at": changed,
            "updated_at": changed,
        }


def _tell_of_items(changes: _Changes, changed: datetime) -> None:
    """The task execution of an array whose items change counts that once a commit, as another phase version."""
    for key, (live, arrays) in changes.arrays.items():
        for uid, array in arrays.items():
            task = live.tasks.get(uid)
            if task is None:  # it ends with this commit
                continue
            array.array.version += 1
            after = admin.TaskExecution()
            after.CopyFrom(task)
            after.closure.updated_at.CopyFrom(rows.timestamp(changed))
            live.tasks[uid] = after
            row = {**rows.task_key(after.id), **rows.task_columns(after, array.array.version, changed)}
            name = (*key, uid, after.id.retry_attempt)
            changes.tasks[name] = {**changes.tasks.get(name, {}), **row}


def _write_executions(connection: Connection, changes: dict[tuple[Any, ...], dict[str, Any]]) -> None:
    """Update executions; one that somebody asked to abort meanwhile keeps saying so until it has ended."""
    ended = [row for row in changes.values() if row["phase"] in _TERMINAL]
    going = [row for row in changes.values() if row["phase"] not in _TERMINAL]
    _update(connection, executions, _EXECUTION_KEY, ended)
    _update(connection, executions, _EXECUTION_KEY, going, unless_aborting=True)


def _fail(
    connection: Connection,
    execution: core.WorkflowExecutionIdentifier,
    message: event.WorkflowExecutionEvent,
    changed: datetime,
) -> None:
    here = rows.is_execution(executions, execution)
    kept = connection.execute(select(executions.c.closure).where(*here)).scalar_one_or_none()
    if kept is not None:
        closure = apply_workflow_event(admin.ExecutionClosure.FromString(kept), message)
        connection.execute(update(executions).where(*here).values(rows.execution_columns(closure, changed)))


def _write(
    connection: Connection,
    table: Table,
    key: tuple[str, ...],
    changes: dict[tuple[Any, ...], dict[str, Any]],
    new: set[tuple[Any, ...]],
) -> None:
    for group in _alike([row for name, row in changes.items() if name in new]):
        connection.execute(_insertion(table), group)
    _update(connection, table, key, [row for name, row in changes.items() if name not in new])


def _update(
    connection: Connection, table: Table, key: tuple[str, ...], found: list[dict[str, Any]], unless_aborting: bool = False
) -> None:
    for group in _alike(found):
        statement = _change(table, key, tuple(name for name in group[0] if name not in key), unless_aborting)
        connection.execute(statement, [{f"b_{name}": value for name, value in row.items()} for row in group])


@cache
def _insertion(table: Table) -> Insert:
    return insert(table)


@cache
def _change(table: Table, key: tuple[str, ...], columns: tuple[str, ...], unless_aborting: bool) -> Update:
    """The update of some columns by key. Kept, since making a statement takes longer than running it."""
    statement = update(table).where(*(table.c[name] == bindparam(f"b_{name}") for name in key))
    if unless_aborting:
        statement = statement.where(table.c.phase != _ABORTING)
    return statement.values({name: bindparam(f"b_{name}") for name in columns})


def _alike(found: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """Rows grouped by the columns they have, since one statement writes one set of columns."""
    groups: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row in found:
        groups.setdefault(tuple(row), []).append(row)
    return list(groups.values())
