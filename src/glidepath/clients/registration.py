"""Register many entities at once: level by level of their dependency graph, side by side within a level.

An entity that is already there with the same structure counts as registered ("unchanged").
"""

from __future__ import annotations

import enum
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, replace
from typing import TypeAlias

from glidepath.clients.raw import RawClient
from glidepath.errors import FlyteEntityAlreadyExistsException, FlyteException, FlyteValueException
from glidepath.idl import admin, core
from glidepath.idl.ids import key_of, text_of

Spec: TypeAlias = "admin.TaskSpec | admin.WorkflowSpec | admin.LaunchPlan"
Key: TypeAlias = tuple[int, str, str, str, str]
JOBS = 64
"""Calls at a time. A call waits for the network and the server's database, so what counts is how many wait at once; from 128
on the threads cost more than they bring."""


class Outcome(enum.Enum):
    """What came of registering one entity."""

    CREATED = "created"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    SKIPPED = "skipped"
    """Not tried, since something failed before it."""


@dataclass(frozen=True)
class Entity:
    """One thing to register."""

    id: core.Identifier
    """Complete: resource type, project, domain, name, version."""
    spec: Spec


@dataclass(frozen=True)
class Registration:
    """What came of one entity."""

    entity: Entity
    outcome: Outcome
    error: FlyteException | None = None
    """Why it failed; None for every other outcome."""


def create(client: RawClient, entity: Entity) -> Outcome:
    """Register one entity: CREATED or UNCHANGED. Raises what the server refused it with."""
    spec = entity.spec
    try:
        if isinstance(spec, admin.TaskSpec):
            client.create_task(admin.TaskCreateRequest(id=entity.id, spec=spec))
        elif isinstance(spec, admin.WorkflowSpec):
            client.create_workflow(admin.WorkflowCreateRequest(id=entity.id, spec=spec))
        else:
            client.create_launch_plan(admin.LaunchPlanCreateRequest(id=entity.id, spec=spec.spec))
    except FlyteEntityAlreadyExistsException:
        return Outcome.UNCHANGED
    return Outcome.CREATED


def register_all(
    client: RawClient,
    entities: Sequence[Entity],
    *,
    jobs: int = JOBS,
    keep_going: bool = False,
    on_result: Callable[[Registration], None] | None = None,
) -> list[Registration]:
    """Register entities with ``jobs`` calls at a time; returns one result each, in the order of ``entities``.

    After a failure no further level starts and nothing that waits is sent, unless ``keep_going``. Results say so; nothing
    is raised for a refused entity. ``on_result`` is called as results come, from this thread.
    """
    results: dict[Key, Registration] = {}
    with ThreadPoolExecutor(max_workers=max(1, jobs), thread_name_prefix="register") as pool:
        for level in levels(entities):
            for result in _register_level(client, pool, level, keep_going):
                results[key_of(result.entity.id)] = result
                if on_result:
                    on_result(result)
            if not keep_going and any(result.outcome is Outcome.FAILED for result in results.values()):
                break
    found = ((entity, results.get(key_of(entity.id))) for entity in entities)
    return [replace(result, entity=entity) if result else Registration(entity, Outcome.SKIPPED) for entity, result in found]


def _register_level(
    client: RawClient, pool: ThreadPoolExecutor, level: Sequence[Entity], keep_going: bool
) -> Iterator[Registration]:
    futures: dict[Future[Outcome], Entity] = {pool.submit(create, client, entity): entity for entity in level}
    for future in as_completed(futures):
        entity = futures[future]
        if future.cancelled():
            yield Registration(entity, Outcome.SKIPPED)
            continue
        try:
            yield Registration(entity, future.result())
        except FlyteException as error:
            yield Registration(entity, Outcome.FAILED, error)
            if not keep_going:
                for waiting in futures:
                    waiting.cancel()


def levels(entities: Sequence[Entity]) -> list[list[Entity]]:
    """Entities in groups, each of which needs only those before it. References to entities outside are not waited for.

    Raises FlyteValueException for entities that refer to each other in a circle.
    """
    waiting = {key_of(entity.id): entity for entity in entities}
    needs = {
        key: {need for need in references(entity.spec) if need in waiting and need != key} for key, entity in waiting.items()
    }
    groups: list[list[Entity]] = []
    done: set[Key] = set()
    while needs:
        ready = [key for key, wanted in needs.items() if wanted <= done]
        if not ready:
            names = ", ".join(sorted(text_of(waiting[key].id) for key in needs))
            raise FlyteValueException(f"these entities refer to each other in a circle: {names}")
        groups.append([waiting[key] for key in ready])
        done.update(ready)
        for key in ready:
            del needs[key]
    return groups


def references(spec: Spec) -> Iterator[Key]:
    """The tasks, workflows and launch plans that must be registered before a spec."""
    if isinstance(spec, admin.LaunchPlan):
        yield key_of(spec.spec.workflow_id)
    elif isinstance(spec, admin.WorkflowSpec):
        for template in (spec.template, *spec.sub_workflows):
            nodes = [*template.nodes, template.failure_node] if template.HasField("failure_node") else template.nodes
            yield from _of_nodes(nodes)


def _of_nodes(nodes: Iterable[core.Node]) -> Iterator[Key]:
    for node in nodes:
        kind = node.WhichOneof("target")
        if kind == "task_node":
            yield key_of(node.task_node.reference_id)
        elif kind == "workflow_node":
            # A sub-workflow travels inside the spec; it need not be registered on its own.
            if node.workflow_node.HasField("launchplan_ref"):
                yield key_of(node.workflow_node.launchplan_ref)
        elif kind == "array_node":
            yield from _of_nodes([node.array_node.node])
        elif kind == "branch_node":
            branches = node.branch_node.if_else
            cases = [branches.case.then_node, *(case.then_node for case in branches.other)]
            yield from _of_nodes([*cases, branches.else_node])
