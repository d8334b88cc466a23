"""A workflow of one node around a task, for what runs only as a workflow."""

from __future__ import annotations

import functools
from typing import Any

from glidepath.authoring.bindings import Target, bind
from glidepath.authoring.composing import Composition
from glidepath.authoring.interface import Interface, Output, Parameter
from glidepath.authoring.nodes import Node
from glidepath.authoring.tasks import Task
from glidepath.authoring.workflow_specs import workflow_spec
from glidepath.authoring.workflows import Graph, WorkflowBase, WorkflowSettings
from glidepath.idl import admin


class TaskWorkflow(WorkflowBase[..., Any]):
    """A task's inputs go in, its outputs come out. Inputs have no defaults, and are described by their names."""

    def __init__(self, name: str, task: Task[..., Any]) -> None:
        inner = task.interface
        inputs = {key: Parameter(value.python_type, description=key) for key, value in inner.inputs.items()}
        outputs = {key: Output(value.python_type, key) for key, value in inner.outputs.items()}
        super().__init__(name, Interface(inputs, outputs, inner.output_tuple, name, task.source), task.source)
        self.task = task
        self.settings = WorkflowSettings()

    @functools.cached_property
    def graph(self) -> Graph:
        """The node and what it passes on."""
        composition = Composition(self.name)
        inputs = composition.inputs(self)
        node = composition.node(self.task, "n0", inputs, self.source)
        composition.nodes.append(node)
        interface = self.interface
        outputs = {
            name: bind(
                node.outputs[name],
                Target(output.python_type, interface.output_types[name], f"output {name!r} of {self.name}", self.source),
            )
            for name, output in interface.outputs.items()
        }
        return Graph((node,), outputs, self._failure_node(composition, inputs))

    def spec(self, settings: Any) -> admin.WorkflowSpec:
        """What is registered; without a description, which the task has."""
        spec = workflow_spec(self, settings, admin.DescriptionEntity())
        spec.ClearField("description")
        return spec

    def _failure_node(self, composition: Composition, inputs: dict[str, Any]) -> Node | None:
        return None
