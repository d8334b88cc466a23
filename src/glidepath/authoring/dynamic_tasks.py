"""Dynamic tasks: functions that run with real values and draw a graph, which then runs in place of the task."""

from __future__ import annotations

import functools
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, overload

from glidepath.authoring import calls
from glidepath.authoring.bindings import bind_outputs
from glidepath.authoring.composing import Composition, composing
from glidepath.authoring.entity import Entity, P, R
from glidepath.authoring.places import innermost, place_of
from glidepath.authoring.task_settings import TaskOptions, TaskSettings, settle
from glidepath.authoring.task_workflow import TaskWorkflow
from glidepath.authoring.tasks import PythonFunctionTask
from glidepath.authoring.workflows import Graph, check_ids
from glidepath.errors import FlyteException, FlyteValidationException

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from glidepath.authoring.settings import SerializationSettings


class DynamicOptions(TaskOptions, total=False):
    """The arguments of ``@dynamic``, all optional."""

    node_dependency_hints: Iterable[Entity[..., Any]] | None
    """Entities that the body may call and that must be registered with the task: launch plans, above all."""


class Drawn(NamedTuple):
    """What the body of a dynamic task did: it drew a graph, or it called nothing and returned plain values."""

    graph: Graph | None
    result: Any


class DynamicTask(PythonFunctionTask[P, R]):
    """A task whose body draws a graph, made by :func:`dynamic`."""

    mappable = False
    draws = True

    def __init__(
        self,
        function: Callable[P, R],
        settings: TaskSettings,
        hints: Iterable[Entity[..., Any]] = (),
        *,
        pickle_untyped: bool = False,
    ) -> None:
        super().__init__(function, settings, pickle_untyped=pickle_untyped)
        self.node_dependency_hints = tuple(hints)

    def dependencies(self) -> Iterable[Entity[..., Any]]:
        for hint in self.node_dependency_hints:
            yield from hint.entities()

    def environment(self, settings: SerializationSettings) -> Mapping[str, str]:
        """The container is also told the settings, since it makes templates of what the body calls."""
        from glidepath.authoring.carried_settings import VARIABLE, carried  # loads json and gzip

        if settings.in_process:
            return super().environment(settings)
        return {**settings.env, VARIABLE: carried(settings), **self.settings.environment}

    def draw(self, values: Mapping[str, Any]) -> Drawn:
        """Run the body with Python values. Raises what it raises, and FlyteTypeException for outputs that do not fit."""
        composition = Composition(self.name, prefix="d")
        with composing(composition):
            result = self._body(values)
        if not composition.nodes:
            return Drawn(None, result)
        check_ids(composition)
        return Drawn(Graph(tuple(composition.nodes), bind_outputs(self.interface, result, self.source)), result)

    def _body(self, values: Mapping[str, Any]) -> Any:
        try:
            return self.call_function(values)
        except FlyteException as error:
            place = innermost(error)  # the user's own errors come with their traceback; these are told without one
            if place is not None:
                error.where = error.where or f"the body of dynamic task {self.name}, {place}"
            raise

    def run(self, values: Mapping[str, Any]) -> Any:
        """A plain call runs the graph too, in this process; an ``async`` function gives a coroutine."""
        return self._later(values) if self.is_async else calls.local_runner(self._alone, values)

    async def _later(self, values: Mapping[str, Any]) -> Any:
        return calls.local_runner(self._alone, values)

    @functools.cached_property
    def _alone(self) -> TaskWorkflow:
        return TaskWorkflow(f".flytegen.{self.name}", self)


class DynamicDecorator(Protocol):
    """What ``@dynamic(...)`` gives: a decorator that keeps the function's signature."""

    def __call__(self, function: Callable[P, R], /) -> DynamicTask[P, R]: ...


@overload
def dynamic(function: Callable[P, R], /, **options: Unpack[DynamicOptions]) -> DynamicTask[P, R]: ...


@overload
def dynamic(function: None = None, /, **options: Unpack[DynamicOptions]) -> DynamicDecorator: ...


def dynamic(
    function: Callable[..., Any] | None = None, /, **options: Unpack[DynamicOptions]
) -> DynamicTask[..., Any] | DynamicDecorator:
    """Make a dynamic task of a function: bare, or with arguments (:class:`DynamicOptions`).

    The body runs when the task does, with real values; each call in it of a task, workflow or launch plan is a node of a graph
    that runs afterwards, and gives promises as in a workflow::

        @dynamic
        def squares(n: int) -> list[int]:
            return [square(x=i) for i in range(n)]

    Raises what ``@task`` raises, and FlyteValidationException for hints that are no entities.
    """
    if function is None:
        return functools.partial(dynamic, **options)  # type: ignore[return-value]
    chosen: dict[str, Any] = dict(options)
    hints = tuple(chosen.pop("node_dependency_hints", None) or ())
    try:
        _check_hints(hints)
        settings = settle(chosen, function)
    except FlyteException as error:
        error.where = error.where or str(place_of(function))
        raise
    return DynamicTask(function, settings, hints, pickle_untyped=bool(chosen.get("pickle_untyped", False)))


def _check_hints(hints: tuple[Any, ...]) -> None:
    for hint in hints:
        if not isinstance(hint, Entity):
            raise FlyteValidationException(f"node_dependency_hints holds {hint!r}, which is no task, workflow or launch plan")
