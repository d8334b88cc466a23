"""Eager tasks: async functions that call other entities, wait for them, and look at what they gave.

Each call in the body is an execution of its own: on a control plane one beside the eager one, in a local run one in this
process. How a call finds out who carries it out: :mod:`glidepath.authoring.governing`.
"""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Coroutine, Iterable, Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar, overload

from glidepath.authoring import calls
from glidepath.authoring.entity import Entity, P
from glidepath.authoring.governing import governing
from glidepath.authoring.interface import listed
from glidepath.authoring.places import place_of
from glidepath.authoring.task_settings import TaskOptions, TaskSettings, settle
from glidepath.authoring.task_specs import task_template
from glidepath.authoring.tasks import PythonFunctionTask
from glidepath.errors import FlyteException, FlyteValidationException
from glidepath.idl import core

if TYPE_CHECKING:
    from typing import Protocol

    from typing_extensions import Unpack

    from glidepath.authoring.eager_workflow import EagerWorkflow
    from glidepath.authoring.settings import SerializationSettings

    R = TypeVar("R")

    class EagerDecorator(Protocol):
        """What ``@eager(...)`` gives: a decorator that keeps the function's signature."""

        def __call__(self, function: Callable[P, Coroutine[Any, Any, R]], /) -> EagerTask[P, Coroutine[Any, Any, R]]: ...


_NOT_AWAITABLE = ("can't be used in 'await' expression", "a coroutine or an awaitable is required", "a coroutine was expected")
_TAUGHT = (
    "in an eager function a call of a task that is not async, of a workflow or a launch plan blocks and gives its value;"
    " to await it, call it as double.aio(n=1)"
)


class EagerTask(PythonFunctionTask[P, "R"]):
    """An async function that calls entities, made by :func:`eager`. It is registered as a task, and as a workflow around it."""

    mappable = False

    @functools.cached_property
    def workflow(self) -> EagerWorkflow:
        """The workflow of this task's name: the task, and the handler that ends what it left running when it failed."""
        from glidepath.authoring.eager_workflow import EagerWorkflow  # only registration needs it

        return EagerWorkflow(self)

    def companions(self) -> Iterable[Entity[..., Any]]:
        return (self.workflow,)

    def call_function(self, values: Mapping[str, Any]) -> Any:
        return calls.finished(self._governed(values))

    def run(self, values: Mapping[str, Any]) -> Any:
        """A plain call gives a coroutine: ``asyncio.run(main(n=1))``."""
        return self._governed(calls.fitting(self.interface, values))

    def template(self, settings: SerializationSettings) -> core.TaskTemplate:
        from glidepath.authoring.carried_settings import VARIABLE, carried  # loads json and gzip

        told = replace(settings, env={**settings.env, VARIABLE: carried(settings)})
        template = task_template(self, told)
        template.metadata.is_eager = True
        return template

    async def _governed(self, values: Mapping[str, Any]) -> Any:
        with calls.eager_controller(self) as controller, governing(controller):
            try:
                return await self.task_function(**values)  # type: ignore[call-arg,misc]
            except TypeError as error:
                _teach(error)
                raise


@overload
def eager(
    function: Callable[P, Coroutine[Any, Any, R]], /, **options: Unpack[TaskOptions]
) -> EagerTask[P, Coroutine[Any, Any, R]]: ...


@overload
def eager(function: None = None, /, **options: Unpack[TaskOptions]) -> EagerDecorator: ...


def eager(
    function: Callable[..., Any] | None = None, /, **options: Unpack[TaskOptions]
) -> EagerTask[..., Any] | EagerDecorator:
    """Make an eager task of an async function: bare, or with the arguments of ``@task``. It always writes a deck.

    In the body an async task (or another eager one) gives an awaitable; a call of any other entity blocks and gives its value.
    ``entity.aio(...)`` is awaitable whatever the entity::

        @eager
        async def main(n: int) -> int:
            first = double(n=n)
            second, third = await asyncio.gather(double.aio(n=first), some_workflow.aio(n=first))
            return second + third

    Raises FlyteValidationException for a function that is not async, and what ``@task`` raises.
    """
    if function is None:
        return functools.partial(eager, **options)  # type: ignore[return-value]
    return EagerTask(function, _settle(function, options), pickle_untyped=bool(options.get("pickle_untyped", False)))


def _teach(error: TypeError) -> None:
    """Say what to write, where the value that a blocking call gave was awaited."""
    if any(text in str(error) for text in _NOT_AWAITABLE):
        notes: list[str] = getattr(error, "__notes__", [])
        error.__notes__ = [*notes, _TAUGHT]  # type: ignore[attr-defined]  # PEP 678, for Python 3.10 too


def _settle(function: Callable[..., Any], options: Mapping[str, Any]) -> TaskSettings:
    place = str(place_of(function))
    if not inspect.iscoroutinefunction(inspect.unwrap(function)):
        raise FlyteValidationException(
            f"eager task {function.__qualname__} is no async function",
            where=place,
            hint="write async def, and await what it calls; a function that only draws a graph is @dynamic",
        )
    unfit = [name for name in ("cache", "cache_version", "cache_serialize") if options.get(name)]
    if unfit:
        raise FlyteValidationException(
            f"eager task {function.__qualname__} has {listed(unfit)}, but only what it calls can be cached",
            where=place,
            hint="give the cache to the tasks that it calls",
        )
    try:
        return settle(options, function)._replace(deck=True)
    except FlyteException as error:
        error.where = error.where or place
        raise
