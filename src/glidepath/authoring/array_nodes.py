"""Maps of launch plans and of tasks that are registered already: array nodes around them, nothing of their own to register."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.entity import Entity, NodeDefaults
from glidepath.authoring.map_options import MapOptions
from glidepath.authoring.mapping import MapShape
from glidepath.authoring.places import Place
from glidepath.idl import core
from glidepath.idl.ids import dns_label

if TYPE_CHECKING:
    from glidepath.authoring.nodes import Node
    from glidepath.authoring.settings import SerializationSettings


class ArrayNode(Entity[..., Any]):
    """A launch plan, or a registered task, over lists; made by :func:`glidepath.authoring.maps.map_task` of one.

    The results are lists of the target's outputs also where items may lack, since the control plane's compiler says so; an item
    that failed gives ``None``.
    """

    def __init__(self, target: Entity[..., Any], bound: Mapping[str, Any], options: MapOptions, source: Place) -> None:
        self.target = target
        self.shape = MapShape(bound, options)
        self.kind = target.kind
        super().__init__(target.name, self.shape.interface(target.interface, target.name, source, optional=False), source)

    def entities(self) -> Iterable[Entity[..., Any]]:
        return (self.target,)

    def node_defaults(self) -> NodeDefaults:
        return NodeDefaults(self.name)

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        inner = self.shape.write(message, dns_label(self.name))
        self.target.fill_node(inner, node, settings)
        array = message.array_node
        array.is_original_sub_node_interface.value = True
        if self.kind == core.ResourceType.LAUNCH_PLAN:
            array.execution_mode = core.ArrayNode.FULL_STATE
        else:  # the program of a task that is registered as it is picks no element
            array.data_mode = core.ArrayNode.INDIVIDUAL_INPUT_FILES

    def run(self, values: Mapping[str, Any]) -> Any:
        """A plain call: one run of the launch plan after the other, in this process."""
        return self.shape.call_each(self.name, self.interface, values, lambda **item: self.target.run(item))
