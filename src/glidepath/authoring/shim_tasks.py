"""Tasks that run from their template alone: the image holds an executor class, and no code of the user's."""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.declared_interface import DeclaredInterface
from glidepath.authoring.places import Place
from glidepath.authoring.python_tasks import PythonTask
from glidepath.authoring.resolver import TaskResolver
from glidepath.authoring.task_hooks import TaskHooks
from glidepath.authoring.task_settings import settle
from glidepath.authoring.task_specs import program_places
from glidepath.authoring.tasks import Task
from glidepath.errors import FlyteEntityNotFoundException, FlyteValidationException
from glidepath.idl import core
from glidepath.types import current, guess_python_type

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings

TEMPLATE_RESOLVER = "flytekit.core.python_customized_container_task.default_task_template_resolver"
"""The name on the wire of :data:`default_task_template_resolver`; stock flytekit's, so that its images run our tasks."""


class ShimTaskExecutor:
    """Runs tasks from their templates. Subclasses are made without arguments, in the container."""

    if not TYPE_CHECKING:

        def __class_getitem__(cls, _task_type: Any) -> type:
            """``ShimTaskExecutor[MyTask]``, as flytekit's classes are written: the type of the task that it runs."""
            return cls

    def execute_from_model(self, tt: core.TaskTemplate, **kwargs: Any) -> Any:
        """The work: the template and the Python values of the inputs → what a function with these outputs would return."""
        raise FlyteValidationException(
            f"{type(self).__qualname__} does not say how a task runs", hint="define execute_from_model"
        )


class TemplateTask(TaskHooks, Task[..., Any]):
    """A task of which only the template is known, with the executor that runs it."""

    def __init__(self, tt: core.TaskTemplate, executor_type: type[ShimTaskExecutor]) -> None:
        self.task_template = tt
        self.executor_type = executor_type
        self.task_type = tt.type
        self.settings = settle({"enable_deck": tt.metadata.generates_deck.value}, executor_type.execute_from_model)
        Task.__init__(self, tt.id.name, _guessed(tt.interface), Place(tt.id.name, 0))

    def execute(self, **kwargs: Any) -> Any:
        return self.executor_type().execute_from_model(self.task_template, **kwargs)

    def template(self, settings: SerializationSettings) -> core.TaskTemplate:
        return self.task_template


class TaskTemplateResolver(TaskResolver):
    """Finds a task in a file of its template; the arguments are the file's URI and the executor's class."""

    @property
    def location(self) -> str:
        return TEMPLATE_RESOLVER if self is default_task_template_resolver else super().location

    def loader_args(self, settings: Any, task: Any) -> list[str]:
        return ["{{.taskTemplatePath}}", location_of_class(task.executor_type)]

    def load_task(self, loader_args: list[str]) -> TemplateTask:
        uri, executor = loader_args
        module, _, name = executor.rpartition(".")
        found = getattr(importlib.import_module(module), name, None)
        if found is None:
            raise FlyteEntityNotFoundException(f"module {module} has no executor {name}")
        return TemplateTask(core.TaskTemplate.FromString(current().storage.get(uri)), found)


default_task_template_resolver = TaskTemplateResolver()


class PythonCustomizedContainerTask(PythonTask):
    """A task whose container finds the template and runs an executor on it; ``container_image`` holds the executor's code."""

    def __init__(
        self,
        name: str,
        task_config: Any,
        container_image: str | None,
        executor_type: type[ShimTaskExecutor],
        task_resolver: TaskTemplateResolver | None = None,
        task_type: str = "python-task",
        **options: Any,
    ) -> None:
        # By name: a subclass may also be a SQLTask, whose turn this would be.
        PythonTask.__init__(self, task_type, name, task_config, container_image=container_image, **options)
        self.executor_type = executor_type
        self._resolver = task_resolver or default_task_template_resolver

    @property
    def task_resolver(self) -> TaskTemplateResolver:
        """What finds the task in the container."""
        return self._resolver

    @property
    def container_image(self) -> str | None:
        """The image that was asked for."""
        return self.settings.container_image

    def get_image(self, settings: SerializationSettings) -> str:
        """The URI of the image."""
        return settings.image_config.resolve(self.settings.container_image)

    def get_command(self, settings: SerializationSettings) -> list[str]:
        """``pyflyte-execute`` and its arguments; no archive of code, since the user's code is not needed."""
        arguments = self._resolver.loader_args(settings, self)
        return ["pyflyte-execute", *program_places(checkpoints=False), "--resolver", self._resolver.location, "--", *arguments]

    def get_container(self, settings: SerializationSettings) -> core.Container:
        env = {**settings.env, **self.settings.environment}
        return core.Container(
            image=self.get_image(settings),
            args=self.get_command(settings),
            resources=self.settings.resources,
            env=[core.KeyValuePair(key=key, value=value) for key, value in env.items()],
        )

    def execute(self, **kwargs: Any) -> Any:
        from glidepath.authoring.settings import SerializationSettings  # a local run's template is for the executor alone

        template = self.template(SerializationSettings(in_process=True))
        return self.executor_type().execute_from_model(template, **kwargs)


def location_of_class(cls: type) -> str:
    """``module.Name`` of a class, under the module in which flytekit has it where it is one of flytekit's."""
    module: Mapping[str, str] | str = getattr(cls, "wire_module", cls.__module__)
    return f"{module}.{cls.__name__}"


def _guessed(interface: core.TypedInterface) -> DeclaredInterface:
    return DeclaredInterface(
        {name: _type_of(variable.type) for name, variable in interface.inputs.variables.items()},
        {name: _type_of(variable.type) for name, variable in interface.outputs.variables.items()},
    )


def _type_of(literal_type: core.LiteralType) -> Any:
    if literal_type.HasField("schema"):
        from glidepath.types.schema import FlyteSchema  # only older tables are of this type

        return FlyteSchema
    return guess_python_type(literal_type)
