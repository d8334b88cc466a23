"""Conditions of a ``conditional``: comparisons of outputs and inputs, joined by ``&`` and ``|``; they have no value yet.

An engine compares values of one type only, and neither lists nor structures (reference: engine.md, 1.7); what is sure to fail
there is refused here, with the user's line.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from enum import Enum
from typing import TYPE_CHECKING, Any, NoReturn

from glidepath.authoring.places import caller
from glidepath.errors import FlyteAssertion, FlyteTypeException
from glidepath.idl import core, kinds
from glidepath.types import current, literal_type_of, to_literal

if TYPE_CHECKING:
    from glidepath.authoring.promises import Promise

UNARY_HINT = "compare each first, in brackets: (x > 1) & flag.is_true()"
_CONSTANTS = (bool, int, float, str, datetime, date, timedelta)
_EQUALITY = ("EQ", "NEQ")
_SIGNS = {"EQ": "==", "NEQ": "!=", "GT": ">", "GTE": ">=", "LT": "<", "LTE": "<="}


class Expression:
    """A condition that has no value yet."""

    __slots__ = ()

    def promises(self) -> Iterator[Promise]:
        """What is compared, from left to right, with repetitions."""
        raise FlyteAssertion(f"{type(self).__name__} compares nothing")

    def __and__(self, other: object) -> Conjunction:
        return _joined("AND", self, other)

    def __or__(self, other: object) -> Conjunction:
        return _joined("OR", self, other)

    def __rand__(self, other: object) -> Conjunction:
        return _joined("AND", other, self)

    def __ror__(self, other: object) -> Conjunction:
        return _joined("OR", other, self)

    def __bool__(self) -> NoReturn:
        raise FlyteAssertion(
            f"{self!r} is decided when the workflow runs, so it cannot be tested now (if, and, or, not, 1 < x < 3)",
            where=str(caller()),
            hint="give it to conditional(...).if_(...); join comparisons with & and |, each in brackets: (x > 1) & (x < 3)",
        )

    def __invert__(self) -> NoReturn:
        raise FlyteAssertion(
            f"~ cannot turn {self!r} round", where=str(caller()), hint="write the opposite comparison: != for ==, <= for >"
        )


class Comparison(Expression):
    """``left <operator> right``; the right side is another promise or a constant."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, left: Promise, operator: str, right: Promise | core.Scalar) -> None:
        self.left = left
        self.operator = operator
        self.right = right

    def promises(self) -> Iterator[Promise]:
        yield self.left
        if not isinstance(self.right, core.Scalar):
            yield self.right

    def __repr__(self) -> str:
        right = _shown(self.right) if isinstance(self.right, core.Scalar) else repr(self.right)
        return f"{self.left!r} {_SIGNS[self.operator]} {right}"


class Conjunction(Expression):
    """Two conditions joined by AND or OR."""

    __slots__ = ("left", "operator", "right")

    def __init__(self, left: Expression, operator: str, right: Expression) -> None:
        self.left = left
        self.operator = operator
        self.right = right

    def promises(self) -> Iterator[Promise]:
        yield from self.left.promises()
        yield from self.right.promises()

    def __repr__(self) -> str:
        return f"({self.left!r}) {'&' if self.operator == 'AND' else '|'} ({self.right!r})"


def _joined(operator: str, left: object, right: object) -> Conjunction:
    if isinstance(left, Expression) and isinstance(right, Expression):
        return Conjunction(left, operator, right)
    other = right if isinstance(left, Expression) else left
    raise FlyteAssertion(f"& and | join comparisons, and {other!r} is none", where=str(caller()), hint=UNARY_HINT)


def compared(left: Promise, operator: str, other: object) -> Comparison:
    """The comparison of a promise with a promise or a constant; ``operator`` is a name of flyteidl's operators.

    Raises FlyteTypeException where the types are known and an engine would refuse them, or where the constant is of a type
    that conditions do not know.
    """
    if isinstance(other, type(left)):
        _check(left, operator, other._type, repr(other))
        return Comparison(left, operator, other)
    if other is None:
        if operator not in _EQUALITY:
            raise FlyteTypeException(f"{left!r} {_SIGNS[operator]} None: None can only be equal or not", where=str(caller()))
        return Comparison(left, operator, core.Scalar(none_type=core.Void()))
    value = _as_float(left, other.value if isinstance(other, Enum) else other)
    if type(value) not in _CONSTANTS:
        raise FlyteTypeException(
            f"{left!r} cannot be compared with {value!r} of type {type(value).__name__}",
            where=str(caller()),
            hint="conditions compare numbers, texts, booleans, enums, times and durations; compare others in a task",
        )
    literal_type = literal_type_of(type(value))
    _check(left, operator, literal_type, repr(value))
    return Comparison(left, operator, to_literal(value, type(value), literal_type, current()).scalar)


def _check(left: Promise, operator: str, other: core.LiteralType | None, shown: str) -> None:
    """Raises FlyteTypeException for types that are known and cannot be compared."""
    kinds_of = [_kind(each) for each in (left._type, other) if each is not None]
    if None in kinds_of:
        raise _incomparable(left, other, shown)
    if len(set(kinds_of)) == 2:
        from glidepath.types.description import describe

        raise FlyteTypeException(
            f"{left!r} is {describe(left._type)}, and {shown} is {describe(other)}; conditions compare values of one type",  # type: ignore[arg-type]
            where=str(caller()),
            hint="make both of one type in a task",
        )
    if kinds_of and kinds_of[0] == kinds.SimpleType.BOOLEAN and operator not in _EQUALITY:
        raise FlyteTypeException(f"{left!r} {_SIGNS[operator]} {shown}: booleans can only be equal or not", where=str(caller()))


def _kind(literal_type: core.LiteralType) -> int | None:
    """The primitive that values of a type are; ``None`` for types whose values are none."""
    which = literal_type.WhichOneof("type")
    if which == "enum_type":
        return kinds.SimpleType.STRING
    if which == "simple" and literal_type.simple in _COMPARABLE:
        return literal_type.simple
    return None


_COMPARABLE = (
    kinds.SimpleType.INTEGER,
    kinds.SimpleType.FLOAT,
    kinds.SimpleType.STRING,
    kinds.SimpleType.BOOLEAN,
    kinds.SimpleType.DATETIME,
    kinds.SimpleType.DURATION,
)


def _incomparable(left: Promise, other: core.LiteralType | None, shown: str) -> FlyteTypeException:
    from glidepath.types.description import describe

    is_left = left._type is not None and _kind(left._type) is None
    subject, literal_type = (repr(left), left._type) if is_left else (shown, other)
    union = literal_type is not None and literal_type.WhichOneof("type") == "union_type"
    return FlyteTypeException(
        f"{subject} is {describe(literal_type)}, which a condition cannot compare",  # type: ignore[arg-type]
        where=str(caller()),
        hint="of an optional value only is_none() can be asked; a task with a default gives a value that is there"
        if union
        else "conditions compare numbers, texts, booleans, enums, times and durations: compare a field, or write a task",
    )


def _as_float(left: Promise, value: Any) -> Any:
    """``x > 0`` of a float means ``x > 0.0``: an engine compares values of one type. A number that would change stays."""
    is_float = left._type is not None and left._type.simple == kinds.SimpleType.FLOAT
    return float(value) if is_float and type(value) is int and float(value) == value else value


def _shown(scalar: core.Scalar) -> str:
    if scalar.HasField("none_type"):
        return "None"
    kind = scalar.primitive.WhichOneof("value") or ""
    value = getattr(scalar.primitive, kind)
    return repr(value.ToJsonString() if kind in ("datetime", "duration") else value)
