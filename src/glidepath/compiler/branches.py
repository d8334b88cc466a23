"""Branch nodes: every case needs a condition and a node, and the conditions must make sense (reference: D2, step 7)."""

from __future__ import annotations

from glidepath.compiler import errors as kinds
from glidepath.compiler.draft import Draft, branch_cases
from glidepath.compiler.literal_types import primitive_type
from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.idl.text import compact_text


def check_branch(draft: Draft, node: core.Node) -> None:
    """Check the cases of a branch node and their conditions."""
    if not node.branch_node.HasField("if_else"):
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, "Branch.IfElse")
        return
    block = node.branch_node.if_else
    if not block.HasField("case"):
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, "Branch.IfElse.Case")
    for case in branch_cases(node):
        if case.HasField("condition"):
            _check_condition(draft, node, case.condition)
        else:
            draft.errors.add(kinds.BRANCH_NODE_HAS_NO_CONDITION, node.id)
        if not case.HasField("then_node"):
            draft.errors.add(kinds.VALUE_REQUIRED, node.id, "IfElse.Case.ThenNode")
    if block.WhichOneof("default") is None:
        draft.errors.add(kinds.BRANCH_NODE_HAS_NO_DEFAULT, node.id)


def _check_condition(draft: Draft, node: core.Node, condition: core.BooleanExpression) -> None:
    pending = [condition]
    while pending:
        expression = pending.pop()
        kind = expression.WhichOneof("expr")
        if kind == "conjunction":
            pending.extend((expression.conjunction.right_expression, expression.conjunction.left_expression))
        elif kind == "comparison":
            _check_comparison(draft, node, expression.comparison)
        else:
            draft.errors.add(kinds.VALUE_REQUIRED, node.id, "Expr")


def _check_comparison(draft: Draft, node: core.Node, comparison: core.ComparisonExpression) -> None:
    left = _operand(draft, node, "LeftValue", comparison.left_value)
    right = _operand(draft, node, "RightValue", comparison.right_value)
    if left is not None and right is not None and left != right:
        name = comparison.right_value.var or "RightValue"
        draft.errors.add(kinds.MISMATCHING_TYPES, node.id, name, compact_text(right), compact_text(left))


def _operand(draft: Draft, node: core.Node, side: str, operand: core.Operand) -> core.LiteralType | None:
    """The type of one side of a comparison, if it is known."""
    kind = operand.WhichOneof("val")
    if kind == "primitive":
        try:
            return primitive_type(operand.primitive)
        except FlyteTypeException as error:
            draft.errors.add(kinds.INVALID_LITERAL_TYPE, node.id, side, error)
            return None
    if kind == "var":
        interface = draft.interfaces.get(node.id)
        if interface is None:
            return None
        if operand.var not in interface.inputs:
            draft.errors.add(kinds.VARIABLE_NAME_NOT_FOUND, node.id, operand.var, node.id)
        return _compared_type(interface.inputs.get(operand.var))
    if kind is None:
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, side)
    # A scalar (NONE, in ``is_none()``) compares with values of every type.
    return None


def _compared_type(bound: core.LiteralType | None) -> core.LiteralType | None:
    """What a value of a type is when it is compared: that of an enum is a text. Stock compares the types as they are."""
    if bound is not None and bound.WhichOneof("type") == "enum_type":
        return core.LiteralType(simple=core.SimpleType.STRING)
    return bound
