"""Who computes an artifact that others wait for.

A node of this engine keeps its reservation until it ends: a server that dies takes nothing with it, since the node goes on
under the next one. An engine outside keeps its own until it stops extending it. Functions of one connection.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, delete, select, update

from glidepath.admin.live import Key
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.rows import entity_key, execution_key, is_execution
from glidepath.admin.store.schema import EXECUTION_KEY, executions, reservations
from glidepath.idl import core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES

_TERMINAL = [core.WorkflowExecution.Phase.Name(phase) for phase in TERMINAL_WORKFLOW_PHASES]


class Slot(NamedTuple):
    """What can be reserved: a tag of a dataset, as text for keys of dictionaries."""

    project: str
    domain: str
    name: str
    version: str
    tag: str


class Owner(NamedTuple):
    """Who holds a reservation, or wants one."""

    id: str
    execution: Key | None = None
    """Of a node of this engine."""
    node_id: str | None = None
    expires_at: datetime | None = None
    """Of an engine outside: until when it holds it unless it extends it."""


NOBODY = Owner("")


def slot_of(dataset: core.Identifier, tag: str) -> Slot:
    """The slot of a tag."""
    return Slot(dataset.project, dataset.domain, dataset.name, dataset.version, tag)


def acquire(connection: Connection, slot: Slot, wanted: Owner, now: datetime) -> Owner:
    """Reserve ``slot`` for ``wanted``, or extend what it holds. Returns who holds it now.

    One whose execution has ended, or who let its time run out, holds it no longer; it cannot take it either, and then nobody
    holds it: an owner without id.
    """
    if wanted.execution is not None and not _holds(connection, wanted, now):
        return NOBODY
    row = connection.execute(select(reservations).where(*_is(slot)).with_for_update()).one_or_none()
    values = {**_columns(wanted), "updated_at": now}
    if row is None:
        key = {**entity_key(_dataset(slot)), "tag_name": slot.tag, "created_at": now}
        if insert_new(connection, reservations, {**key, **values}) is not None:
            return wanted
        row = connection.execute(select(reservations).where(*_is(slot))).one()
    holder = _owner(row)
    if not _same(holder, wanted) and _holds(connection, holder, now):
        return holder
    connection.execute(update(reservations).where(*_is(slot)).values(**values))
    return wanted


def release_nodes(connection: Connection, nodes: Iterable[tuple[Key, str]]) -> list[Slot]:
    """Give back what nodes (execution and unique node id) hold; the slots that are free now."""
    freed: list[Slot] = []
    for execution, uid in nodes:
        here = (*is_execution(reservations, _execution(execution)), reservations.c.node_id == uid)
        freed += _delete(connection, here)
    return freed


def release_executions(connection: Connection, ended: Sequence[Key]) -> list[Slot]:
    """Give back what any node of these executions holds; the slots that are free now."""
    freed: list[Slot] = []
    for execution in ended:
        freed += _delete(connection, is_execution(reservations, _execution(execution)))
    return freed


def release(connection: Connection, slot: Slot, owner_id: str) -> list[Slot]:
    """Give back what an engine outside holds; nothing happens where somebody else holds it."""
    return _delete(connection, (*_is(slot), reservations.c.owner_id == owner_id))


def _delete(connection: Connection, where: Sequence[ColumnElement[bool]]) -> list[Slot]:
    columns = [reservations.c[name] for name in ("project", "domain", "name", "version", "tag_name")]
    return [Slot(*row) for row in connection.execute(delete(reservations).where(*where).returning(*columns))]


def _is(slot: Slot) -> tuple[ColumnElement[bool], ...]:
    same = tuple(reservations.c[name] == value for name, value in entity_key(_dataset(slot)).items())
    return (*same, reservations.c.tag_name == slot.tag)


def _dataset(slot: Slot) -> core.Identifier:
    return core.Identifier(project=slot.project, domain=slot.domain, name=slot.name, version=slot.version)


def _columns(owner: Owner) -> dict[str, Any]:
    key = execution_key(_execution(owner.execution)) if owner.execution else dict.fromkeys(EXECUTION_KEY)
    return {**key, "node_id": owner.node_id, "owner_id": owner.id, "expires_at": owner.expires_at}


def _owner(row: Row[Any]) -> Owner:
    execution = (row.execution_project, row.execution_domain, row.execution_name) if row.execution_name is not None else None
    return Owner(row.owner_id, execution, row.node_id, row.expires_at)


def _same(one: Owner, other: Owner) -> bool:
    """A later attempt of a node goes on with what an earlier one held."""
    if one.execution is not None:
        return (one.execution, one.node_id) == (other.execution, other.node_id)
    return other.execution is None and one.id == other.id


def _holds(connection: Connection, holder: Owner, now: datetime) -> bool:
    if holder.execution is None:
        return holder.expires_at is not None and holder.expires_at > now
    query = select(executions.c.phase).where(*is_execution(executions, _execution(holder.execution)))
    phase = connection.execute(query).scalar_one_or_none()
    return phase is not None and phase not in _TERMINAL


def _execution(key: Key) -> core.WorkflowExecutionIdentifier:
    return core.WorkflowExecutionIdentifier(project=key[0], domain=key[1], name=key[2])
