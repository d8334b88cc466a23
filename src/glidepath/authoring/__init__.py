"""What users write: tasks, workflows, launch plans, and what they are made of. Each knows how to become its spec.

The door to the room: names load with their module when they are first asked for.
"""

from __future__ import annotations

import importlib
from typing import Any

_MODULES: dict[str, tuple[str, ...]] = {
    "accelerators": ("BaseAccelerator", "GPUAccelerator", "MultiInstanceGPUAccelerator"),
    "array_nodes": ("ArrayNode",),
    "cache_policies": ("CacheFunctionBody",),
    "caching": ("Cache", "CachePolicy", "VersionParameters"),
    "conditionals": ("ConditionalSection", "conditional"),
    "documentation": ("Description", "Documentation", "SourceCode"),
    "dynamic_tasks": ("DynamicTask", "dynamic"),
    "eager_tasks": ("EagerTask", "eager"),
    "entity": ("Entity",),
    "environments": ("Environment",),
    "gates": ("approve", "sleep", "wait_for_input"),
    "images": ("Image", "ImageConfig"),
    "imperative": ("ImperativeWorkflow", "Workflow"),
    "interface": ("MISSING", "Interface", "Output", "Parameter"),
    "logs": ("logger",),
    "launch_plans": ("LaunchPlan", "default_launch_plan"),
    "map_tasks": ("ArrayNodeMapTask",),
    "maps": ("array_node", "map_task"),
    "nodes": ("Node",),
    "notifications": ("Email", "Notification", "PagerDuty", "Slack", "WorkflowExecutionPhase"),
    "options": (
        "Annotations",
        "AuthRole",
        "ConcurrencyLimitBehavior",
        "ConcurrencyPolicy",
        "Labels",
        "Options",
        "RawOutputDataConfig",
    ),
    "ordering": ("create_node",),
    "pods": ("PodTemplate",),
    "promises": ("Promise",),
    "references": (
        "ReferenceEntity",
        "ReferenceLaunchPlan",
        "ReferenceTask",
        "ReferenceWorkflow",
        "get_reference_entity",
        "reference_launch_plan",
        "reference_task",
        "reference_workflow",
    ),
    "class_resolver": ("ClassStorageTaskResolver",),
    "declared_interface": ("DeclaredInterface",),
    "python_tasks": ("PythonInstanceTask", "PythonTask"),
    "resolver": ("DEFAULT_RESOLVER", "TaskResolver", "load_task", "loader_args"),
    "resources": ("Resources",),
    "retry_backoff": ("RetryBackoff",),
    "schedules": ("CronSchedule", "FixedRate"),
    "security": ("Identity", "OAuth2Client", "OAuth2TokenRequest", "Secret", "SecurityContext"),
    "settings": ("FastSettings", "SerializationSettings"),
    "specs": ("Spec", "in_order", "specs_of"),
    "task_metadata": ("TaskMetadata",),
    "task_settings": ("DeckField", "TaskSettings"),
    "shim_tasks": ("PythonCustomizedContainerTask", "ShimTaskExecutor"),
    "task_plugins": ("PluginFunctionTask", "TaskPlugins"),
    "tasks": ("PythonFunctionTask", "Task", "task"),
    "workflows": ("PythonFunctionWorkflow", "WorkflowBase", "WorkflowFailurePolicy", "workflow"),
}
_MODULE_OF = {name: module for module, names in _MODULES.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name: str) -> Any:
    module = _MODULE_OF.get(name)
    if module is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = getattr(importlib.import_module(f"{__name__}.{module}"), name)
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return __all__
