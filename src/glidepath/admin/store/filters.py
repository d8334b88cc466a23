"""Filter expressions of list requests, turned into SQL conditions.

An expression is terms ``function(field,value)`` joined by ``+``; a field may be prefixed by another entity
(``workflow.name``), which narrows by the rows that this entity points at. Reference: flytectl-and-admin.md, B4.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timezone
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import BigInteger, Boolean, Column, ColumnElement, Connection, Integer, false, select, tuple_

from glidepath.admin.config import duration
from glidepath.admin.errors import InvalidArgument, invalid_value
from glidepath.admin.store.entities import Entity
from glidepath.admin.store.schema import Instant

_TERM = re.compile(r"(\w+)\(([\w.]+),\s?(.+)\)")
_NANOSECONDS = 1_000_000_000

_COMPARE: Mapping[str, Callable[[Column[Any], Any], ColumnElement[bool]]] = {
    "eq": lambda column, value: column == value,
    "ne": lambda column, value: column != value,
    "gt": lambda column, value: column > value,
    "gte": lambda column, value: column >= value,
    "lt": lambda column, value: column < value,
    "lte": lambda column, value: column <= value,
}
_LIKE: Mapping[str, Callable[[Column[Any], str], ColumnElement[bool]]] = {
    "contains": lambda column, value: column.contains(value, autoescape=True),
    "not_like": lambda column, value: ~column.contains(value, autoescape=True),
}
_LISTS: Mapping[str, Callable[[Column[Any], Sequence[Any]], ColumnElement[bool]]] = {
    "value_in": lambda column, values: column.in_(values),
    "value_not_in": lambda column, values: column.not_in(values),
}


@dataclass(frozen=True)
class Term:
    """One ``function(field,value)``; ``entity`` is the field's prefix, empty for the listed entity itself."""

    function: str
    entity: str
    field: str
    value: str


def parse(expression: str) -> tuple[Term, ...]:
    """The terms of an expression; none for an empty one. Raises InvalidArgument for bad syntax or an unknown function."""
    return tuple(_term(text) for text in expression.split("+")) if expression else ()


def mentions(terms: Sequence[Term], entity: Entity, field: str) -> bool:
    """Whether a term is about ``field`` of the listed entity itself, under whichever name."""
    return any(term.field == field and _is_own(term, entity) for term in terms)


def _is_own(term: Term, entity: Entity) -> bool:
    link = entity.links.get(term.entity)
    return term.entity in ("", entity.name) or (link is not None and link.entity.table is entity.table)


def conditions(connection: Connection, terms: Sequence[Term], entity: Entity) -> list[ColumnElement[bool]]:
    """SQL conditions for the rows of ``entity`` that every term holds for.

    Terms about the same other entity must hold for the same row of it. Raises InvalidArgument for a field or an entity that
    cannot be filtered by, and for a value that does not fit its column.
    """
    found = []
    others: dict[str, list[Term]] = {}
    for term in terms:
        if term.entity in ("", entity.name):
            found.append(_condition(term, entity))
        elif term.entity in entity.links:
            others.setdefault(term.entity, []).append(term)
        else:
            raise InvalidArgument(f"'{term.entity}' entity is not allowed in filters")
    for name, group in others.items():
        found += _linked(connection, entity, name, group)
    return found


def _linked(connection: Connection, entity: Entity, name: str, terms: Sequence[Term]) -> list[ColumnElement[bool]]:
    """Conditions for rows whose ``name`` fits. The few rows that fit are looked up first, if they are few.

    One row, and its id is a constant, so that an index gives the listed rows in their order; none, and the list is empty at
    once. Of many, what is copied into the listed table serves as that constant.
    """
    link = entity.links[name]
    there = [link.entity.table.c[column] for column in link.there]
    here = [entity.table.c[column] for column in link.here]
    inner = select(*there).where(*(_condition(term, link.entity) for term in terms))
    sample = connection.execute(inner.limit(2)).all()
    if not sample:
        return [false()]
    if len(sample) == 1:
        return [column == value for column, value in zip(here, sample[0], strict=True)]
    copied = [
        replace(term, entity="", field=entity.copies[f"{name}.{term.field}"]) for term in terms if _is_copied(term, entity)
    ]
    narrowed = [_condition(term, entity) for term in copied]
    if len(copied) == len(terms):
        return narrowed
    return [*narrowed, here[0].in_(inner) if len(here) == 1 else tuple_(*here).in_(inner)]


def _is_copied(term: Term, entity: Entity) -> bool:
    return f"{term.entity}.{term.field}" in entity.copies


def _term(text: str) -> Term:
    match = _TERM.fullmatch(text.strip())
    if not match:
        raise invalid_value("filters")
    function, path, value = match.groups()
    if function not in {*_COMPARE, *_LIKE, *_LISTS}:
        raise InvalidArgument(f"unrecognized filter function: {function}")
    entity, _, field = path.rpartition(".")
    return Term(function, entity, field, value)


def _condition(term: Term, entity: Entity) -> ColumnElement[bool]:
    column = entity.column(term.field)
    if column is None:
        raise InvalidArgument(f"'{entity.name}.{term.field}' is invalid filter")
    if term.function in _LIKE:
        return _LIKE[term.function](column, term.value)
    if term.function in _LISTS:
        return _LISTS[term.function](column, [_value(column, part) for part in term.value.split(";")])
    return _COMPARE[term.function](column, _value(column, term.value))


def _value(column: Column[Any], text: str) -> Any:
    try:
        return _typed(column, text)
    except ValueError:
        raise InvalidArgument(f"invalid value for filters: {text!r} does not fit {column.name}") from None


def _typed(column: Column[Any], text: str) -> Any:
    if isinstance(column.type, Instant):
        stamp = Timestamp()
        stamp.FromJsonString(text)
        return stamp.ToDatetime(tzinfo=timezone.utc)
    if column.name == "duration":
        return _nanoseconds(text)
    if isinstance(column.type, Boolean):
        return {"true": True, "false": False}[text.lower()] if text.lower() in ("true", "false") else bool(int(text))
    if isinstance(column.type, (Integer, BigInteger)):
        return int(text)
    return text


def _nanoseconds(text: str) -> int:
    try:
        return int(float(text) * _NANOSECONDS)
    except ValueError:
        return int(duration(text).total_seconds() * _NANOSECONDS)
