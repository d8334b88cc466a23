"""What authors of task types override: how a task runs, and what its template says beyond that of a function task."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.declared_interface import PlainInterface
from glidepath.authoring.descriptions import description_of
from glidepath.authoring.docstrings import EMPTY
from glidepath.authoring.task_metadata import TaskMetadata
from glidepath.authoring.task_specs import metadata_of
from glidepath.errors import FlyteAssertion
from glidepath.idl import admin, core

if TYPE_CHECKING:
    from glidepath.authoring.interface import Interface
    from glidepath.authoring.security import SecurityContext
    from glidepath.authoring.settings import SerializationSettings
    from glidepath.authoring.task_settings import TaskSettings

FUNCTION_OPTIONS = ("execution_mode", "node_dependency_hints")
"""Arguments of ``@task`` that only functions have a use for; task classes that pass all on may name them."""


class TaskHooks:
    """A mixin for tasks. An attempt calls :meth:`dispatch_execute`, which calls the other three in turn.

    Methods that begin with ``get_`` are asked for parts of the template; messages are those of ``glidepath.idl.core``.
    """

    hooked = True
    name: str
    task_type: str
    interface: Interface
    settings: TaskSettings
    task_config: Any = None
    task_type_version: int = 0
    security_context: SecurityContext | None = None

    # -- running ---------------------------------------------------------------------------------------------------------

    def pre_execute(self, user_params: Any) -> Any:
        """Before inputs are read: the parameters (``current_context()``) under which the task runs."""
        return user_params

    def execute(self, **kwargs: Any) -> Any:
        """The work: Python values of the inputs → what a function with these outputs would return."""
        raise FlyteAssertion(
            f"{self.name} is a task of type {self.task_type}, which has no code to run in this process",
            hint="run it on a control plane with an executor for this type, or override execute",
        )

    def post_execute(self, user_params: Any, rval: Any) -> Any:
        """After the work: what the task returns. ``user_params`` are those of :meth:`pre_execute`."""
        return rval

    def dispatch_execute(self, ctx: Any, input_literal_map: core.LiteralMap) -> core.LiteralMap:
        """Literals in, literals out. ``ctx`` is a :class:`~glidepath.types.flyte_context.FlyteContext`."""
        outputs: core.LiteralMap = ctx.dispatch(self, input_literal_map)
        return outputs

    def run(self, values: Mapping[str, Any]) -> Any:
        """A plain call takes the way of an attempt, hooks and literals included."""
        from glidepath import run_task_locally  # the runner loads when the first such task is called

        return run_task_locally(self, values)  # type: ignore[arg-type]  # what is mixed into is a task

    # -- the template ----------------------------------------------------------------------------------------------------

    def get_custom(self, settings: SerializationSettings) -> Mapping[str, Any] | None:
        """What the executor of this type wants to know, as plain data."""
        return None

    def get_config(self, settings: SerializationSettings) -> Mapping[str, str] | None:
        """The same as texts."""
        return None

    def get_container(self, settings: SerializationSettings) -> core.Container | None:
        """The container, for types that have one."""
        return None

    def get_k8s_pod(self, settings: SerializationSettings) -> core.K8sPod | None:
        """The pod, for types that have one."""
        return None

    def get_sql(self, settings: SerializationSettings) -> core.Sql | None:
        """The statement, for types that have one."""
        return None

    def get_extended_resources(self, settings: SerializationSettings) -> core.ExtendedResources | None:
        """Devices and shared memory."""
        return self.settings.extended_resources

    def template(self, settings: SerializationSettings) -> core.TaskTemplate:
        template = core.TaskTemplate(
            id=self.identifier(settings),  # type: ignore[attr-defined]
            type=self.task_type,
            metadata=metadata_of(self.settings),
            interface=self.interface.typed,
            extended_resources=self.get_extended_resources(settings),
            task_type_version=self.task_type_version,
            config=dict(self.get_config(settings) or {}),
        )
        if self.settings.retry_backoff is not None:
            template.config.update(self.settings.retry_backoff.config())
        if custom := self.get_custom(settings):
            template.custom.update(custom)
        if self.security_context is not None:
            template.security_context.CopyFrom(self.security_context.message())
        if self.settings.secrets:
            template.security_context.secrets.extend(secret.message() for secret in self.settings.secrets)
        if not settings.in_process:
            self._fill_target(template, settings)
        return template

    def spec(self, settings: SerializationSettings) -> admin.TaskSpec:
        spec = admin.TaskSpec(template=self.template(settings))
        if self.settings.docs is not None:
            spec.description.CopyFrom(description_of(self.settings.docs, EMPTY))
        return spec

    def _fill_target(self, template: core.TaskTemplate, settings: SerializationSettings) -> None:
        if (container := self.get_container(settings)) is not None:
            template.container.CopyFrom(container)
        elif (pod := self.get_k8s_pod(settings)) is not None:
            template.k8s_pod.CopyFrom(pod)
        elif (sql := self.get_sql(settings)) is not None:
            template.sql.CopyFrom(sql)

    # -- what flytekit calls things --------------------------------------------------------------------------------------

    @property
    def metadata(self) -> TaskMetadata:
        """How attempts are run and reused."""
        return TaskMetadata.of(self.settings)

    @property
    def python_interface(self) -> PlainInterface:
        """Inputs and outputs as Python types."""
        return PlainInterface(self.interface)

    @property
    def docs(self) -> Any:
        """The documentation that was declared."""
        return self.settings.docs
