"""Entities → the messages that are registered, dependencies first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from glidepath.authoring.entity import Entity
from glidepath.authoring.launch_plans import LaunchPlan, default_launch_plan
from glidepath.authoring.references import ReferenceEntity
from glidepath.authoring.settings import SerializationSettings
from glidepath.authoring.tasks import Task
from glidepath.authoring.workflows import PythonFunctionWorkflow, WorkflowBase
from glidepath.errors import FlyteValidationException
from glidepath.idl import admin, core

Message = admin.TaskSpec | admin.WorkflowSpec | admin.LaunchPlan


@dataclass(frozen=True)
class Spec:
    """What is registered of one entity."""

    entity: Entity[..., Any]
    id: core.Identifier
    message: Message

    def to_bytes(self) -> bytes:
        """The message; equal for equal code and settings in every process."""
        return self.message.SerializeToString(deterministic=True)


def specs_of(entities: Iterable[Entity[..., Any]], settings: SerializationSettings) -> list[Spec]:
    """The specs of entities and of all that they use, each once, what is used before what uses it.

    Each workflow is followed by its default launch plan; references are left out, being registered already. Raises
    FlyteValidationException for two entities of one kind and name, FlyteCompilationException for workflows that do not work.
    """
    return [Spec(entity, entity.identifier(settings), _message(entity, settings)) for entity in in_order(entities)]


def in_order(entities: Iterable[Entity[..., Any]]) -> list[Entity[..., Any]]:
    """Entities and all that they use, each once, in the order of registration."""
    found: dict[tuple[int, str], Entity[..., Any]] = {}
    for entity in (each for given in entities for each in given.entities()):
        for visited in _with_dependencies(entity, found):
            found[visited.kind, visited.name] = visited
    return list(found.values())


def _with_dependencies(entity: Entity[..., Any], found: dict[tuple[int, str], Entity[..., Any]]) -> Iterator[Entity[..., Any]]:
    if isinstance(entity, ReferenceEntity):
        return
    known = found.get((entity.kind, entity.name))
    if known is not None:
        _check_same(known, entity)
        return
    for dependency in entity.dependencies():
        yield from _with_dependencies(dependency, found)
    if (entity.kind, entity.name) not in found:  # a launch plan of the workflow's own name comes with its workflow
        yield entity
    if isinstance(entity, PythonFunctionWorkflow):
        yield default_launch_plan(entity)
    for companion in entity.companions():
        yield from _with_dependencies(companion, found)


def _check_same(known: Entity[..., Any], entity: Entity[..., Any]) -> None:
    if known is not entity and known.source != entity.source:
        kind = core.ResourceType.Name(entity.kind).lower().replace("_", " ")
        raise FlyteValidationException(
            f"two {kind}s are named {entity.name}",
            where=f"{known.source} and {entity.source}",
            hint="rename one of them",
        )


def _message(entity: Entity[..., Any], settings: SerializationSettings) -> Message:
    if isinstance(entity, (Task, WorkflowBase, LaunchPlan)):
        return entity.spec(settings)
    raise FlyteValidationException(f"{entity!r} is of a kind that cannot be registered")
