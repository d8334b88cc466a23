"""Description entities: what a task or workflow says of itself, kept per version."""

from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, select

from glidepath.admin.errors import missing_identifier
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.listing import ListOf, named_scope, read_list
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.entities import DESCRIPTION
from glidepath.admin.store.rows import entity_key, identifier_from
from glidepath.admin.store.schema import description_entities
from glidepath.admin.validation import require_identifier
from glidepath.idl import admin, core

_TABLE = description_entities
_COLUMNS = tuple(c for c in _TABLE.c if c.name not in ("id", "created_at", "updated_at"))
_LIST = ListOf("ListDescriptionEntities", DESCRIPTION, _COLUMNS)
_MAX_SHORT = 4_000


def short_description(description: admin.DescriptionEntity) -> str:
    """What of a description stands on the row of its task or workflow: at most 4,000 characters."""
    return description.short_description[:_MAX_SHORT]


def remember_description(
    connection: Connection, identifier: core.Identifier, description: admin.DescriptionEntity, now: datetime
) -> None:
    """Keep a version's description, if it says anything."""
    if not description.ByteSize():
        return
    values = {
        "resource_type": identifier.resource_type,
        **entity_key(identifier),
        "short_description": short_description(description),
        "link": description.source_code.link,
        "long_description": description.long_description.SerializeToString(),
        "created_at": now,
        "updated_at": now,
    }
    insert_new(connection, _TABLE, values)


class Descriptions:
    """GetDescriptionEntity and ListDescriptionEntities."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"GetDescriptionEntity": self.get, "ListDescriptionEntities": self.list}

    def get(self, request: admin.ObjectGetRequest, call: Call) -> admin.DescriptionEntity:
        """The description of one version."""
        require_identifier(request.id, request.id.resource_type)
        key = {"resource_type": request.id.resource_type, **entity_key(request.id)}
        with self._context.store.read() as connection:
            row = connection.execute(select(*_COLUMNS).filter_by(**key)).one_or_none()
        if row is None:
            raise missing_identifier(request.id)
        return _entity(row)

    def list(self, request: admin.DescriptionEntityListRequest, call: Call) -> admin.DescriptionEntityList:
        """Descriptions of a kind in a project and domain, or of one name."""
        scope = [_TABLE.c.resource_type == request.resource_type, *named_scope(_TABLE, request.id)]
        page = read_list(self._context, _LIST, scope, request)
        return admin.DescriptionEntityList(descriptionEntities=[_entity(row) for row in page.rows], token=page.token)


def _entity(row: Row[Any]) -> admin.DescriptionEntity:
    found = admin.DescriptionEntity(
        id=identifier_from(row.resource_type, row._mapping), short_description=row.short_description
    )
    found.long_description.MergeFromString(row.long_description)
    if row.link:
        found.source_code.link = row.link
    return found
