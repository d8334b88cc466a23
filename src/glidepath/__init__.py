"""Glidepath: the Flyte 1 platform in Python.

``from glidepath import task, workflow, …``: flytekit's public names, each loaded with its module when it is first asked for.
"""

from __future__ import annotations

import importlib
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from glidepath.version import VERSION

__version__ = VERSION

if TYPE_CHECKING:
    from contextlib import AbstractContextManager

    from glidepath.authoring.accelerators import BaseAccelerator as BaseAccelerator, GPUAccelerator as GPUAccelerator
    from glidepath.authoring.cache_policies import CacheFunctionBody as CacheFunctionBody
    from glidepath.authoring.caching import (
        Cache as Cache,
        CachePolicy as CachePolicy,
        VersionParameters as VersionParameters,
    )
    from glidepath.authoring.conditionals import conditional as conditional
    from glidepath.authoring.documentation import (
        Description as Description,
        Documentation as Documentation,
        SourceCode as SourceCode,
    )
    from glidepath.authoring.dynamic_tasks import DynamicTask as DynamicTask, dynamic as dynamic
    from glidepath.authoring.eager_tasks import EagerTask as EagerTask, eager as eager
    from glidepath.authoring.environments import Environment as Environment
    from glidepath.authoring.gates import approve as approve, sleep as sleep, wait_for_input as wait_for_input
    from glidepath.authoring.governing import Controller
    from glidepath.authoring.images import Image as Image, ImageConfig as ImageConfig
    from glidepath.authoring.imperative import ImperativeWorkflow as ImperativeWorkflow, Workflow as Workflow
    from glidepath.authoring.launch_plans import LaunchPlan as LaunchPlan
    from glidepath.authoring.logs import logger as logger
    from glidepath.authoring.maps import array_node as array_node, map_task as map_task
    from glidepath.authoring.notifications import (
        Email as Email,
        PagerDuty as PagerDuty,
        Slack as Slack,
        WorkflowExecutionPhase as WorkflowExecutionPhase,
    )
    from glidepath.authoring.options import (
        Annotations as Annotations,
        AuthRole as AuthRole,
        ConcurrencyLimitBehavior as ConcurrencyLimitBehavior,
        ConcurrencyPolicy as ConcurrencyPolicy,
        Labels as Labels,
        Options as Options,
        RawOutputDataConfig as RawOutputDataConfig,
    )
    from glidepath.authoring.ordering import create_node as create_node
    from glidepath.authoring.pods import PodTemplate as PodTemplate
    from glidepath.authoring.python_tasks import PythonInstanceTask as PythonInstanceTask
    from glidepath.authoring.references import (
        get_reference_entity as get_reference_entity,
        reference_launch_plan as reference_launch_plan,
        reference_task as reference_task,
        reference_workflow as reference_workflow,
    )
    from glidepath.authoring.resolver import TaskResolver as TaskResolver
    from glidepath.authoring.resources import Resources as Resources
    from glidepath.authoring.retry_backoff import RetryBackoff as RetryBackoff
    from glidepath.authoring.schedules import CronSchedule as CronSchedule, FixedRate as FixedRate
    from glidepath.authoring.security import (
        Identity as Identity,
        Secret as Secret,
        SecurityContext as SecurityContext,
    )
    from glidepath.authoring.task_metadata import TaskMetadata as TaskMetadata
    from glidepath.authoring.task_settings import DeckField as DeckField
    from glidepath.authoring.tasks import PythonFunctionTask as PythonFunctionTask, Task, task as task
    from glidepath.authoring.workflows import (
        PythonFunctionWorkflow as PythonFunctionWorkflow,
        WorkflowBase,
        WorkflowFailurePolicy as WorkflowFailurePolicy,
        workflow as workflow,
    )
    from glidepath.extras.container_task import ContainerTask as ContainerTask
    from glidepath.extras.sql import SQLTask as SQLTask
    from glidepath.remote import FlyteRemote as FlyteRemote
    from glidepath.runtime.checkpoint import Checkpoint as Checkpoint
    from glidepath.runtime.context import (
        ExecutionParameters as ExecutionParameters,
        current_context as current_context,
    )
    from glidepath.runtime.deck import Deck as Deck
    from glidepath.types import (
        BatchSize as BatchSize,
        FlyteAnnotation as FlyteAnnotation,
        FlyteDirectory as FlyteDirectory,
        FlyteError as FlyteError,
        FlyteFile as FlyteFile,
        HashMethod as HashMethod,
        StructuredDataset as StructuredDataset,
        kwtypes as kwtypes,
    )

_NAMES: dict[str, tuple[str, ...]] = {
    "authoring": (
        "Annotations",
        "AuthRole",
        "BaseAccelerator",
        "Cache",
        "CacheFunctionBody",
        "CachePolicy",
        "ConcurrencyLimitBehavior",
        "ConcurrencyPolicy",
        "CronSchedule",
        "DeckField",
        "Description",
        "Documentation",
        "DynamicTask",
        "EagerTask",
        "Email",
        "Environment",
        "FixedRate",
        "GPUAccelerator",
        "Identity",
        "Image",
        "ImageConfig",
        "ImperativeWorkflow",
        "Labels",
        "LaunchPlan",
        "Options",
        "PagerDuty",
        "PodTemplate",
        "PythonFunctionTask",
        "PythonFunctionWorkflow",
        "PythonInstanceTask",
        "RawOutputDataConfig",
        "Resources",
        "RetryBackoff",
        "Secret",
        "SecurityContext",
        "Slack",
        "SourceCode",
        "TaskMetadata",
        "TaskResolver",
        "VersionParameters",
        "Workflow",
        "WorkflowExecutionPhase",
        "WorkflowFailurePolicy",
        "approve",
        "array_node",
        "conditional",
        "create_node",
        "dynamic",
        "eager",
        "get_reference_entity",
        "logger",
        "map_task",
        "reference_launch_plan",
        "reference_task",
        "reference_workflow",
        "sleep",
        "task",
        "wait_for_input",
        "workflow",
    ),
    "extras.container_task": ("ContainerTask",),
    "extras.sql": ("SQLTask",),
    "remote": ("FlyteRemote",),
    "runtime.checkpoint": ("Checkpoint",),
    "runtime.deck": ("Deck",),
    "runtime.context": ("ExecutionParameters", "current_context"),
    "types": (
        "BatchSize",
        "FlyteAnnotation",
        "FlyteDirectory",
        "FlyteError",
        "FlyteFile",
        "HashMethod",
        "StructuredDataset",
        "kwtypes",
    ),
}
_MODULE_OF = {name: module for module, names in _NAMES.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module 'glidepath' has no attribute {name!r}")
    value = getattr(importlib.import_module(f"glidepath.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]


def run_locally(entity: WorkflowBase[..., Any] | LaunchPlan, values: Mapping[str, Any]) -> Any:
    """Run a workflow or launch plan in this process: Python values of its inputs → its Python outputs.

    The engine loads when the first workflow is called; a script that only declares some never pays for it.
    """
    from glidepath import local

    return local.run(entity, dict(values))


def run_task_locally(task: Task[..., Any], values: Mapping[str, Any]) -> Any:
    """Run a task with hooks in this process, through literals: Python values of its inputs → its Python outputs."""
    from glidepath.local import tasks

    return tasks.run_task(task, values)


def call_cached_locally(task: PythonFunctionTask[..., Any], values: Mapping[str, Any]) -> Any:
    """Call a cached task in this process, unless its outputs are kept: Python values of its inputs → its Python outputs."""
    from glidepath.local import tasks

    return tasks.run_cached_function(task, values)


def govern_eagerly(task: EagerTask[..., Any]) -> AbstractContextManager[Controller]:
    """Who carries out what an eager function calls: in an attempt of a control plane that one, else this process."""
    from glidepath.runtime import eager

    if eager.on_platform(task):
        from glidepath.remote.eager import RemoteController

        return eager.with_deck(RemoteController.of_attempt(task, eager.settings()))
    from glidepath.local.eager import LocalController

    return LocalController.opened()


def end_eager_children() -> None:
    """End what the failed eager task of this attempt's execution left running on its control plane."""
    from glidepath.remote.eager_cleanup import end_children

    end_children()
