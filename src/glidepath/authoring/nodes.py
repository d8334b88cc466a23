"""One use of an entity in a workflow, or a conditional or gate in it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.overrides import OverrideOptions, Overrides, node_id_of
from glidepath.authoring.places import Place
from glidepath.authoring.promises import Promise, node_of
from glidepath.errors import FlyteAssertion
from glidepath.idl import core

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from glidepath.authoring.bindings import Bound
    from glidepath.authoring.composing import Composition
    from glidepath.authoring.entity import NodeTarget


class Node:
    """A node of the graph that is being drawn; its outputs are attributes: ``create_node(train, n=1).o0``.

    An output whose name is taken by an attribute of the node is reached through ``outputs["id"]``.
    """

    __slots__ = ("bindings", "composition", "entity", "id", "index", "outputs", "overrides", "place", "upstream")

    def __init__(
        self,
        composition: Composition,
        entity: NodeTarget,
        node_id: str,
        index: int,
        place: Place,
        outputs: Mapping[str, core.LiteralType | None],
    ) -> None:
        self.composition = composition
        self.entity = entity
        self.id = node_id
        self.index = index
        self.place = place
        self.bindings: Mapping[str, Bound] = {}
        self.upstream: list[Node] = []
        """Nodes that must end before this one starts although it takes nothing from them."""
        self.overrides = Overrides()
        self.outputs = {name: Promise(self, name, literal_type) for name, literal_type in outputs.items()}

    def __getattr__(self, name: str) -> Promise:
        if name.startswith("__") or name in Node.__slots__:
            raise AttributeError(name)
        try:
            return self.outputs[name]
        except KeyError:
            outputs = ", ".join(self.outputs) or "(none)"
            raise AttributeError(
                f"node {self.id} ({self.entity.name}) has no output {name!r}; its outputs are {outputs}"
            ) from None

    def with_overrides(self, **options: Unpack[OverrideOptions]) -> Node:
        """Change settings for this use of the entity; an output that was taken before sees a new node name too."""
        if not self.id:
            raise FlyteAssertion(f"an input of {self.entity.name} has no settings; only calls of tasks and workflows have")
        self.overrides = self.overrides.with_options(options)
        self.id = node_id_of(options) or self.id
        return self

    def runs_before(self, other: Any) -> None:
        """``other`` (a node, or what a call gave) starts after this node has ended."""
        if not self.id:
            raise FlyteAssertion(f"an input of {self.entity.name} is there from the start, so nothing needs to wait for it")
        follower = other if isinstance(other, Node) else node_of(other)
        if follower is None:
            raise FlyteAssertion(
                f"{other!r} is no node of this workflow, so it cannot run after {self.id}",
                hint="use >> between what calls of tasks and workflows gave, or between nodes of create_node",
            )
        if not follower.composition.is_within(self.composition):
            raise FlyteAssertion(f"{follower!r} and {self!r} belong to different workflows")
        if not any(node is self for node in follower.upstream):
            follower.upstream.append(self)

    def __rshift__(self, other: Any) -> Any:
        """``a >> b``: b starts after a has ended."""
        self.runs_before(other)
        return other

    def __repr__(self) -> str:
        return f"Node({self.id} of {self.composition.owner}: {self.entity.name})"
