"""Entities that are registered elsewhere: here they have an id and an interface, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, NoReturn, Protocol

from glidepath.authoring.docstrings import parse
from glidepath.authoring.entity import Entity, NodeDefaults, P, R
from glidepath.authoring.interface import Interface, Output, Parameter
from glidepath.authoring.places import Place, caller, place_of
from glidepath.authoring.settings import SerializationSettings
from glidepath.authoring.signatures import interface_of
from glidepath.errors import FlyteAssertion, FlyteValidationException
from glidepath.idl import core, kinds
from glidepath.idl.ids import text_of

if TYPE_CHECKING:
    from glidepath.authoring.nodes import Node


class Reference(NamedTuple):
    """The id of something that is registered."""

    project: str
    domain: str
    name: str
    version: str


class ReferenceEntity(Entity[P, R]):
    """A name for what lies on a control plane. Calls in workflows make nodes; there is nothing here to run."""

    def __init__(self, reference: Reference, interface: Interface, source: Place) -> None:
        super().__init__(reference.name, interface, source)
        self.reference = reference

    @property
    def id(self) -> core.Identifier:
        """The whole id, the same under all settings."""
        reference = self.reference
        return core.Identifier(
            resource_type=self.kind,
            project=reference.project,
            domain=reference.domain,
            name=reference.name,
            version=reference.version,
        )

    def identifier(self, settings: SerializationSettings) -> core.Identifier:
        return self.id

    def node_defaults(self) -> NodeDefaults:
        return NodeDefaults(self.short_name)

    def run(self, values: Mapping[str, Any]) -> NoReturn:
        raise FlyteAssertion(
            f"{text_of(self.id)} is registered elsewhere, so it cannot run here",
            where=str(self.source),
            hint="run the workflow on a control plane that has it, with pyflyte run --remote",
        )


class ReferenceTask(ReferenceEntity[P, R]):
    """A task that is registered."""

    kind = kinds.ResourceType.TASK

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        message.task_node.reference_id.CopyFrom(self.id)


class ReferenceLaunchPlan(ReferenceEntity[P, R]):
    """A launch plan that is registered."""

    kind = kinds.ResourceType.LAUNCH_PLAN

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        message.workflow_node.launchplan_ref.CopyFrom(self.id)


class ReferenceWorkflow(ReferenceEntity[P, R]):
    """A workflow that is registered. It can be named, not used as a sub-workflow: its graph is not here."""

    kind = kinds.ResourceType.WORKFLOW

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> NoReturn:
        raise FlyteValidationException(
            f"{text_of(self.id)} is a registered workflow, which cannot be a sub-workflow",
            where=str(node.place),
            hint="use its launch plan: @reference_launch_plan(...)",
        )


class ReferenceDecorator(Protocol):
    """What makes a reference of a function and keeps its signature."""

    def __call__(self, function: Callable[P, R], /) -> ReferenceEntity[P, R]: ...


def _decorator(made: type[ReferenceEntity[..., Any]], reference: Reference) -> ReferenceDecorator:
    def decorate(function: Callable[..., Any], /) -> Any:
        interface = interface_of(function, owner=reference.name, docstring=parse(function.__doc__), must_return=False)
        return made(reference, interface, place_of(function))

    return decorate


def reference_task(project: str, domain: str, name: str, version: str) -> ReferenceDecorator:
    """A task that is registered under this id; the decorated function says its interface, its body does not count."""
    return _decorator(ReferenceTask, Reference(project, domain, name, version))


def reference_workflow(project: str, domain: str, name: str, version: str) -> ReferenceDecorator:
    """A workflow that is registered under this id."""
    return _decorator(ReferenceWorkflow, Reference(project, domain, name, version))


def reference_launch_plan(project: str, domain: str, name: str, version: str) -> ReferenceDecorator:
    """A launch plan that is registered under this id."""
    return _decorator(ReferenceLaunchPlan, Reference(project, domain, name, version))


_KINDS: dict[int, type[ReferenceEntity[..., Any]]] = {
    kinds.ResourceType.TASK: ReferenceTask,
    kinds.ResourceType.WORKFLOW: ReferenceWorkflow,
    kinds.ResourceType.LAUNCH_PLAN: ReferenceLaunchPlan,
}


def get_reference_entity(
    resource_type: int,
    project: str,
    domain: str,
    name: str,
    version: str,
    inputs: Mapping[str, Any],
    outputs: Mapping[str, Any],
) -> ReferenceEntity[..., Any]:
    """A reference from an id and an interface as Python types by name."""
    place = caller()
    interface = Interface(
        {key: Parameter(python_type, description=key) for key, python_type in inputs.items()},
        {key: Output(python_type, description=key) for key, python_type in outputs.items()},
        None,
        name,
        place,
    )
    return _KINDS[resource_type](Reference(project, domain, name, version), interface, place)
