"""The four questions that the rest of Glidepath asks of types: wire type, literal, value, and a guess of the Python type."""

from __future__ import annotations

from typing import Any

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.registry import find, transformers


def literal_type_of(python_type: Any) -> core.LiteralType:
    """The wire's type of a Python type; a fresh message. Raises FlyteTypeException for what cannot travel.

    Example::

        >>> literal_type_of(list[int]).collection_type.simple == core.SimpleType.INTEGER
        True
    """
    return find(python_type).literal_type(python_type)


def to_literal(value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
    """The literal of a value. Raises FlyteTypeException when ``value`` is not of ``python_type``."""
    return find(python_type).to_literal(value, python_type, literal_type, ctx)


def to_python(literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
    """The value of a literal, as ``python_type``. An offloaded literal is fetched first.

    Raises FlyteTypeException when the literal holds something else, FlyteDataNotFoundException when its bytes are gone.
    """
    if literal.HasField("offloaded_metadata"):
        literal = core.Literal.FromString(ctx.storage.get(literal.offloaded_metadata.uri))
    return find(python_type).to_python(literal, python_type, ctx)


def guess_python_type(literal_type: core.LiteralType) -> Any:
    """A Python type for a literal type that comes without one (fetched from a control plane, read from a file).

    Raises FlyteTypeException when no family knows the literal type.
    """
    for transformer in transformers():
        guessed = transformer.guess(literal_type)
        if guessed is not None:
            return guessed
    raise FlyteTypeException(f"no Python type is known for the literal type {literal_type.WhichOneof('type') or '(empty)'}")
