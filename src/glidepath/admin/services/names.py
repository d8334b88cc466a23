"""Named entities: the names that versions share, with a description and a state for each.

A name gets its row with its first version, so that lists of names read one small table.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, and_, select

from glidepath.admin.errors import InvalidArgument, missing_entity
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.listing import ListOf, active_unless_asked, read_list
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.entities import NAMED_ENTITY
from glidepath.admin.store.schema import named_entity_metadata
from glidepath.admin.validation import require, require_scope
from glidepath.idl import admin, core

_TABLE = named_entity_metadata
_COLUMNS = tuple(_TABLE.c[name] for name in ("resource_type", "project", "domain", "name", "description", "state"))
_KINDS = frozenset({core.ResourceType.TASK, core.ResourceType.WORKFLOW, core.ResourceType.LAUNCH_PLAN})
GENERATED_PREFIX = ".flytegen."
"""Begins the names of workflows and launch plans that the control plane makes to run a single task."""


def remember_name(connection: Connection, identifier: core.Identifier, now: datetime) -> None:
    """Make sure that a version's name has its row."""
    generated = identifier.name.startswith(GENERATED_PREFIX)
    values = {
        "resource_type": identifier.resource_type,
        "project": identifier.project,
        "domain": identifier.domain,
        "name": identifier.name,
        "description": "",
        "state": admin.NamedEntityState.SYSTEM_GENERATED if generated else admin.NamedEntityState.NAMED_ENTITY_ACTIVE,
        "created_at": now,
        "updated_at": now,
    }
    insert_new(connection, _TABLE, values)


class NamedEntities:
    """ListNamedEntities, GetNamedEntity, UpdateNamedEntity, and the three lists of ids."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {
            "ListNamedEntities": self.list,
            "GetNamedEntity": self.get,
            "UpdateNamedEntity": self.update,
            "ListTaskIds": lambda request, call: self._ids("ListTaskIds", core.ResourceType.TASK, request),
            "ListWorkflowIds": lambda request, call: self._ids("ListWorkflowIds", core.ResourceType.WORKFLOW, request),
            "ListLaunchPlanIds": lambda request, call: self._ids("ListLaunchPlanIds", core.ResourceType.LAUNCH_PLAN, request),
        }

    def list(self, request: admin.NamedEntityListRequest, call: Call) -> admin.NamedEntityList:
        """Names of a kind in a project and domain; archived and generated ones only when a filter is about ``state``."""
        _check_kind(request.resource_type)
        require_scope(request.project, request.domain)
        scope = [
            _TABLE.c.resource_type == request.resource_type,
            _TABLE.c.project == request.project,
            _TABLE.c.domain == request.domain,
            *active_unless_asked(request, NAMED_ENTITY, admin.NamedEntityState.NAMED_ENTITY_ACTIVE),
        ]
        page = read_list(self._context, ListOf("ListNamedEntities", NAMED_ENTITY, _COLUMNS, "name"), scope, request)
        return admin.NamedEntityList(entities=[_entity(row) for row in page.rows], token=page.token)

    def get(self, request: admin.NamedEntityGetRequest, call: Call) -> admin.NamedEntity:
        """One name with its description and state."""
        _check(request.resource_type, request.id)
        query = select(*_COLUMNS).where(_is(request.resource_type, request.id))
        with self._context.store.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise _missing(request.resource_type, request.id)
        return _entity(row)

    def update(self, request: admin.NamedEntityUpdateRequest, call: Call) -> admin.NamedEntityUpdateResponse:
        """Set a name's description and state (active or archived)."""
        _check(request.resource_type, request.id)
        values = {
            "description": request.metadata.description,
            "state": request.metadata.state,
            "updated_at": self._context.clock(),
        }
        with self._context.store.write() as connection:
            found = connection.execute(_TABLE.update().where(_is(request.resource_type, request.id)).values(**values))
        if found.rowcount == 0:
            raise _missing(request.resource_type, request.id)
        return admin.NamedEntityUpdateResponse()

    def _ids(
        self, rpc: str, kind: core.ResourceType, request: admin.NamedEntityIdentifierListRequest
    ) -> admin.NamedEntityIdentifierList:
        require_scope(request.project, request.domain)
        scope = [
            _TABLE.c.resource_type == kind,
            _TABLE.c.project == request.project,
            _TABLE.c.domain == request.domain,
            _TABLE.c.state != admin.NamedEntityState.SYSTEM_GENERATED,
        ]
        page = read_list(self._context, ListOf(rpc, NAMED_ENTITY, _COLUMNS, "name"), scope, request)
        return admin.NamedEntityIdentifierList(entities=[_id(row) for row in page.rows], token=page.token)


def _check_kind(kind: core.ResourceType) -> None:
    if kind not in _KINDS:
        raise InvalidArgument(f"Cannot list named entities of type {core.ResourceType.Name(kind)}")


def _check(kind: core.ResourceType, identifier: admin.NamedEntityIdentifier) -> None:
    _check_kind(kind)
    require_scope(identifier.project, identifier.domain)
    require(identifier.name, "name")


def _is(kind: core.ResourceType, identifier: admin.NamedEntityIdentifier) -> Any:
    return and_(
        _TABLE.c.resource_type == kind,
        _TABLE.c.project == identifier.project,
        _TABLE.c.domain == identifier.domain,
        _TABLE.c.name == identifier.name,
    )


def _missing(kind: core.ResourceType, identifier: admin.NamedEntityIdentifier) -> Exception:
    return missing_entity(core.ResourceType.Name(kind), identifier)


def _id(row: Row[Any]) -> admin.NamedEntityIdentifier:
    return admin.NamedEntityIdentifier(project=row.project, domain=row.domain, name=row.name)


def _entity(row: Row[Any]) -> admin.NamedEntity:
    metadata = admin.NamedEntityMetadata(description=row.description, state=row.state)
    return admin.NamedEntity(resource_type=row.resource_type, id=_id(row), metadata=metadata)
