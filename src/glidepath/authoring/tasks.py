"""Tasks: a user's function, and how a container calls it."""

from __future__ import annotations

import functools
import inspect
from abc import abstractmethod
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, Protocol, overload

from glidepath import call_cached_locally
from glidepath.authoring.calls import finished, fitting
from glidepath.authoring.descriptions import description_of
from glidepath.authoring.docstrings import parse
from glidepath.authoring.entity import Entity, NodeDefaults, P, R
from glidepath.authoring.places import module_name, place_of
from glidepath.authoring.signatures import interface_of
from glidepath.authoring.task_settings import TaskOptions, TaskSettings, settle
from glidepath.authoring.task_specs import execute_command, task_node, task_template
from glidepath.errors import FlyteException, FlyteValidationException, FlyteValueException
from glidepath.idl import admin, core, kinds

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from glidepath.authoring.nodes import Node
    from glidepath.authoring.settings import SerializationSettings


class Task(Entity[P, R]):
    """Any kind of task: it has a template, and its nodes are task nodes."""

    kind = kinds.ResourceType.TASK
    task_type: str
    settings: TaskSettings
    hooked = False
    """Whether attempts go through the hooks of :class:`~glidepath.authoring.task_hooks.TaskHooks`."""
    draws = False
    """Whether its function may draw a graph that runs in its place: :class:`~glidepath.authoring.dynamic_tasks.DynamicTask`."""

    @property
    def worker(self) -> Task[..., Any]:
        """The task that an attempt runs: of a map the one that it maps."""
        return self

    @abstractmethod
    def template(self, settings: SerializationSettings) -> core.TaskTemplate:
        """How an engine runs this task."""

    @abstractmethod
    def spec(self, settings: SerializationSettings) -> admin.TaskSpec:
        """What is registered: the template and the description."""

    def node_defaults(self) -> NodeDefaults:
        chosen = self.settings
        return NodeDefaults(self.short_name, chosen.timeout, chosen.retries, chosen.interruptible)

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        message.task_node.CopyFrom(task_node(self, node.overrides, settings))


class PythonAutoContainerTask(Task[P, R]):
    """A task that a program of the SDK runs in a container: its template follows from its settings and its command."""

    task_type = "python-task"
    task_type_version = 0
    module: str
    """Where it is imported from."""
    mappable = True
    """Whether :func:`glidepath.authoring.maps.map_task` takes it."""

    @property
    def loader_name(self) -> str:
        """The variable of the module that holds it."""
        return self.short_name

    @property
    def map_stem(self) -> str:
        """How the names of maps over it begin."""
        return f"{self.module}.map_{self.short_name}"

    def command(self, settings: SerializationSettings) -> list[str]:
        """The program and its arguments, without what fetches an archive of code."""
        return execute_command(self, settings)

    def environment(self, settings: SerializationSettings) -> Mapping[str, str]:
        """The container's variables: the settings' and then the task's, which win."""
        return {**settings.env, **self.settings.environment}

    def template(self, settings: SerializationSettings) -> core.TaskTemplate:
        return task_template(self, settings)


class PythonFunctionTask(PythonAutoContainerTask[P, R]):
    """A task that is a function, made by :func:`task`."""

    def __init__(self, function: Callable[P, R], settings: TaskSettings, *, pickle_untyped: bool = False) -> None:
        module = module_name(function)
        _check_findable(function, settings)
        name = f"{module}.{function.__name__}"
        self.module = module
        self.task_function = function
        self.settings = settings
        self.docstring = parse(function.__doc__)
        super().__init__(
            name,
            interface_of(function, owner=name, docstring=self.docstring, pickle_untyped=pickle_untyped),
            place_of(function),
        )
        functools.update_wrapper(self, function)
        self._check_ignored_inputs()

    @property
    def is_async(self) -> bool:
        """Whether the function is ``async``."""
        return inspect.iscoroutinefunction(inspect.unwrap(self.task_function))

    def call_function(self, values: Mapping[str, Any]) -> Any:
        """Call the function with Python values; a coroutine is run to its end. What it raises comes as it is."""
        return finished(self.task_function(**values))  # type: ignore[call-arg]

    def run(self, values: Mapping[str, Any]) -> Any:
        """A plain call: arguments are checked, the function is called; an ``async`` one gives its coroutine.

        Outputs of a cached task come from the local cache if they are there.
        """
        if self.settings.cache.enabled and self.interface.outputs:
            return call_cached_locally(self, fitting(self.interface, values))
        return self.task_function(**fitting(self.interface, values))  # type: ignore[call-arg]

    def spec(self, settings: SerializationSettings) -> admin.TaskSpec:
        return admin.TaskSpec(template=self.template(settings), description=description_of(self.settings.docs, self.docstring))

    def _check_ignored_inputs(self) -> None:
        for ignored in self.settings.cache.ignored_inputs:
            if ignored not in self.interface.inputs:
                raise FlyteValidationException(
                    f"the cache of {self.name} ignores input {ignored!r}, which it does not have",
                    where=str(self.source),
                    hint=f"its inputs are {', '.join(self.interface.inputs) or '(none)'}",
                )


def _check_findable(function: Callable[..., Any], settings: TaskSettings) -> None:
    """Raises FlyteValueException for functions that a container could not import: inner functions and lambdas.

    Test modules (``test_…``) may have inner ones, since they run in place, and so may tasks with a resolver of their own.
    """
    inner = "<locals>" in function.__qualname__ or function.__name__ == "<lambda>"
    if not inner or settings.resolver is not None or function.__module__.rpartition(".")[2].startswith("test_"):
        return
    raise FlyteValueException(
        f"task {function.__qualname__} is an inner function, which a container cannot import",
        where=str(place_of(function)),
        hint="move it to module level; in a decorator of your own put @functools.wraps(function) on the inner function",
    )


class TaskDecorator(Protocol):
    """What ``@task(...)`` gives: a decorator that keeps the function's signature."""

    def __call__(self, function: Callable[P, R], /) -> PythonFunctionTask[P, R]: ...


@overload
def task(function: Callable[P, R], /, **options: Unpack[TaskOptions]) -> PythonFunctionTask[P, R]: ...


@overload
def task(function: None = None, /, **options: Unpack[TaskOptions]) -> TaskDecorator: ...


def task(
    function: Callable[..., Any] | None = None, /, **options: Unpack[TaskOptions]
) -> PythonFunctionTask[..., Any] | TaskDecorator:
    """Make a task of a function, ``async`` or not: bare, or with arguments (:class:`TaskOptions`).

    The function's annotations are its interface, its docstring describes it. Raises FlyteMissingTypeException for a parameter
    without annotation, FlyteValidationException for arguments that contradict each other.

    Example::

        >>> from datetime import timedelta
        >>> @task(retries=2, timeout=timedelta(minutes=5))
        ... def double(n: int) -> int:
        ...     return 2 * n
        >>> double(n=4)
        8
    """
    if function is None:
        return functools.partial(task, **options)  # type: ignore[return-value]
    try:
        if options.get("task_config") is not None:
            from glidepath.authoring.task_plugins import configured  # whoever configures a plug-in has loaded more than this

            return configured(function, options)
        settings = settle(options, function)
    except FlyteException as error:
        error.where = error.where or str(place_of(function))
        raise
    return PythonFunctionTask(function, settings, pickle_untyped=bool(options.get("pickle_untyped", False)))
