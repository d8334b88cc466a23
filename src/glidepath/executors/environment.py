"""The environment variables of an attempt (reference: engine.md, 2.1, row "env order")."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from glidepath.executors.protocol import Attempt
from glidepath.idl import core
from glidepath.idl.eager import DEPTH_VARIABLE, NODE_VARIABLE, ROOT_VARIABLE

ATTEMPT_NAME = "GLIDEPATH_ATTEMPT"
_OWN = ("FLYTE_INTERNAL_EXECUTION_", "FLYTE_INTERNAL_TASK_", "BATCH_JOB_ARRAY_INDEX_")
_SINGLE = {
    "FLYTE_ATTEMPT_NUMBER",
    "FLYTE_EXECUTION_URL",
    "FLYTE_K8S_ARRAY_INDEX",
    "_F_SS_C",  # what dynamic and eager tasks are told of their registration
    ATTEMPT_NAME,
    NODE_VARIABLE,
    ROOT_VARIABLE,
    DEPTH_VARIABLE,
}
_MEBIBYTE = 1024 * 1024


@dataclass(frozen=True)
class Platform:
    """What the operator of a server adds to every attempt.

    ``offload_min_bytes`` and ``offload_max_bytes`` bound the literals that go beside ``outputs.pb`` instead of into it; 0
    leaves that to the task's SDK. ``execution_url`` may hold ``{project}``, ``{domain}`` and ``{name}``.
    """

    env: Mapping[str, str] = field(default_factory=dict)
    offload_min_bytes: int = 0
    offload_max_bytes: int = 0
    execution_url: str = ""


def environment(attempt: Attempt, container: core.Container, platform: Platform) -> dict[str, str]:
    """All variables that the platform sets for an attempt; of two with one name the later in the stock order holds."""
    execution, task = attempt.execution, attempt.task.id
    env = {pair.key: pair.value for pair in container.env}
    env["FLYTE_INTERNAL_EXECUTION_WORKFLOW"] = ":".join(
        (attempt.workflow.project, attempt.workflow.domain, attempt.workflow.name)
    )
    env["FLYTE_INTERNAL_EXECUTION_ID"] = execution.name
    env["FLYTE_INTERNAL_EXECUTION_PROJECT"] = execution.project
    env["FLYTE_INTERNAL_EXECUTION_DOMAIN"] = execution.domain
    env["FLYTE_ATTEMPT_NUMBER"] = str(attempt.retry_attempt)
    env[NODE_VARIABLE] = attempt.node_id
    if platform.execution_url and "link_type" in attempt.task.config:
        env["FLYTE_EXECUTION_URL"] = platform.execution_url.format(
            project=execution.project, domain=execution.domain, name=execution.name
        )
    env["FLYTE_INTERNAL_TASK_PROJECT"] = task.project
    env["FLYTE_INTERNAL_TASK_DOMAIN"] = task.domain
    env["FLYTE_INTERNAL_TASK_NAME"] = task.name
    env["FLYTE_INTERNAL_TASK_VERSION"] = task.version
    if platform.offload_min_bytes:
        env["_F_L_MIN_SIZE_MB"] = str(max(1, platform.offload_min_bytes // _MEBIBYTE))
    if platform.offload_max_bytes:
        env["_F_L_MAX_SIZE_MB"] = str(max(1, platform.offload_max_bytes // _MEBIBYTE))
    env.update(attempt.env)
    env.update(platform.env)
    env[ATTEMPT_NAME] = attempt.name
    return env


def shared_environment(env: Mapping[str, str]) -> dict[str, str]:
    """The variables that attempts of the same code share: all but those of one execution, task, item of a map or attempt.

    A warm parent imports the user's modules under these, so that what a module reads at import is right for all of them.
    """
    return {key: value for key, value in env.items() if not key.startswith(_OWN) and key not in _SINGLE}
