"""Links that open an execution or an entity in the console (reference: flytekit.md 6)."""

from __future__ import annotations

from glidepath.clients.config import PlatformConfig
from glidepath.idl import core

_FOLDERS = {
    core.ResourceType.TASK: "task",
    core.ResourceType.WORKFLOW: "workflow",
    core.ResourceType.LAUNCH_PLAN: "launch_plan",
}


def console_domain(config: PlatformConfig) -> str:
    """The scheme and host of the console: configured, or those of the control plane.

    >>> console_domain(PlatformConfig(endpoint="dns:///flyte.example.com", insecure=False))
    'https://flyte.example.com'
    """
    if config.console_endpoint:
        return config.console_endpoint.rstrip("/")
    host = config.endpoint.removeprefix("dns:///").removeprefix("http://").removeprefix("https://")
    return f"{'http' if config.insecure else 'https'}://{host.rstrip('/')}"


def execution_url(config: PlatformConfig, execution: core.WorkflowExecutionIdentifier) -> str:
    """The page of an execution."""
    scope = f"projects/{execution.project}/domains/{execution.domain}"
    return f"{console_domain(config)}/console/{scope}/executions/{execution.name}"


def entity_url(config: PlatformConfig, identifier: core.Identifier) -> str:
    """The page of one version of a task, workflow or launch plan."""
    scope = f"projects/{identifier.project}/domains/{identifier.domain}"
    folder = _FOLDERS[identifier.resource_type]
    return f"{console_domain(config)}/console/{scope}/{folder}/{identifier.name}/version/{identifier.version}"
