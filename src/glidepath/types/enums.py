"""Enums with text values."""

from __future__ import annotations

import enum
from typing import Any

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.plain import from_plain_literal
from glidepath.types.registry import register
from glidepath.types.transformer import TypeTransformer, is_class, mismatch, name_of


class EnumTransformer(TypeTransformer[enum.Enum]):
    """One of a fixed set of texts. Inside a dataclass the values may be of any plain type."""

    name = "DefaultEnumTransformer"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        values = [member.value for member in python_type]
        if not values or not all(isinstance(value, str) for value in values):
            raise FlyteTypeException(
                f"the enum {name_of(python_type)} cannot travel: its values must be text",
                hint='write its members as NAME = "name"',
            )
        return core.LiteralType(enum_type=core.EnumType(values=values))

    def fits(self, value: Any, python_type: Any) -> bool:
        return type(value) is python_type

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return any(member.value == plain for member in python_type)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        member = self._member(value, python_type)
        return core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value=member.value)))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> enum.Enum:
        if literal.scalar.primitive.WhichOneof("value") == "string_value":
            return self._member(literal.scalar.primitive.string_value, python_type)
        found: enum.Enum = from_plain_literal(self, literal, python_type, ctx)
        return found

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        return self._member(value, python_type).value

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> enum.Enum:
        return self._member(plain, python_type)

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"enum": [member.value for member in python_type]}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.WhichOneof("type") != "enum_type":
            return None
        return enum.Enum("DynamicEnum", {value: value for value in literal_type.enum_type.values})

    def _member(self, value: Any, python_type: Any) -> enum.Enum:
        """The member that a value is or stands for. Raises FlyteTypeException naming the choices."""
        try:
            member: enum.Enum = python_type(value)
        except ValueError as error:
            choices = ", ".join(str(member.value) for member in python_type)
            raise FlyteTypeException(mismatch(value, python_type).message, hint=f"choices: {choices}") from error
        return member


def is_enum(python_type: Any) -> bool:
    """Whether a type is an enum class."""
    return is_class(python_type) and issubclass(python_type, enum.Enum)


register(EnumTransformer(), accepts=is_enum)
