"""Links that open an execution or an entity in the console (reference: flytekit.md 6)."""

from __future__ import annotations

from glidepath.clients.config import PlatformConfig
from glidepath.idl import core

_FOLDERS = {
    core.ResourceType.TASK: "task",
    core.ResourceType.WORKFLOW: "workflow",
    core.ResourceType.LAUNCH_PLAN: "launch_plan",
}


def execution_url(config: PlatformConfig, execution: core.WorkflowExecutionIdentifier) -> str:
    """The page of an execution."""
    scope = f"projects/{execution.project}/domains/{execution.domain}"
    return f"{config.console_url}/console/{scope}/executions/{execution.name}"


def entity_url(config: PlatformConfig, identifier: core.Identifier) -> str:
    """The page of one version of a task, workflow or launch plan."""
    scope = f"projects/{identifier.project}/domains/{identifier.domain}"
    folder = _FOLDERS[identifier.resource_type]
    return f"{config.console_url}/console/{scope}/{folder}/{identifier.name}/version/{identifier.version}"
