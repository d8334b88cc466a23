"""A conditional → its branch node: cases, the inputs that their conditions see, and the arms as nodes inside it.

Names are stock's: a condition sees output ``o0`` of ``n1`` as ``n1.o0``, and input ``a`` of the workflow as ``.a``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, NamedTuple

from glidepath.authoring.entity import Entity, NodeDefaults, NodeTarget
from glidepath.authoring.expressions import Comparison, Conjunction, Expression
from glidepath.authoring.nodes import Node
from glidepath.authoring.promises import Promise
from glidepath.authoring.workflow_specs import node_message
from glidepath.idl import core

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings


class Arm(NamedTuple):
    """A condition and the node that runs when it holds."""

    condition: core.BooleanExpression
    node: Node


class Branch(NodeTarget):
    """What a finished conditional is. Without a default node it fails with ``message`` when no condition holds."""

    def __init__(self, name: str, arms: list[Arm], default: Node | None, message: str) -> None:
        self.name = name
        self.arms = arms
        self.default = default
        self.message = message

    @property
    def inner_nodes(self) -> list[Node]:
        """The nodes of all arms, in order."""
        return [*(arm.node for arm in self.arms), *([] if self.default is None else [self.default])]

    @property
    def output_tuple(self) -> type[tuple[Any, ...]] | None:
        """The NamedTuple that all arms return, unless it has one field: that output comes by itself, as in stock."""
        first, *others = (node.entity.output_tuple for node in self.inner_nodes)
        if first is None or any(other is not first for other in others) or len(self.outputs()) == 1:
            return None
        return first

    def entities(self) -> Iterable[Entity[..., Any]]:
        for node in self.inner_nodes:
            yield from node.entity.entities()

    def node_defaults(self) -> NodeDefaults:
        return NodeDefaults(self.name)

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        first, *others = (
            core.IfBlock(condition=arm.condition, then_node=node_message(arm.node, settings)) for arm in self.arms
        )
        block = message.branch_node.if_else
        block.case.CopyFrom(first)
        block.other.extend(others)
        if self.default is not None:
            block.else_node.CopyFrom(node_message(self.default, settings))
        else:
            block.error.failed_node_id = self.name
            block.error.message = self.message

    def outputs(self) -> dict[str, core.LiteralType | None]:
        """What all arms give, in the order of the first; the type is the first arm's."""
        first, *others = (node.outputs for node in self.inner_nodes)
        return {name: promise._type for name, promise in first.items() if all(name in other for other in others)}


class ConditionInputs:
    """The inputs of a branch node, collected while its conditions become messages."""

    def __init__(self) -> None:
        self.bindings: dict[str, Promise] = {}

    def message(self, expression: Expression) -> core.BooleanExpression:
        """A condition as the wire says it."""
        if isinstance(expression, Comparison):
            comparison = core.ComparisonExpression(
                operator=expression.operator,
                left_value=core.Operand(var=self._name(expression.left)),
                right_value=self._operand(expression.right),
            )
            return core.BooleanExpression(comparison=comparison)
        assert isinstance(expression, Conjunction)
        conjunction = core.ConjunctionExpression(
            operator=expression.operator,
            left_expression=self.message(expression.left),
            right_expression=self.message(expression.right),
        )
        return core.BooleanExpression(conjunction=conjunction)

    def _operand(self, value: Promise | core.Scalar) -> core.Operand:
        if isinstance(value, Promise):
            return core.Operand(var=self._name(value))
        if value.HasField("primitive"):
            return core.Operand(primitive=value.primitive)
        return core.Operand(scalar=value)

    def _name(self, promise: Promise) -> str:
        """``n1.o0``. Where a condition reads several fields of one output, the later ones get their path too: ``n1.o0.x.0``."""
        name = plain = f"{promise._node.id}.{promise._var}"
        if plain in self.bindings and not _same(self.bindings[plain], promise):
            name = ".".join((plain, *map(str, promise._path or ("",))))
        self.bindings[name] = promise
        return name


def _same(one: Promise, other: Promise) -> bool:
    return one._node is other._node and one._var == other._var and one._path == other._path
