"""Schemas of classes that may hold themselves: told inline, or once under ``$defs`` and referred to."""

from __future__ import annotations

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass, field
from typing import Any


@dataclass
class _Walk:
    """One walk from a root class: classes being told, those that turned out to hold themselves, and their definitions."""

    open: list[type] = field(default_factory=list)
    recursive: set[type] = field(default_factory=set)
    definitions: dict[str, Any] = field(default_factory=dict)


_walk: ContextVar[_Walk | None] = ContextVar("glidepath_schema_walk", default=None)


def inline_or_reference(python_type: type, describe: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    """The schema that ``describe`` tells; for a class that holds itself, ``{"$ref": "#/$defs/<name>"}``.

    The outermost schema carries the ``$defs``.
    """
    walk = _walk.get()
    if walk is not None:
        return _tell(walk, python_type, describe)
    walk = _Walk()
    token = _walk.set(walk)
    try:
        schema = _tell(walk, python_type, describe)
    finally:
        _walk.reset(token)
    return {"$defs": walk.definitions, **schema} if walk.definitions else schema


def _tell(walk: _Walk, python_type: type, describe: Callable[[], dict[str, Any]]) -> dict[str, Any]:
    reference = {"$ref": f"#/$defs/{python_type.__name__}"}
    if python_type in walk.open:
        walk.recursive.add(python_type)
        return reference
    walk.open.append(python_type)
    try:
        schema = describe()
    finally:
        walk.open.pop()
    if python_type not in walk.recursive:
        return schema
    walk.definitions[python_type.__name__] = schema
    return reference
