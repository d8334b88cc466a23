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
from glidepath.idl import core

if TYPE_CHECKING:
    from glidepath.authoring.entity import Entity, NodeTarget


class Composition:
    """Nodes in the order of calls. ``prefix`` goes before their ids (``n0``, ``n1``, …).

    The arms of a conditional are a composition inside the one around it (``parent``); ``subject`` names the conditional,
    ``place`` is where it begins.
    """

    def __init__(
        self,
        owner: str,
        prefix: str = "",
        parent: Composition | None = None,
        subject: str = "",
        place: Place | None = None,
    ) -> None:
        self.owner = owner
        self.prefix = prefix
        self.parent = parent
        self.subject = subject
        self.place = place
        self.depth: int = 0 if parent is None else parent.depth + 1
        self.nodes: list[Node] = []

    def is_within(self, other: Composition) -> bool:
        """Whether this is ``other``, or lies inside it."""
        found: Composition | None = self
        while found is not None and found is not other:
            found = found.parent
        return found is other

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
            self.check_own(bindings[name], target)
        node.bindings = bindings
        return node

    def add_target(
        self,
        target: NodeTarget,
        outputs: Mapping[str, core.LiteralType | None],
        bindings: Mapping[str, Bound],
        place: Place,
    ) -> Node:
        """A node for what is no call: a conditional, a gate. ``bindings`` are taken as they are."""
        index = len(self.nodes)
        node = Node(self, target, f"{self.prefix}n{index}", index, place, outputs)
        node.bindings = bindings
        for name, bound in bindings.items():
            self.check_own(bound, Target(None, core.LiteralType(), f"input {name!r} of {target.name}", place))
        self.nodes.append(node)
        return node

    def adopt(self, node: Node) -> None:
        """Take over a node that an inner composition has made; it gets the next id here unless it was given one by name."""
        index = len(self.nodes)
        if node.id == f"{node.composition.prefix}n{node.index}":
            node.id = f"{self.prefix}n{index}"
        node.index = index
        node.composition = self
        self.nodes.append(node)

    def inputs(self, workflow: Entity[..., Any]) -> dict[str, Promise]:
        """The workflow's own inputs, as the outputs of a node without an id."""
        interface = workflow.interface
        return Node(self, workflow, "", -1, workflow.source, interface.input_types).outputs

    def check_own(self, bound: Bound, target: Target) -> None:
        """Raises FlyteAssertion for a promise of another workflow, and for one of an arm that may not run."""
        for promise in promises_in(bound):
            other = promise._node.composition
            if self.is_within(other):
                continue
            if other.subject and other.owner == self.owner:
                raise FlyteAssertion(
                    f"{target.subject} gets {promise!r} of an arm of {other.subject}, which may not run",
                    where=target.where,
                    hint="only what the whole conditional gives can be used after it",
                )
            raise FlyteAssertion(
                f"{target.subject} gets {promise!r} of {other.owner}, which is another workflow",
                where=target.where,
                hint="return it from that workflow, and take it from a call of that workflow",
            )


_current: ContextVar[Composition | None] = ContextVar("glidepath_composition", default=None)


def current_composition() -> Composition | None:
    """The graph that calls add to; ``None`` outside the bodies of workflows."""
    return _current.get()


def switch_to(composition: Composition | None) -> None:
    """Calls of entities add nodes to ``composition`` from here on, until the surrounding :func:`composing` ends."""
    _current.set(composition)


@contextmanager
def composing(composition: Composition) -> Iterator[Composition]:
    """While this lasts, calls of entities add nodes to ``composition``."""
    token = _current.set(composition)
    try:
        yield composition
        left = _current.get()
        if left is not None and left is not composition:
            raise FlyteAssertion(
                f"{left.subject} of {left.owner} has no else_()",
                where=str(left.place),
                hint='end it with .else_().then(...), or with .else_().fail("why")',
            )
    finally:
        _current.reset(token)
