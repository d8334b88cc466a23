"""``typing.Literal["a", "b"]``: one of a few values of one simple type, which the annotation of the literal type lists."""

from __future__ import annotations

from typing import Any, Literal, get_args

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.registry import find, register
from glidepath.types.transformer import TypeTransformer, mismatch, name_of

_ANNOTATION = "literal_values"
_BASES = (int, float, str, bool)


class LiteralTransformer(TypeTransformer[Any]):
    """Values of a ``typing.Literal``; all of one simple type."""

    name = "LiteralTypeTransformer"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        base = _base(python_type)
        literal_type = find(base).literal_type(base)
        literal_type.annotation.annotations.update({_ANNOTATION: list(get_args(python_type))})
        return literal_type

    def fits(self, value: Any, python_type: Any) -> bool:
        return any(value == choice and type(value) is type(choice) for choice in get_args(python_type))

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return self.fits(plain, python_type)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        base = _base(python_type)
        return find(base).to_literal(self._choice(value, python_type), base, literal_type, ctx)

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        base = _base(python_type)
        return self._choice(find(base).to_python(literal, base, ctx), python_type)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        return self._choice(value, python_type)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        return self._choice(plain, python_type)

    def schema(self, python_type: Any) -> dict[str, Any]:
        return {"enum": list(get_args(python_type))}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.WhichOneof("type") != "simple" or _ANNOTATION not in literal_type.annotation.annotations:
            return None
        is_int = literal_type.simple == core.SimpleType.INTEGER  # a protobuf struct knows no whole numbers
        values: Any = literal_type.annotation.annotations[_ANNOTATION]
        return Literal[tuple(int(value) if is_int else value for value in values)]

    def _choice(self, value: Any, python_type: Any) -> Any:
        if not self.fits(value, python_type):
            choices = ", ".join(repr(choice) for choice in get_args(python_type))
            raise FlyteTypeException(mismatch(value, python_type).message, hint=f"choices: {choices}")
        return value


def _base(python_type: Any) -> Any:
    """The one simple type of all choices. Raises FlyteTypeException for a mixture or for another type."""
    kinds = {type(choice) for choice in get_args(python_type)}
    base = kinds.pop()
    if kinds or base not in _BASES:
        raise FlyteTypeException(
            f"{name_of(python_type)} cannot travel: its choices must all be str, or all int, float or bool",
            hint="use a Union of several Literal types, or an Enum",
        )
    return base


register(LiteralTransformer(), Literal)
