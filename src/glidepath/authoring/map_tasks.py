"""Maps of tasks: a task of its own, whose items run the mapped task on one element of each list."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.calls import finished
from glidepath.authoring.entity import NodeDefaults
from glidepath.authoring.map_options import MapOptions
from glidepath.authoring.mapping import MapShape
from glidepath.authoring.resolver import loader_args, location_of
from glidepath.authoring.task_specs import program_command
from glidepath.authoring.tasks import PythonAutoContainerTask, Task
from glidepath.idl import admin, core

if TYPE_CHECKING:
    from glidepath.authoring.nodes import Node
    from glidepath.authoring.settings import SerializationSettings
    from glidepath.authoring.task_metadata import TaskMetadata

MAP_RESOLVER = "flytekit.core.array_node_map_task.ArrayNodeMapTaskResolver"
"""The name on the wire of finding a map's task. It is stock flytekit's, so that its images run our maps."""


class ArrayNodeMapTask(PythonAutoContainerTask[..., Any]):
    """A task over lists, made by :func:`glidepath.authoring.maps.map_task` of a task.

    It is registered under a name of its own; its nodes are array nodes. ``mapped`` is what each item runs.
    """

    task_type_version = 1
    mappable = False

    def __init__(
        self,
        mapped: PythonAutoContainerTask[..., Any],
        bound: Mapping[str, Any],
        options: MapOptions,
        metadata: TaskMetadata | None = None,
    ) -> None:
        self.mapped = mapped
        self.module = mapped.module
        self.task_type = mapped.task_type
        self.shape = MapShape(bound, options)
        self.settings = mapped.settings if metadata is None else metadata.applied_to(mapped.settings)
        name = f"{mapped.map_stem}_{options.digest(self._bound_names)}-arraynode"
        # The place of the mapped task, so that two maps that are written alike are one entity.
        interface = self.shape.interface(mapped.interface, name, mapped.source, optional=options.may_lack_items)
        super().__init__(name, interface, mapped.source)

    @property
    def worker(self) -> Task[..., Any]:
        return self.mapped

    @property
    def _bound_names(self) -> str:
        return ",".join(sorted(self.shape.bound))

    def command(self, settings: SerializationSettings) -> list[str]:
        arguments = ["vars", self._bound_names, "resolver", location_of(self.mapped), *loader_args(self.mapped, settings)]
        return program_command("pyflyte-map-execute", MAP_RESOLVER, arguments)

    def environment(self, settings: SerializationSettings) -> Mapping[str, str]:
        return self.mapped.environment(settings)

    def template(self, settings: SerializationSettings) -> core.TaskTemplate:
        template = super().template(settings)
        if self.mapped.hooked:  # of a type with something to tell its executor
            of_type = self.mapped.template(settings)
            template.config.update(of_type.config)
            if of_type.HasField("custom"):
                template.custom.CopyFrom(of_type.custom)
        return template

    def spec(self, settings: SerializationSettings) -> admin.TaskSpec:
        return admin.TaskSpec(template=self.template(settings))

    def node_defaults(self) -> NodeDefaults:
        return super().node_defaults()._replace(name=self.name)

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        inner = self.shape.write(message, self.name)
        super().fill_node(inner, node, settings)
        # What is said of the use is said of each item; the node around them has a name only, as in stock.
        message.metadata.CopyFrom(core.NodeMetadata(name=self.name, retries=core.RetryStrategy()))
        message.array_node.is_original_sub_node_interface.SetInParent()
        if self.mapped.hooked:  # as stock says of all but plain functions
            message.array_node.execution_mode = core.ArrayNode.FULL_STATE

    def run(self, values: Mapping[str, Any]) -> Any:
        """A plain call: the mapped task on one item after the other, in this process."""
        return self.shape.call_each(self.name, self.interface, values, lambda **item: finished(self.mapped.run(item)))
