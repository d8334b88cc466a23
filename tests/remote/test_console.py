"""Links into the console."""

import pytest

from glidepath.clients.config import PlatformConfig
from glidepath.idl import core
from glidepath.remote import console

EXECUTION = core.WorkflowExecutionIdentifier(project="flytesnacks", domain="development", name="a1")


@pytest.mark.parametrize(
    ("config", "expected"),
    [
        (PlatformConfig(), "http://localhost:30080"),
        (PlatformConfig(endpoint="flyte.example.com", insecure=False), "https://flyte.example.com"),
        (PlatformConfig(console_endpoint="https://console.example.com/"), "https://console.example.com"),
    ],
)
def test_the_console_is_where_the_configuration_says_or_at_the_endpoint(config, expected):
    assert (
        console.execution_url(config, EXECUTION) == f"{expected}/console/projects/flytesnacks/domains/development/executions/a1"
    )


@pytest.mark.parametrize(
    ("kind", "folder"),
    [
        (core.ResourceType.TASK, "task"),
        (core.ResourceType.WORKFLOW, "workflow"),
        (core.ResourceType.LAUNCH_PLAN, "launch_plan"),
    ],
)
def test_entities_have_pages_by_kind(kind, folder):
    identifier = core.Identifier(resource_type=kind, project="p", domain="d", name="m.f", version="v1")
    assert console.entity_url(PlatformConfig(), identifier).endswith(f"/console/projects/p/domains/d/{folder}/m.f/version/v1")
