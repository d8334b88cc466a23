"""Conditions of branches (reference: engine.md, 1.7)."""

from __future__ import annotations

import operator
from collections.abc import Callable, Mapping
from typing import Any

from glidepath.errors import FlyteUserException
from glidepath.idl import core

_Comparison = core.ComparisonExpression
_NONE = "none_type"

_EQUALITY: Mapping[int, Callable[[Any, Any], bool]] = {_Comparison.EQ: operator.eq, _Comparison.NEQ: operator.ne}
_ORDER: Mapping[int, Callable[[Any, Any], bool]] = {
    _Comparison.GT: operator.gt,
    _Comparison.GTE: operator.ge,
    _Comparison.LT: operator.lt,
    _Comparison.LTE: operator.le,
}


class BranchError(FlyteUserException):
    """A condition cannot be decided, or no case holds."""

    code = "MalformedBranchUserError"

    def __init__(self, message: str, *, code: str = "MalformedBranchUserError") -> None:
        super().__init__(message)
        self.code = code


def holds(condition: core.BooleanExpression, inputs: core.LiteralMap) -> bool:
    """Whether a condition is true of a branch's inputs. Raises :class:`BranchError`.

    Both sides of AND and OR are evaluated, so that a fault in one of them never depends on the other.
    """
    kind = condition.WhichOneof("expr")
    if kind == "conjunction":
        both = condition.conjunction
        left, right = holds(both.left_expression, inputs), holds(both.right_expression, inputs)
        return (left and right) if both.operator == core.ConjunctionExpression.AND else (left or right)
    if kind == "comparison":
        return _compare(condition.comparison, inputs)
    raise BranchError("a condition is empty")


def _compare(comparison: core.ComparisonExpression, inputs: core.LiteralMap) -> bool:
    (left_kind, left), (right_kind, right) = (
        _operand(side, inputs) for side in (comparison.left_value, comparison.right_value)
    )
    compare = _EQUALITY.get(comparison.operator)
    if compare is not None and _NONE in (left_kind, right_kind):
        return compare(left_kind, right_kind)
    if left_kind != right_kind:
        raise BranchError(f"a {left_kind} ({left}) cannot be compared with a {right_kind} ({right})")
    if compare is None and left_kind not in ("boolean", _NONE):
        compare = _ORDER.get(comparison.operator)
    if compare is None:
        name = _Comparison.Operator.Name(comparison.operator)
        raise BranchError(f"{name} does not compare values of kind {left_kind}")
    return compare(left, right)


def _operand(operand: core.Operand, inputs: core.LiteralMap) -> tuple[str, Any]:
    """The kind and the value of one side."""
    kind = operand.WhichOneof("val")
    if kind == "primitive":
        return _primitive(operand.primitive)
    if kind == "scalar":
        return _scalar(operand.scalar, "the constant")
    if operand.var not in inputs.literals:
        raise BranchError(f"there is no input [{operand.var}]")
    return _scalar(inputs.literals[operand.var].scalar, f"input [{operand.var}]")


def _scalar(scalar: core.Scalar, what: str) -> tuple[str, Any]:
    while scalar.WhichOneof("value") == "union":
        scalar = scalar.union.value.scalar
    kind = scalar.WhichOneof("value")
    if kind == "none_type":
        return _NONE, None
    if kind != "primitive":
        raise BranchError(f"{what} is no int, float, str, bool, datetime or timedelta, and cannot be compared")
    return _primitive(scalar.primitive)


def _primitive(primitive: core.Primitive) -> tuple[str, Any]:
    kind = primitive.WhichOneof("value")
    if kind is None:
        raise BranchError("a value to compare is empty")
    value = getattr(primitive, kind)
    if kind in ("datetime", "duration"):
        return kind, (value.seconds, value.nanos)
    return kind, value
