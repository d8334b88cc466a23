"""How a container finds its task again: a resolver's name and arguments on the command line (reference: flytekit.md, 2.2)."""

from __future__ import annotations

import importlib
import sys
from abc import ABC, abstractmethod
from typing import TYPE_CHECKING, Any

from glidepath.authoring.places import user_frame
from glidepath.errors import FlyteEntityNotFoundException, FlyteValidationException

if TYPE_CHECKING:
    from glidepath.authoring.tasks import PythonAutoContainerTask, Task

DEFAULT_RESOLVER = "flytekit.core.python_auto_container.default_task_resolver"
"""The name on the wire of finding tasks by module and name. It is stock flytekit's, so that its images run our tasks."""


class TaskResolver(ABC):
    """A way of finding tasks of one's own. An instance must be a variable of a module."""

    _module: str

    def __new__(cls, *args: Any, **kwargs: Any) -> TaskResolver:
        resolver = super().__new__(cls)
        resolver._module = user_frame().f_globals.get("__name__", "")
        return resolver

    @property
    def location(self) -> str:
        """``module.variable`` of this instance. Raises FlyteValidationException when no variable holds it."""
        for name, value in vars(sys.modules[self._module]).items():
            if value is self:
                return f"{self._module}.{name}"
        raise FlyteValidationException(
            f"the resolver {type(self).__name__}() is no variable of module {self._module}",
            hint="assign it at module level, so that a container can import it",
        )

    @abstractmethod
    def loader_args(self, settings: Any, task: Any) -> list[str]:
        """What :meth:`load_task` needs to find ``task`` again, as texts."""

    @abstractmethod
    def load_task(self, loader_args: list[str]) -> Any:
        """The task of these texts."""

    def name(self) -> str:
        """What the resolver is called in messages."""
        return type(self).__name__

    def get_all_tasks(self) -> list[Any]:
        """The tasks that it can find, for resolvers that know."""
        return []

    def task_name(self, task: Any) -> str | None:
        """What a task is called, where the resolver decides that."""
        return None


def location_of(task: PythonAutoContainerTask[..., Any]) -> str:
    """The resolver's name for the command line. Raises FlyteValidationException when a user's resolver gives no text."""
    resolver = task.settings.resolver
    if resolver is None:
        return DEFAULT_RESOLVER
    location: object = resolver.location
    if not isinstance(location, str):
        raise FlyteValidationException(
            f"location of the resolver {type(resolver).__name__} is {location!r}, not a text",
            where=f"task {task.name}",
            hint='make it a property that gives "module.variable" of the resolver',
        )
    return location


def loader_args(task: PythonAutoContainerTask[..., Any], settings: Any = None) -> list[str]:
    """The resolver's arguments for the command line: ``["task-module", "pkg.mod", "task-name", "train"]`` by default.

    Raises FlyteValidationException when a user's resolver gives anything else than texts.
    """
    resolver = task.settings.resolver
    if resolver is None:
        return ["task-module", task.module, "task-name", task.loader_name]
    given: object = resolver.loader_args(settings, task)
    if not isinstance(given, (list, tuple)) or not all(isinstance(argument, str) for argument in given):
        raise FlyteValidationException(
            f"loader_args of the resolver {type(resolver).__name__} gave {given!r}, not a list of texts",
            where=f"task {task.name}",
            hint="they become words of a command line; load_task gets them back",
        )
    return list(given)


def load_task(location: str, args: list[str]) -> Task[..., Any]:
    """The task that a command line names.

    Raises FlyteEntityNotFoundException when its module has no such task; an error in the module itself comes as it is.
    """
    if location == DEFAULT_RESOLVER:
        named = dict(zip(args[::2], args[1::2], strict=True))
        return _variable(named["task-module"], named["task-name"])
    module, _, variable = location.rpartition(".")
    resolver = getattr(importlib.import_module(module), variable)
    found: Task[..., Any] = resolver.load_task(loader_args=args)
    return found


def _variable(module: str, name: str) -> Task[..., Any]:
    found: Task[..., Any] | None = getattr(importlib.import_module(module), name, None)
    if found is None:
        raise FlyteEntityNotFoundException(
            f"module {module} has no task {name}", hint="was it renamed since it was registered? register again"
        )
    return found
