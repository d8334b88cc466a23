"""Lists, a page at a time, by key: a token holds the last row's sort value and id, so page 1,000 costs what page 1 costs.

A token that is a decimal number is still taken as an offset, since stock flytectl computes its own. Rows without a sort value
come last when ascending and first when descending, as in Postgres, on every database: a list over a column that can be
empty is read as two ranges, so that an index serves both.
"""

import base64
import binascii
import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Column, ColumnElement, Connection, Row, Select, select, tuple_

from glidepath.admin.errors import InvalidArgument, invalid_value
from glidepath.admin.store import filters
from glidepath.admin.store.entities import Entity
from glidepath.idl import admin

MAX_LIMIT = 10_000
_DEFAULT_SORT = "created_at"


@dataclass(frozen=True)
class Listing:
    """What one list request asks: which columns of which rows, in which order, from where on.

    ``rpc`` names the list in errors; ``scope`` are the conditions that the request's id implies; ``terms`` the parsed filters.
    """

    rpc: str
    entity: Entity
    columns: Sequence[Column[Any]]
    scope: Sequence[ColumnElement[bool]]
    terms: Sequence[filters.Term]
    limit: int
    token: str
    sort_by: admin.Sort
    default_sort: str = _DEFAULT_SORT


@dataclass(frozen=True)
class Page:
    """One page: rows with the listing's columns by name, and the token of the next page, empty when this is the last."""

    rows: Sequence[Row[Any]]
    token: str


@dataclass(frozen=True)
class _Order:
    column: Column[Any]
    id: Column[Any]
    descending: bool

    @property
    def name(self) -> str:
        return f"{self.column.name}{'-' if self.descending else ''}"

    def by(self, *columns: Column[Any]) -> list[ColumnElement[Any]]:
        return [column.desc() if self.descending else column.asc() for column in columns]

    def after(self, columns: Sequence[Column[Any]], values: Sequence[Any]) -> ColumnElement[bool]:
        left: Any = tuple_(*columns) if len(columns) > 1 else columns[0]
        right: Any = tuple_(*values) if len(columns) > 1 else values[0]
        condition: ColumnElement[bool] = left < right if self.descending else left > right
        return condition


@dataclass(frozen=True)
class _Cursor:
    value: Any
    id: int


def read_page(connection: Connection, listing: Listing) -> Page:
    """The page that ``listing`` asks for. Raises InvalidArgument for a bad limit, token, filter or sort key."""
    if listing.limit <= 0:
        raise invalid_value("limit")
    limit = min(listing.limit, MAX_LIMIT)
    order = _order(listing)
    query = (
        select(*listing.columns, order.column.label("page_value"), order.id.label("page_id"))
        .where(*listing.scope)
        .where(*filters.conditions(connection, listing.terms, listing.entity))
    )
    if listing.token.isdecimal():
        rows = _by_offset(connection, query, order, int(listing.token), limit + 1)
    else:
        rows = _by_key(connection, query, order, _cursor(listing, order), limit + 1)
    more = len(rows) > limit
    return Page(rows[:limit], _token(order, rows[limit - 1]) if more else "")


def _order(listing: Listing) -> _Order:
    key = listing.sort_by.key or listing.default_sort
    column = listing.entity.column(key)
    if column is None:
        raise InvalidArgument(f"invalid sort key '{key}'")
    descending = bool(listing.sort_by.key) and listing.sort_by.direction == admin.Sort.DESCENDING
    return _Order(column, listing.entity.table.c.id, descending)


def _by_offset(connection: Connection, query: Select[Any], order: _Order, offset: int, limit: int) -> list[Row[Any]]:
    empty_last = [order.column.is_(None)] if order.column.nullable else []
    ordering = [*(e.desc() if order.descending else e.asc() for e in empty_last), *order.by(order.column, order.id)]
    return list(connection.execute(query.order_by(*ordering).offset(offset).limit(limit)))


def _by_key(connection: Connection, query: Select[Any], order: _Order, cursor: _Cursor | None, limit: int) -> list[Row[Any]]:
    if not order.column.nullable:
        return list(connection.execute(_filled(query, order, cursor).limit(limit)))
    filled_first = not order.descending
    rows: list[Row[Any]] = []
    for filled in (filled_first, not filled_first):
        here = cursor if cursor and (cursor.value is not None) == filled else None
        passed = cursor is not None and here is None and filled == filled_first
        if passed or len(rows) == limit:
            continue
        part = _filled(query.where(order.column.is_not(None)), order, here) if filled else _empty(query, order, here)
        rows += connection.execute(part.limit(limit - len(rows)))
    return rows


def _filled(query: Select[Any], order: _Order, cursor: _Cursor | None) -> Select[Any]:
    columns = (order.column, order.id)
    query = query.order_by(*order.by(*columns))
    return query.where(order.after(columns, (cursor.value, cursor.id))) if cursor else query


def _empty(query: Select[Any], order: _Order, cursor: _Cursor | None) -> Select[Any]:
    query = query.where(order.column.is_(None)).order_by(*order.by(order.id))
    return query.where(order.after((order.id,), (cursor.id,))) if cursor else query


def _token(order: _Order, row: Row[Any]) -> str:
    value = row.page_value
    kind = "t" if isinstance(value, datetime) else "v"
    plain = value.isoformat() if isinstance(value, datetime) else value
    text = json.dumps([order.name, kind, plain, row.page_id], separators=(",", ":"))
    return "k" + base64.urlsafe_b64encode(text.encode()).decode().rstrip("=")


def _cursor(listing: Listing, order: _Order) -> _Cursor | None:
    if not listing.token:
        return None
    try:
        padded = listing.token[1:] + "=" * (-len(listing.token[1:]) % 4)
        name, kind, plain, row_id = json.loads(base64.urlsafe_b64decode(padded))
        if listing.token[0] != "k" or name != order.name or type(row_id) is not int:
            raise ValueError("a token of another list")
        return _Cursor(datetime.fromisoformat(plain) if kind == "t" else plain, row_id)
    except (ValueError, TypeError, binascii.Error):
        raise InvalidArgument(f"invalid pagination token {listing.token} for {listing.rpc}") from None
