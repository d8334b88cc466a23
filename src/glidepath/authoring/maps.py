"""``map_task``: the same work on every element of lists."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.array_nodes import ArrayNode
from glidepath.authoring.entity import Entity
from glidepath.authoring.interface import counted
from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.map_options import MapOptions
from glidepath.authoring.map_tasks import ArrayNodeMapTask
from glidepath.authoring.places import caller
from glidepath.authoring.references import ReferenceLaunchPlan, ReferenceTask
from glidepath.authoring.tasks import PythonAutoContainerTask
from glidepath.errors import FlyteValidationException
from glidepath.idl import core

if TYPE_CHECKING:
    from glidepath.authoring.task_metadata import TaskMetadata

Mappable = Entity[..., Any] | Callable[..., Any]


def map_task(
    target: Mappable,
    concurrency: int | None = None,
    min_successes: int | None = None,
    min_success_ratio: float | None = 1.0,
    run_all_sub_nodes: bool = False,
    *,
    metadata: TaskMetadata | None = None,
) -> ArrayNodeMapTask | ArrayNode:
    """An entity that takes a list where ``target`` takes a value, and gives lists.

    Args:
        target: a task, a launch plan, or a reference to one; in ``functools.partial`` with the values that all items share.
        concurrency: how many items run at a time; 0 and ``None``: as many as the engine allows.
        min_successes: how many must succeed; by default all.
        min_success_ratio: the share that must succeed, from 0 to 1. With less than all the results may hold ``None``.
        run_all_sub_nodes: whether the rest runs also when too many have failed.
        metadata: retries, time-out and cache of each item, instead of the task's own.

    Raises FlyteValidationException for what cannot be mapped, for a target with several outputs, and for wrong numbers.

    Example::

        @workflow
        def total(paths: list[str]) -> int:
            return add(counts=map_task(functools.partial(count, word="a"), concurrency=10)(path=paths))
    """
    options = MapOptions(concurrency, min_successes, min_success_ratio, run_all_sub_nodes).check()
    mapped, bound = _taken_apart(target)
    _check_mappable(mapped)
    if isinstance(mapped, PythonAutoContainerTask):
        return ArrayNodeMapTask(mapped, bound, options, metadata)
    if metadata is not None:
        raise FlyteValidationException(
            f"metadata is for tasks that are registered with the map, and {mapped.name} is not",
            where=str(caller()),
            hint="use .with_overrides(retries=..., timeout=...) on the call of the map",
        )
    return ArrayNode(mapped, bound, options, caller())


def array_node(
    target: Mappable,
    concurrency: int | None = None,
    min_success_ratio: float | None = None,
    min_successes: int | None = None,
    run_all_sub_nodes: bool = False,
) -> ArrayNodeMapTask | ArrayNode:
    """flytekit's name for :func:`map_task` of a launch plan; its last arguments stand in another order."""
    return map_task(target, concurrency, min_successes, min_success_ratio, run_all_sub_nodes)


def _taken_apart(target: Any) -> tuple[Any, Mapping[str, Any]]:
    """The entity, and the values that ``functools.partial`` bound by name."""
    if not isinstance(target, functools.partial):
        return target, {}
    if target.args:
        raise FlyteValidationException(
            "a map binds inputs by name", where=str(caller()), hint="write functools.partial(task, name=value)"
        )
    return target.func, target.keywords


def _check_mappable(mapped: Any) -> None:
    if not isinstance(mapped, Entity):
        raise FlyteValidationException(f"map_task takes a task or a launch plan, not {mapped!r}", where=str(caller()))
    if mapped.kind == core.ResourceType.WORKFLOW:
        raise FlyteValidationException(
            f"map_task takes no workflow, and {mapped.name} is one",
            where=str(caller()),
            hint="map its launch plan: map_task(LaunchPlan.get_or_create(workflow))",
        )
    if isinstance(mapped, PythonAutoContainerTask):
        fits = mapped.mappable
    else:
        fits = isinstance(mapped, (LaunchPlan, ReferenceLaunchPlan, ReferenceTask))
    if not fits:
        raise FlyteValidationException(
            f"{mapped!r} is of a kind that cannot be mapped",
            where=str(caller()),
            hint="map a task that calls no other entities, a launch plan, or a reference to one",
        )
    if isinstance(mapped, PythonAutoContainerTask) and len(mapped.interface.outputs) > 1:
        raise FlyteValidationException(
            f"{mapped.name} has {counted(len(mapped.interface.outputs), 'output')}; a map's task has one at the most",
            where=str(mapped.source),
            hint="return a dataclass, or map a launch plan",
        )
