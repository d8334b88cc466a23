"""One family of types: how its values become literals, plain data and back.

*Plain data* is what JSON can say (dicts, lists, strings, numbers, ``None``): the inside of a dataclass, a msgpack binary, an
input file. A family converts between values and both.
"""

from __future__ import annotations

import reprlib
from typing import Any, Generic, TypeVar

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext

T = TypeVar("T")


class TypeTransformer(Generic[T]):
    """A family. Subclasses must give ``name``, ``literal_type`` and the four conversions; the rest has a sensible default.

    ``name`` is the tag of the family's variants inside unions; other Flyte components compare it, so it is part of the wire.
    """

    name: str
    reads_annotations = False
    """Whether the family wants ``Annotated[T, ...]`` whole, because its annotations say how T travels (columns, batch size)."""

    def literal_type(self, python_type: Any) -> core.LiteralType:
        """The wire's type. Raises FlyteTypeException when values of ``python_type`` cannot travel."""
        raise mismatch_of_family(self, "no literal type", python_type)

    def fits(self, value: Any, python_type: Any) -> bool:
        """Whether ``value`` is exactly of this type; decides between the variants of a union before anything is converted."""
        return isinstance(python_type, type) and isinstance(value, python_type)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        """The literal of a value. Raises FlyteTypeException when the value is not of the type."""
        raise mismatch_of_family(self, "no literals", python_type)

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> T:
        """The value of a literal. Raises FlyteTypeException when the literal holds something else."""
        raise mismatch_of_family(self, "no values", python_type)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        """The value as plain data, as it stands inside a dataclass."""
        raise mismatch_of_family(self, "no form inside dataclasses", python_type)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> T:
        """The value of plain data."""
        raise mismatch_of_family(self, "no form inside dataclasses", python_type)

    def schema(self, python_type: Any) -> dict[str, Any]:
        """The JSON schema (draft 2020-12) of the plain data."""
        raise mismatch_of_family(self, "no JSON schema", python_type)

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        """A Python type for a literal type of this family, or ``None`` when it is not of this family."""
        return None


def mismatch_of_family(transformer: TypeTransformer[Any], what: str, python_type: Any) -> FlyteTypeException:
    """The error for something that a family cannot do at all."""
    return FlyteTypeException(f"{name_of(python_type)} has {what} (family {transformer.name!r})")


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


def name_of(python_type: Any) -> str:
    """A type for people: ``int``, ``list[str]``, ``my_module.Point``."""
    if isinstance(python_type, type) and not hasattr(python_type, "__args__"):
        module = python_type.__module__
        return python_type.__qualname__ if module in ("builtins", "__main__") else f"{module}.{python_type.__qualname__}"
    return str(python_type).replace("typing.", "")
