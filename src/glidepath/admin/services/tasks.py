"""Tasks: registered once per version, never changed."""

from collections.abc import Iterable
from typing import Any

from sqlalchemy import Connection, Row, select, tuple_

from glidepath.admin.errors import missing_identifier
from glidepath.admin.registration import compiled_task, different, identical
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.descriptions import remember_description, short_description
from glidepath.admin.services.listing import ListOf, named_scope, read_list
from glidepath.admin.services.names import remember_name
from glidepath.admin.services.projects import require_active
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.entities import TASK
from glidepath.admin.store.rows import entity_key, identifier_from, timestamp
from glidepath.admin.store.schema import ENTITY_KEY, tasks
from glidepath.admin.validation import require_identifier
from glidepath.idl import admin, core
from glidepath.idl.hashes import digest

_COLUMNS = tuple(tasks.c[name] for name in (*ENTITY_KEY, "short_description", "closure"))
_LIST = ListOf("ListTasks", TASK, _COLUMNS)
_BATCH = 500


class Tasks:
    """CreateTask, GetTask, ListTasks."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"CreateTask": self.create, "GetTask": self.get, "ListTasks": self.list}

    def create(self, request: admin.TaskCreateRequest, call: Call) -> admin.TaskCreateResponse:
        """Register a version. AlreadyExists when the same is there, InvalidArgument when something else is, or it is wrong."""
        compiled = compiled_task(request)
        fingerprint = digest(compiled)
        now = self._context.clock()
        closure = admin.TaskClosure(compiled_task=compiled, created_at=timestamp(now))
        values = {
            **entity_key(request.id),
            "type": compiled.template.type,
            "digest": fingerprint,
            "short_description": short_description(request.spec.description),
            "created_at": now,
            "updated_at": now,
            "closure": closure.SerializeToString(),
        }
        with self._context.store.write() as connection:
            require_active(connection, self._context, request.id.project, request.id.domain)
            if insert_new(connection, tasks, values) is None:
                self._refuse(connection, compiled, fingerprint)
            remember_name(connection, request.id, now)
            remember_description(connection, request.id, request.spec.description, now)
        return admin.TaskCreateResponse()

    def get(self, request: admin.ObjectGetRequest, call: Call) -> admin.Task:
        """One version."""
        require_identifier(request.id, core.ResourceType.TASK)
        with self._context.store.read() as connection:
            row = connection.execute(select(*_COLUMNS).filter_by(**entity_key(request.id))).one_or_none()
        if row is None:
            raise missing_identifier(request.id)
        return _task(row)

    def list(self, request: admin.ResourceListRequest, call: Call) -> admin.TaskList:
        """Versions of tasks in a project and domain, or of one name."""
        page = read_list(self._context, _LIST, named_scope(tasks, request.id), request)
        return admin.TaskList(tasks=[_task(row) for row in page.rows], token=page.token)

    def _refuse(self, connection: Connection, compiled: core.CompiledTask, fingerprint: bytes) -> None:
        query = select(tasks.c.digest, tasks.c.closure).filter_by(**entity_key(compiled.template.id))
        old = connection.execute(query).one()
        if old.digest == fingerprint:
            raise identical("task", compiled)
        raise different("task", admin.TaskClosure.FromString(old.closure).compiled_task, compiled)


def load_tasks(connection: Connection, identifiers: Iterable[core.Identifier]) -> "list[core.CompiledTask]":
    """The compiled tasks with these ids, in that order. Raises NotFound for the first that is missing."""
    wanted = list(identifiers)
    found: dict[tuple[str, ...], core.CompiledTask] = {}
    for start in range(0, len(wanted), _BATCH):
        keys = [tuple(entity_key(each).values()) for each in wanted[start : start + _BATCH]]
        query = select(*_COLUMNS).where(tuple_(*(tasks.c[name] for name in ENTITY_KEY)).in_(keys))
        for row in connection.execute(query):
            found[tuple(row[:4])] = admin.TaskClosure.FromString(row.closure).compiled_task
    for each in wanted:
        if tuple(entity_key(each).values()) not in found:
            raise missing_identifier(each)
    return [found[tuple(entity_key(each).values())] for each in wanted]


def _task(row: Row[Any]) -> admin.Task:
    found = admin.Task(id=identifier_from(core.ResourceType.TASK, row._mapping), short_description=row.short_description)
    found.closure.MergeFromString(row.closure)
    return found
