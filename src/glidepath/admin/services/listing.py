"""List requests on the way to :mod:`glidepath.admin.store.paging`: what their ids and filters mean."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Column, ColumnElement, Table

from glidepath.admin.services.context import Context
from glidepath.admin.store import filters
from glidepath.admin.store.entities import Entity
from glidepath.admin.store.paging import Listing, Page, read_page
from glidepath.admin.validation import require_scope
from glidepath.idl import admin


class PageRequest(Protocol):
    """The fields that every list request has."""

    @property
    def limit(self) -> int: ...
    @property
    def token(self) -> str: ...
    @property
    def filters(self) -> str: ...
    @property
    def sort_by(self) -> admin.Sort: ...


def named_scope(table: Table, identifier: admin.NamedEntityIdentifier) -> list[ColumnElement[bool]]:
    """Conditions for all versions in a project and domain, or of one name if the id has one."""
    require_scope(identifier.project, identifier.domain)
    scope = [table.c.project == identifier.project, table.c.domain == identifier.domain]
    return [*scope, table.c.name == identifier.name] if identifier.name else scope


def active_unless_asked(request: PageRequest, entity: Entity, active: int = 0) -> list[ColumnElement[bool]]:
    """Archived rows stay out of a list unless one of its filters is about ``state``."""
    asked = filters.mentions(filters.parse(request.filters), entity, "state")
    return [] if asked else [entity.table.c.state == active]


@dataclass(frozen=True)
class ListOf:
    """One list RPC: its name for errors, what it lists, which columns its answers need, and its order by default."""

    rpc: str
    entity: Entity
    columns: Sequence[Column[Any]]
    default_sort: str = "created_at"


def read_list(context: Context, what: ListOf, scope: Sequence[ColumnElement[bool]], request: PageRequest) -> Page:
    """One page of the rows in ``scope`` that a request's filters hold for, in its order."""
    listing = Listing(
        rpc=what.rpc,
        entity=what.entity,
        columns=what.columns,
        scope=scope,
        terms=filters.parse(request.filters),
        limit=request.limit,
        token=request.token,
        sort_by=request.sort_by,
        default_sort=what.default_sort,
    )
    with context.store.read() as connection:
        return read_page(connection, listing)
