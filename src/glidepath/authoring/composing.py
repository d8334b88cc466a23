"""The graph that is being drawn while the body of a workflow runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any

from glidepath.authoring.bindings import Bound, Target, bind, promises_in
from glidepath.authoring.nodes import Node
from glidepath.authoring.places import Place, caller
from glidepath.authoring.promises import Promise
from glidepath.errors import FlyteAssertion

if TYPE_CHECKING:
    from glidepath.authoring.entity import Entity


class Composition:
    """Nodes in the order of calls. ``prefix`` goes before their ids (``n0``, ``n1``, …)."""

    def __init__(self, owner: str, prefix: str = "") -> None:
        self.owner = owner
        self.prefix = prefix
        self.nodes: list[Node] = []

    def add(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> Node:
        """A node for a call with these arguments; what is missing gets the entity's defaults.

        Raises FlyteAssertion for missing inputs, FlyteTypeException for values that do not fit.
        """
        index = len(self.nodes)
        node = self.node(entity, f"{self.prefix}n{index}", values, caller())
        self.nodes.append(node)
        return node

    def node(self, entity: Entity[..., Any], node_id: str, values: Mapping[str, Any], place: Place) -> Node:
        """A node that the list of nodes does not get: :meth:`add` puts it there, the one that runs on failure stays apart."""
        interface = entity.interface
        node = Node(self, entity, node_id, len(self.nodes), place, interface.output_types)
        bindings: dict[str, Bound] = {}
        for name, value in interface.completed(values).items():
            target = Target(
                interface.inputs[name].python_type,
                interface.input_types[name],
                f"input {name!r} of {entity.name}",
                place,
                f"node {node_id} of workflow {self.owner}",
            )
            bindings[name] = bind(value, target)
            self._check_own(bindings[name], target)
        node.bindings = bindings
        return node

    def inputs(self, workflow: Entity[..., Any]) -> dict[str, Promise]:
        """The workflow's own inputs, as the outputs of a node without an id."""
        interface = workflow.interface
        return Node(self, workflow, "", -1, workflow.source, interface.input_types).outputs

    def _check_own(self, bound: Bound, target: Target) -> None:
        for promise in promises_in(bound):
            if promise._node.composition is not self:
                raise FlyteAssertion(
                    f"{target.subject} gets {promise!r} of {promise._node.composition.owner}, which is another workflow",
                    where=target.where,
                    hint="return it from that workflow, and take it from a call of that workflow",
                )


_current: ContextVar[Composition | None] = ContextVar("glidepath_composition", default=None)


def current_composition() -> Composition | None:
    """The graph that calls add to; ``None`` outside the bodies of workflows."""
    return _current.get()


@contextmanager
def composing(composition: Composition) -> Iterator[Composition]:
    """While this lasts, calls of entities add nodes to ``composition``."""
    token = _current.set(composition)
    try:
        yield composition
    finally:
        _current.reset(token)
