"""What the body of a dynamic task drew → the message that a control plane runs, and the objects behind its ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, NamedTuple

from glidepath.authoring.bindings import binding_list
from glidepath.authoring.entity import Entity
from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.references import ReferenceLaunchPlan
from glidepath.authoring.specs import in_order
from glidepath.authoring.tasks import Task
from glidepath.authoring.workflow_specs import node_message, workflow_template
from glidepath.authoring.workflows import Graph, WorkflowBase
from glidepath.compiler import LaunchPlanInterface
from glidepath.idl import core
from glidepath.idl.ids import key_of

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings

IdKey = tuple[int, str, str, str, str]


class Futures(NamedTuple):
    """A graph that is to run in place of the task that drew it."""

    job: core.DynamicJobSpec
    """Nodes, outputs, and the templates of tasks and sub-workflows."""
    entities: Mapping[IdKey, Entity[..., Any]]
    """The Python objects behind the ids of the job: tasks, sub-workflows, launch plans. References are among them."""
    launch_plans: tuple[LaunchPlanInterface, ...]
    """What a compiler must know of the launch plans that the graph calls."""


def futures_of(graph: Graph, settings: SerializationSettings) -> Futures:
    """The job of a graph, field by field as stock flytekit writes it."""
    used = {(entity.kind, entity.name): entity for entity in graph.entities()}
    below = in_order(used.values())
    workflows = {entity.name: entity for entity in _sub_workflows(used.values())}
    tasks = [entity for entity in below if isinstance(entity, Task)]
    job = core.DynamicJobSpec(
        nodes=[node_message(node, settings) for node in graph.nodes],
        min_successes=len(graph.nodes),
        outputs=binding_list(graph.outputs, list(graph.outputs)),
        tasks=[task.template(settings) for task in tasks],
        subworkflows=[workflow_template(workflows[name], settings) for name in sorted(workflows)],
    )
    entities = {key_of(entity.identifier(settings)): entity for entity in (*below, *used.values())}
    return Futures(job, entities, tuple(_plans(entities.values(), settings)))


def _sub_workflows(entities: Any) -> list[WorkflowBase[..., Any]]:
    """The workflows among entities and, however deep, among what their graphs use; not those behind launch plans."""
    found: dict[str, WorkflowBase[..., Any]] = {}
    pending = list(entities)
    while pending:
        entity = pending.pop()
        if isinstance(entity, WorkflowBase) and entity.name not in found:
            found[entity.name] = entity
            pending.extend(entity.graph.entities())
    return list(found.values())


def _plans(entities: Any, settings: SerializationSettings) -> list[LaunchPlanInterface]:
    return [
        LaunchPlanInterface(plan.identifier(settings), plan.interface.parameter_map(), plan.interface.typed.outputs)
        for plan in entities
        if isinstance(plan, (LaunchPlan, ReferenceLaunchPlan))
    ]
