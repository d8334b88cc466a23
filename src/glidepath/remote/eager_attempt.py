"""Who an eager attempt is, and what it calls the executions that it launches. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass

from glidepath.authoring.settings import SerializationSettings
from glidepath.idl import admin, core
from glidepath.idl.eager import DEPTH_VARIABLE, NODE_VARIABLE, PARENT_LABEL, ROOT_LABEL, ROOT_VARIABLE
from glidepath.idl.ids import dns_label

_INHERITED = (
    "labels",
    "annotations",
    "security_context",
    "raw_output_data_config",
    "interruptible",
    "envs",
    "cluster_assignment",
)


@dataclass(frozen=True)
class EagerAttempt:
    """One attempt of an eager task."""

    execution: core.WorkflowExecutionIdentifier
    node: str
    """The unique id of its node; empty where the control plane does not say."""
    number: int
    """How many attempts came before."""
    task: str
    """The function's name."""
    root: str
    """The name of the outermost eager execution, which may be this one."""
    depth: int
    """How many eager executions are around this one."""
    settings: SerializationSettings
    """Under which the task was registered: what it calls is registered under the same."""

    @classmethod
    def of(cls, env: Mapping[str, str], task: str, settings: SerializationSettings) -> EagerAttempt:
        """From the variables that a control plane sets (reference: flytekit.md, 2.3)."""
        execution = core.WorkflowExecutionIdentifier(
            project=_fact(env, "PROJECT", "PRJ"), domain=_fact(env, "DOMAIN", "DM"), name=_fact(env, "ID", "NM")
        )
        number, depth = env.get("FLYTE_ATTEMPT_NUMBER", ""), env.get(DEPTH_VARIABLE, "")
        return cls(
            execution=execution,
            node=env.get(NODE_VARIABLE, ""),
            number=int(number) if number.isdigit() else 0,
            task=task,
            root=env.get(ROOT_VARIABLE) or execution.name,
            depth=int(depth) if depth.isdigit() else 0,
            settings=settings,
        )

    @property
    def node_id(self) -> core.NodeExecutionIdentifier | None:
        """The node, as what it launches names its parent."""
        if not self.node:
            return None
        return core.NodeExecutionIdentifier(node_id=self.node, execution_id=self.execution)


@dataclass(frozen=True)
class ChildKey:
    """What makes a call in an eager body the same one in another attempt.

    ``position`` counts calls with equal arguments; ``inputs`` are the deterministic bytes of the arguments; ``generation`` is
    how often the call was launched before and must be launched again.
    """

    target: core.Identifier
    inputs: bytes
    position: int
    generation: int = 0


def child_name(attempt: EagerAttempt, key: ChildKey) -> str:
    """The name of the execution of a call, the same in every attempt: ``e-<function>-<execution>-<entity>-<16 hex digits>``.

    The form is stock's (reference: flytekit.md, 4.4).
    """
    target, parent = key.target, attempt.execution
    words = (
        *(parent.project, parent.domain, parent.name, attempt.node),
        *(str(target.resource_type), target.project, target.domain, target.name, target.version),
        *(str(key.position), str(key.generation)),
    )
    digest = hashlib.md5("\0".join(words).encode() + b"\0" + key.inputs, usedforsecurity=False).hexdigest()
    entity = target.name.rpartition(".")[2]
    return f"e-{_short(attempt.task, 8)}-{_short(parent.name, 5)}-{_short(entity, 8)}-{digest[:16]}"


def settled_inputs(inputs: core.LiteralMap, fresh_prefix: str) -> bytes:
    """Arguments as bytes that are equal in every attempt: the random part of addresses that this attempt made is left out."""
    data = inputs.SerializeToString(deterministic=True)
    if not fresh_prefix:
        return data
    return re.sub(re.escape(fresh_prefix.encode()) + rb"/[0-9a-f]{32}", b"", data)


def child_spec(attempt: EagerAttempt, target: core.Identifier, parent: admin.ExecutionSpec) -> admin.ExecutionSpec:
    """How a call is launched: linked to the eager node, marked with labels, with its parent's settings."""
    spec = admin.ExecutionSpec(
        launch_plan=target,
        metadata=admin.ExecutionMetadata(mode=admin.ExecutionMetadata.MANUAL),
        max_parallelism=parent.max_parallelism,
        overwrite_cache=parent.overwrite_cache,
    )
    for field in _INHERITED:
        if parent.HasField(field):
            getattr(spec, field).CopyFrom(getattr(parent, field))
    if attempt.node_id is not None:
        spec.metadata.mode = admin.ExecutionMetadata.CHILD_WORKFLOW
        spec.metadata.parent_node_execution.CopyFrom(attempt.node_id)
    spec.labels.values[PARENT_LABEL] = attempt.execution.name
    spec.labels.values[ROOT_LABEL] = attempt.root
    told = {ROOT_VARIABLE: attempt.root, DEPTH_VARIABLE: str(attempt.depth + 1)}
    kept = [pair for pair in spec.envs.values if pair.key not in told]
    del spec.envs.values[:]
    spec.envs.values.extend([*kept, *(core.KeyValuePair(key=key, value=value) for key, value in told.items())])
    return spec


def _fact(env: Mapping[str, str], name: str, short: str) -> str:
    return env.get(f"FLYTE_INTERNAL_EXECUTION_{name}") or env.get(f"_F_{short}", "")


def _short(name: str, length: int) -> str:
    return dns_label(name)[:length].strip("-") or "x"
