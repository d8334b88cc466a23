"""Tasks that are objects of a class: their work is the method ``execute``, their interface is written down."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.container_hooks import ContainerHooks
from glidepath.authoring.declared_interface import DeclaredInterface, owned
from glidepath.authoring.instances import Instance
from glidepath.authoring.places import caller
from glidepath.authoring.task_hooks import FUNCTION_OPTIONS, TaskHooks
from glidepath.authoring.task_metadata import TaskMetadata
from glidepath.authoring.task_settings import settle
from glidepath.authoring.task_specs import execute_command
from glidepath.authoring.tasks import PythonAutoContainerTask as ContainerizedTask, Task

if TYPE_CHECKING:
    from glidepath.authoring.documentation import Documentation
    from glidepath.authoring.interface import Interface
    from glidepath.authoring.security import SecurityContext
    from glidepath.authoring.settings import SerializationSettings


class PythonTask(TaskHooks, Instance, Task[..., Any]):
    """A task of any type, with Python inputs and outputs. Subclasses override ``execute`` or ``get_…`` methods.

    ``options`` are those of ``@task`` that are not in ``metadata``: resources, secrets, the image, and so on. Raises
    FlyteValidationException for unknown ones.
    """

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _config_type: Any) -> type:
            """``PythonTask[Config]``, as flytekit's classes are written: the type of ``task_config``."""
            return cls

    def __init__(
        self,
        task_type: str,
        name: str,
        task_config: Any = None,
        interface: Interface | None = None,
        environment: Mapping[str, str] | None = None,
        *,
        metadata: TaskMetadata | None = None,
        task_type_version: int = 0,
        security_ctx: SecurityContext | None = None,
        docs: Documentation | None = None,
        **options: Any,
    ) -> None:
        self.task_type = task_type
        self.task_type_version = task_type_version
        self.task_config = task_config
        self.security_context = security_ctx
        self.settings = settle(
            {
                **(metadata or TaskMetadata()).options(),
                **{option: value for option, value in options.items() if option not in FUNCTION_OPTIONS and value is not None},
                "environment": environment,
                "docs": docs,
            },
            type(self).execute,
        )
        Task.__init__(self, name, owned(interface or DeclaredInterface(), name), caller())


class PythonAutoContainerTask(ContainerHooks, PythonTask, ContainerizedTask[..., Any]):
    """A task whose container imports it and runs it, as it does a function task."""

    def __init__(self, name: str, task_config: Any, task_type: str = "python-task", **options: Any) -> None:
        super().__init__(task_type, name, task_config, **options)
        self._command: Callable[[SerializationSettings], list[str]] | None = None

    @property
    def loader_name(self) -> str:
        return self.variable

    @property
    def map_stem(self) -> str:
        return f"{self.task_type}.map_{self.variable}"  # as stock does

    def command(self, settings: SerializationSettings) -> list[str]:
        return self.get_command(settings)

    def get_default_command(self, settings: SerializationSettings) -> list[str]:
        """``pyflyte-execute`` and its arguments."""
        return execute_command(self, settings)

    def get_command(self, settings: SerializationSettings) -> list[str]:
        """The arguments of the container."""
        return (self._command or self.get_default_command)(settings)

    def set_command_fn(self, get_command_fn: Callable[[SerializationSettings], list[str]] | None = None) -> None:
        """Let a function give the arguments of the container."""
        self._command = get_command_fn

    def reset_command_fn(self) -> None:
        """Take the default arguments again."""
        self._command = None

    @property
    def container_image(self) -> str | None:
        """The image that was asked for."""
        return self.settings.container_image


class PythonInstanceTask(PythonAutoContainerTask):
    """A task class whose objects are variables of a module; a container runs ``execute`` of the one that it imports.

    Example::

        >>> class Square(PythonInstanceTask):
        ...     def execute(self, **inputs):
        ...         return inputs["n"] ** 2
        >>> square = Square("square", None, interface=DeclaredInterface({"n": int}, {"o0": int}))
    """
