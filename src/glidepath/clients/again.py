"""Executions started again: relaunched, or recovered, also with another version, other inputs or from a named node."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass

from glidepath.clients.raw import RawClient
from glidepath.errors import FlyteEntityAlreadyExistsException
from glidepath.idl import admin, core
from glidepath.idl.ids import execution_name

FROM_NODE = "glidepath.io/from-node"
"""The annotation of an execution that names the node which it runs again, by unique id."""


@dataclass(frozen=True)
class Changes:
    """What a recovery does otherwise than the execution that it recovers from. Only a Glidepath server knows these."""

    version: str = ""
    """Of the launch plan or the task."""
    launch_plan: core.Identifier | None = None
    """Another launch plan or task altogether."""
    inputs: core.LiteralMap | None = None
    """Those that change."""
    from_node: str = ""
    """Unique id of a node that runs again, with all that depends on it: ``n3``, ``n0-0-n1``."""

    def __bool__(self) -> bool:
        return bool(self.version or self.launch_plan or self.inputs is not None or self.from_node)


def recovering(spec: admin.ExecutionSpec, source: core.WorkflowExecutionIdentifier, from_node: str = "") -> None:
    """Make a spec that of a recovery from ``source``."""
    principal = spec.metadata.principal
    spec.metadata.CopyFrom(
        admin.ExecutionMetadata(mode=admin.ExecutionMetadata.RECOVERED, principal=principal, reference_execution=source)
    )
    spec.annotations.values.pop(FROM_NODE, None)
    if from_node:
        spec.annotations.values[FROM_NODE] = from_node


def recovery_request(
    raw: RawClient, source: core.WorkflowExecutionIdentifier, changes: Changes
) -> admin.ExecutionCreateRequest:
    """The request of a recovery with changes: all that they do not name is as in the execution of the past."""
    spec = raw.get_execution(admin.WorkflowExecutionGetRequest(id=source)).spec
    spec.ClearField("inputs")
    recovering(spec, source, changes.from_node)
    if changes.launch_plan is not None:
        spec.launch_plan.CopyFrom(changes.launch_plan)
    if changes.version:
        spec.launch_plan.version = changes.version
    return admin.ExecutionCreateRequest(project=source.project, domain=source.domain, spec=spec, inputs=changes.inputs)


def recover(
    raw: RawClient, source: core.WorkflowExecutionIdentifier, name: str = "", changes: Changes | None = None
) -> core.WorkflowExecutionIdentifier:
    """Start an execution that takes over what succeeded in another one; returns its id. Without a name it gets a fresh one."""
    if not changes:
        return _named(source, name, lambda name: raw.recover_execution(admin.ExecutionRecoverRequest(id=source, name=name)).id)
    request = recovery_request(raw, source, changes)

    def send(name: str) -> core.WorkflowExecutionIdentifier:
        request.name = name
        return raw.create_execution(request).id

    return _named(source, name, send)


def relaunch(
    raw: RawClient, source: core.WorkflowExecutionIdentifier, name: str = "", overwrite_cache: bool = False
) -> core.WorkflowExecutionIdentifier:
    """Run an execution again, whole; returns the new one's id. Without a name it gets a fresh one."""

    def send(name: str) -> core.WorkflowExecutionIdentifier:
        request = admin.ExecutionRelaunchRequest(id=source, name=name, overwrite_cache=overwrite_cache)
        return raw.relaunch_execution(request).id

    return _named(source, name, send)


def _named(
    source: core.WorkflowExecutionIdentifier, name: str, send: Callable[[str], core.WorkflowExecutionIdentifier]
) -> core.WorkflowExecutionIdentifier:
    """Send a request under a name of ours where the caller gives none, so that a repeated call starts one execution only."""
    if name:
        return send(name)
    fresh = execution_name(os.urandom)
    try:
        return send(fresh)
    except FlyteEntityAlreadyExistsException:
        # The name is new in the world: the first call had arrived, and its answer was lost on the way.
        return core.WorkflowExecutionIdentifier(project=source.project, domain=source.domain, name=fresh)
