"""One family of types: how its values become literals, plain data and back.

*Plain data* is what JSON can say (dicts, lists, strings, numbers, ``None``): the inside of a dataclass, a msgpack binary, an
input file. :class:`PlainCodec` converts values to plain data, :class:`TypeTransformer` adds literals.
"""

from __future__ import annotations

import reprlib
from typing import Any, Generic, TypeVar, get_origin

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext

T = TypeVar("T")


class PlainCodec(Generic[T]):
    """A family that can at least stand inside a dataclass: values ⇄ plain data, and the schema of that data."""

    reads_annotations = False
    """Whether the family wants ``Annotated[T, ...]`` whole, because its annotations say how T travels (columns, batch size)."""

    def fits(self, value: Any, python_type: Any) -> bool:
        """Whether ``value`` is exactly of this type; decides between the variants of a union before anything is converted."""
        return is_class(python_type) and isinstance(value, python_type)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        """Whether plain data may be of this type; decides between the variants of a union before anything is read."""
        return True

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        """The value as plain data. Raises FlyteTypeException when the value is not of the type."""
        raise FlyteTypeException(f"{name_of(python_type)} cannot stand inside a dataclass")

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> T:
        """The value of plain data. Raises FlyteTypeException when the data is of another shape."""
        raise FlyteTypeException(f"{name_of(python_type)} cannot stand inside a dataclass")

    def schema(self, python_type: Any) -> dict[str, Any]:
        """The JSON schema (draft 2020-12) of the plain data. Raises FlyteTypeException when there is none."""
        raise FlyteTypeException(f"{name_of(python_type)} has no JSON schema")


class TypeTransformer(PlainCodec[T]):
    """A family whose values travel as literals.

    ``name`` is the tag of the family's variants inside unions; other Flyte components compare it, so it is part of the wire.
    """

    name: str

    def literal_type(self, python_type: Any) -> core.LiteralType:
        """The wire's type. Raises FlyteTypeException when values of ``python_type`` cannot travel."""
        raise FlyteTypeException(f"values of type {name_of(python_type)} cannot travel")

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        """The literal of a value. Raises FlyteTypeException when the value is not of the type."""
        raise FlyteTypeException(f"values of type {name_of(python_type)} cannot travel")

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> T:
        """The value of a literal. Raises FlyteTypeException when the literal holds something else."""
        raise wrong_literal(literal, python_type)

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        """A Python type for a literal type of this family, or ``None`` when it is not of this family."""
        return None


def mismatch(value: Any, python_type: Any) -> FlyteTypeException:
    """The error for a value that is not of the type where it stands."""
    return FlyteTypeException(
        f"expected a value of type {name_of(python_type)}, got {reprlib.repr(value)} of type {name_of(type(value))}"
    )


def wrong_literal(literal: core.Literal, python_type: Any) -> FlyteTypeException:
    """The error for a literal that holds something else than the type asks for."""
    kind = literal.WhichOneof("value")
    if kind == "scalar":
        inner = literal.scalar.WhichOneof("value")
        kind = literal.scalar.primitive.WhichOneof("value") if inner == "primitive" else inner
    return FlyteTypeException(f"expected a literal of type {name_of(python_type)}, got one that holds {kind or 'nothing'}")


def is_class(python_type: Any) -> bool:
    """Whether a type is a real class: Python 3.10 takes ``list[int]`` for one."""
    return isinstance(python_type, type) and get_origin(python_type) is None


def name_of(python_type: Any) -> str:
    """A type for people: ``int``, ``list[str]``, ``my_module.Point``."""
    if python_type is type(None):
        return "None"
    if is_class(python_type):
        module = python_type.__module__
        return python_type.__qualname__ if module in ("builtins", "__main__") else f"{module}.{python_type.__qualname__}"
    return str(python_type).replace("typing.", "")
