"""Plug-ins for ``@task(task_config=...)``: the class of the configuration decides about the class of the task."""

from __future__ import annotations

import warnings
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, ClassVar

from glidepath.authoring.calls import finished
from glidepath.authoring.container_hooks import ContainerHooks
from glidepath.authoring.entity import P, R
from glidepath.authoring.task_hooks import FUNCTION_OPTIONS
from glidepath.authoring.task_metadata import TaskMetadata
from glidepath.authoring.task_settings import settle
from glidepath.authoring.task_specs import execute_command
from glidepath.authoring.tasks import PythonFunctionTask
from glidepath.errors import FlyteException, FlyteTypeException, FlyteValidationException
from glidepath.idl import admin

if TYPE_CHECKING:
    from glidepath.authoring.security import SecurityContext
    from glidepath.authoring.settings import SerializationSettings

_METADATA = frozenset(
    {
        "cache",
        "cache_version",
        "cache_serialize",
        "cache_ignore_input_vars",
        "retries",
        "interruptible",
        "deprecated",
        "timeout",
        "labels",
        "annotations",
    }
)
"""Arguments of ``@task`` that a plug-in gets as ``metadata``."""


class PluginFunctionTask(ContainerHooks, PythonFunctionTask[P, R]):
    """A function task whose class is a plug-in's: what plug-in authors know as flytekit's ``PythonFunctionTask``.

    Every function task counts as an instance of this very class, whether or not it has hooks.
    """

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _config_type: Any) -> type:
            """``PythonFunctionTask[Config]``, as flytekit's classes are written: the type of ``task_config``."""
            return cls

    @classmethod
    def __subclasshook__(cls, other: type) -> bool:
        taken = cls is PluginFunctionTask and PythonFunctionTask in other.__mro__
        return taken or NotImplemented

    def __init__(
        self,
        task_config: Any,
        task_function: Callable[P, R],
        task_type: str = "python-task",
        *,
        metadata: TaskMetadata | None = None,
        task_type_version: int = 0,
        security_ctx: SecurityContext | None = None,
        pickle_untyped: bool = False,
        **options: Any,
    ) -> None:
        """``options`` are the arguments of ``@task`` that are not in ``metadata``."""
        self.task_config = task_config
        self.task_type = task_type
        self.task_type_version = task_type_version
        self.security_context = security_ctx
        given = {name: value for name, value in options.items() if name not in FUNCTION_OPTIONS and value is not None}
        settings = settle({**(metadata or TaskMetadata()).options(), **given}, task_function)
        PythonFunctionTask.__init__(self, task_function, settings, pickle_untyped=pickle_untyped)

    def execute(self, **kwargs: Any) -> Any:
        """Call the function; of an ``async`` one, its result."""
        return finished(self.task_function(**kwargs))  # type: ignore[call-arg]

    def command(self, settings: SerializationSettings) -> list[str]:
        return self.get_command(settings)

    def get_default_command(self, settings: SerializationSettings) -> list[str]:
        """``pyflyte-execute`` and its arguments."""
        return execute_command(self, settings)

    def get_command(self, settings: SerializationSettings) -> list[str]:
        """The arguments of the container."""
        return self.get_default_command(settings)

    def spec(self, settings: SerializationSettings) -> admin.TaskSpec:
        return PythonFunctionTask.spec(self, settings)


class TaskPlugins:
    """The classes of tasks by the classes of their configurations."""

    _PLUGINS: ClassVar[dict[type, type[PythonFunctionTask[..., Any]]]] = {}

    @classmethod
    def register_pythontask_plugin(cls, plugin_config_type: type, plugin: type[PythonFunctionTask[..., Any]]) -> None:
        """Let ``@task(task_config=<plugin_config_type>(...))`` make a ``plugin``.

        Raises FlyteTypeException when another plug-in has the configuration. Doing it twice is fine.
        """
        known = cls._PLUGINS.setdefault(plugin_config_type, plugin)
        if known is not plugin:
            raise FlyteTypeException(
                f"{plugin_config_type.__qualname__} configures {known.__qualname__} already, not {plugin.__qualname__}",
                hint="give the plug-in a configuration class of its own",
            )

    @classmethod
    def find_pythontask_plugin(cls, plugin_config_type: type) -> type[PythonFunctionTask[..., Any]]:
        """The plug-in of a configuration; without one, plain function tasks."""
        return cls._PLUGINS.get(plugin_config_type, PluginFunctionTask)


def configured(function: Callable[..., Any], options: Mapping[str, Any]) -> PythonFunctionTask[..., Any]:
    """The task of ``@task(task_config=...)``. Warns when no plug-in takes the configuration, which then has no effect."""
    config = options["task_config"]
    plugin: Callable[..., PythonFunctionTask[..., Any]] = TaskPlugins.find_pythontask_plugin(type(config))
    if plugin is PluginFunctionTask:
        warnings.warn(
            f"no plug-in is registered for task_config={config!r}, so it has no effect on {function.__qualname__}",
            UserWarning,
            stacklevel=3,
        )
    settings = settle(options, function)
    rest = {name: value for name, value in options.items() if name not in _METADATA and name != "task_config"}
    try:
        return plugin(task_config=config, task_function=function, metadata=TaskMetadata.of(settings), **rest)
    except FlyteException:
        raise
    except TypeError as error:
        raise FlyteValidationException(
            f"the plug-in of {type(config).__qualname__} cannot make a task of {function.__qualname__}: {error}",
            hint="its __init__ takes task_config, task_function and **kwargs, and passes the latter on",
        ) from error
