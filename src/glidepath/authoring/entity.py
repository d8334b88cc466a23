"""What tasks, workflows and launch plans have in common: a name, an interface, a place, and what a call of them does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from glidepath.authoring.composing import current_composition
from glidepath.authoring.interface import Interface
from glidepath.authoring.places import Place
from glidepath.authoring.promises import outputs_of
from glidepath.idl import core

if TYPE_CHECKING:
    from typing_extensions import ParamSpec

    from glidepath.authoring.nodes import Node
    from glidepath.authoring.settings import SerializationSettings
else:
    from typing import ParamSpec

P = ParamSpec("P")
R = TypeVar("R", covariant=True)


class NodeDefaults(NamedTuple):
    """What a node of an entity says when its use overrides nothing."""

    name: str
    timeout: timedelta = timedelta(0)
    retries: int = 0
    interruptible: bool | None = None


class Entity(ABC, Generic[P, R]):
    """Something that can be called in a workflow and registered under a name.

    ``P`` and ``R`` are the parameters and the result of the user's function, so that type checkers see calls as they are
    written. ``kind`` is the resource type of its identifier; ``source`` is where it is declared.
    """

    kind: core.ResourceType

    def __init__(self, name: str, interface: Interface, source: Place) -> None:
        self.name = name
        self.interface = interface
        self.source = source

    @property
    def short_name(self) -> str:
        """The last part of the name: what a console shows at a node."""
        return self.name.rpartition(".")[2]

    def identifier(self, settings: SerializationSettings) -> core.Identifier:
        """The id under which this is registered, or (for references) is registered already."""
        return settings.identifier(self.kind, self.name)

    def dependencies(self) -> Iterable[Entity[..., Any]]:
        """The entities that must be registered before this one."""
        return ()

    @abstractmethod
    def node_defaults(self) -> NodeDefaults:
        """What a node of this says of itself."""

    @abstractmethod
    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        """Write the target of a node into its message."""

    @abstractmethod
    def run(self, values: Mapping[str, Any]) -> Any:
        """What a call outside of workflows does; ``values`` holds every input."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """In the body of a workflow: a new node, and its outputs as promises. Elsewhere: :meth:`run`.

        Raises FlyteAssertion for missing, unknown and repeated arguments, FlyteTypeException for values that do not fit.
        """
        values = self.interface.named(args, kwargs)
        composition = current_composition()
        result: Any
        if composition is not None:
            result = outputs_of(composition.add(self, values))
        else:
            result = self.run(self.interface.completed(values))
        return result  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
