"""Lists of the catalog: equality filters, and pages by offset, as stock clients ask for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import ColumnElement, Connection, Row, Select, exists, select

from glidepath.admin.errors import InvalidArgument
from glidepath.admin.store.schema import artifact_tags, artifacts, datasets
from glidepath.idl import datacatalog

ARTIFACT = tuple(artifacts.c[name] for name in ("id", "artifact_id", "created_at", "gone", "data_uri", "artifact", "data"))
_DEFAULT_LIMIT = 50


def datasets_page(
    connection: Connection, filters: datacatalog.FilterExpression, page: datacatalog.PaginationOptions
) -> tuple[Sequence[Row[Any]], str]:
    """One page of datasets (id, dataset), and the token of the next; empty when this is the last."""
    conditions: list[ColumnElement[bool]] = []
    for each in filters.filters:
        kind = each.WhichOneof("property_filter")
        if kind != "dataset_filter":
            raise InvalidArgument(f"datasets cannot be filtered by {kind}")
        name = each.dataset_filter.WhichOneof("property")
        if name not in datasets.c:
            raise InvalidArgument(f"datasets cannot be filtered by {name}")
        conditions.append(datasets.c[name] == getattr(each.dataset_filter, name))
    query = select(datasets.c.id, datasets.c.dataset).where(*conditions)
    return _page(connection, query, datasets, page)


def artifacts_page(
    connection: Connection, dataset: int, filters: datacatalog.FilterExpression, page: datacatalog.PaginationOptions
) -> tuple[Sequence[Row[Any]], str]:
    """One page of a dataset's artifacts with all data (:data:`ARTIFACT`), and the token of the next."""
    conditions = [artifacts.c.dataset_id == dataset, artifacts.c.gone == ""]
    for each in filters.filters:
        kind = each.WhichOneof("property_filter")
        if kind == "artifact_filter":
            conditions.append(artifacts.c.artifact_id == each.artifact_filter.artifact_id)
        elif kind == "tag_filter":
            tagged = (artifact_tags.c.artifact_row == artifacts.c.id, artifact_tags.c.tag_name == each.tag_filter.tag_name)
            conditions.append(exists().where(*tagged))
        else:
            raise InvalidArgument(f"artifacts cannot be filtered by {kind}")
    return _page(connection, select(*ARTIFACT).where(*conditions), artifacts, page)


def _page(
    connection: Connection, query: Select[Any], table: Any, page: datacatalog.PaginationOptions
) -> tuple[Sequence[Row[Any]], str]:
    if page.token and not page.token.isdecimal():
        raise InvalidArgument(f"invalid token {page.token}")
    offset, limit = int(page.token or 0), page.limit or _DEFAULT_LIMIT
    ascending = page.sortOrder == datacatalog.PaginationOptions.ASCENDING
    columns = (table.c.created_at, table.c.id)
    ordered = query.order_by(*(column.asc() if ascending else column.desc() for column in columns))
    rows = connection.execute(ordered.offset(offset).limit(limit + 1)).all()
    return rows[:limit], str(offset + limit) if len(rows) > limit else ""
