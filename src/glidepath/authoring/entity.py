"""What tasks, workflows and launch plans have in common: a name, an interface, a place, and what a call of them does."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Coroutine, Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from glidepath.authoring.composing import current_composition
from glidepath.authoring.governing import current_controller
from glidepath.authoring.interface import Interface
from glidepath.authoring.places import Place
from glidepath.authoring.promises import outputs_of
from glidepath.errors import FlyteAssertion
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


class NodeTarget(ABC):
    """What a node of a graph stands for: an entity that was called, a conditional, a gate. ``name`` is for messages."""

    name: str

    @property
    def output_tuple(self) -> type[tuple[Any, ...]] | None:
        """The NamedTuple in which the outputs come, if they come in one."""
        return None

    @property
    def inner_nodes(self) -> Iterable[Node]:
        """The nodes inside: the arms of a conditional."""
        return ()

    @abstractmethod
    def entities(self) -> Iterable[Entity[..., Any]]:
        """What must be registered so that a node of this can run, in order, with repetitions."""

    @abstractmethod
    def node_defaults(self) -> NodeDefaults:
        """What a node of this says of itself."""

    @abstractmethod
    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        """Write the target of a node into its message."""


class Entity(NodeTarget, Generic[P, R]):
    """Something that can be called in a workflow and registered under a name.

    ``P`` and ``R`` are the parameters and the result of the user's function, so that type checkers see calls as they are
    written. ``kind`` is the resource type of its identifier; ``source`` is where it is declared.
    """

    kind: core.ResourceType

    def __init__(self, name: str, interface: Interface, source: Place) -> None:
        self._name = name
        self.interface = interface
        self.source = source

    @property
    def name(self) -> str:
        """Under which it is registered. Task classes may override it."""
        return self._name

    @name.setter
    def name(self, name: str) -> None:
        self._name = name

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

    def companions(self) -> Iterable[Entity[..., Any]]:
        """Entities that are registered whenever this one is, after it."""
        return ()

    @property
    def is_async(self) -> bool:
        """Whether a call outside of workflows gives an awaitable."""
        return False

    @property
    def output_tuple(self) -> type[tuple[Any, ...]] | None:
        return self.interface.output_tuple

    def entities(self) -> Iterable[Entity[..., Any]]:
        return (self,)

    @abstractmethod
    def run(self, values: Mapping[str, Any]) -> Any:
        """What a call outside of workflows does; ``values`` holds every input."""

    def __call__(self, *args: P.args, **kwargs: P.kwargs) -> R:
        """In the body of a workflow: a new node, and its outputs as promises. Elsewhere: :meth:`run`.

        In the body of an eager function the call is an execution of its own; it blocks, unless the function is ``async``.
        Raises FlyteAssertion for missing, unknown and repeated arguments, FlyteTypeException for values that do not fit.
        """
        values = self.interface.named(args, kwargs)
        composition = current_composition()
        result: Any
        if composition is not None:
            result = outputs_of(composition.add(self, values))
        else:
            complete, controller = self.interface.completed(values), current_controller()
            if controller is None:
                result = self.run(complete)
            else:
                result = controller.awaited(self, complete) if self.is_async else controller.result(self, complete)
        return result  # type: ignore[no-any-return]

    def aio(self, *args: P.args, **kwargs: P.kwargs) -> Coroutine[Any, Any, R]:
        """A call that is awaited, for functions that are not ``async``: ``await asyncio.gather(f.aio(n=1), f.aio(n=2))``.

        In the body of an eager function such calls run side by side; elsewhere one after the other.
        """
        if current_composition() is not None:
            raise FlyteAssertion(
                f"{self.name}.aio(...) is for the bodies of eager functions", hint="in the body of a workflow call it as it is"
            )
        complete, controller = self.interface.completed(self.interface.named(args, kwargs)), current_controller()
        return self._run_later(complete) if controller is None else controller.awaited(self, complete)

    async def _run_later(self, values: Mapping[str, Any]) -> R:
        result = self.run(values)
        return await result if hasattr(result, "__await__") else result  # type: ignore[no-any-return]

    def __repr__(self) -> str:
        return f"<{type(self).__name__} {self.name}>"
