"""Recover an execution with changes: what differs, as Python values, to what the request says."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from glidepath.clients.again import Changes
from glidepath.clients.raw import RawClient
from glidepath.idl import admin, core
from glidepath.remote.entities import FlyteTask
from glidepath.remote.launch import literals_of
from glidepath.types import DataContext


class Recovery(NamedTuple):
    """What ``FlyteRemote.recover`` changes."""

    version: str
    """Of the launch plan, or of the task, that runs; empty for the same."""
    inputs: Mapping[str, Any]
    """Those that change, as Python values."""
    from_node: str
    """Unique id of a node that runs again, with all that depends on it: ``n3``, ``n0-0-n1``."""


def changes_of(
    raw: RawClient,
    source: core.WorkflowExecutionIdentifier,
    recovery: Recovery,
    context: Callable[[str, str], DataContext],
) -> Changes:
    """The changes, inputs converted and checked by the interface of what runs.

    Raises FlyteValueException for an unknown input, FlyteTypeException for a value of another type.
    """
    version, values, from_node = recovery
    if not values:
        return Changes(version=version, from_node=from_node)
    target = core.Identifier()
    target.CopyFrom(raw.get_execution(admin.WorkflowExecutionGetRequest(id=source)).spec.launch_plan)
    target.version = version or target.version
    known = _parameters(raw, target)
    # The inputs that are not given are those of the past, so none is missing.
    optional = {name: core.Parameter(var=parameter.var) for name, parameter in known.parameters.items()}
    inputs = literals_of(values, core.ParameterMap(parameters=optional), {}, context(source.project, source.domain))
    return Changes(version=version, inputs=inputs, from_node=from_node)


def _parameters(raw: RawClient, target: core.Identifier) -> core.ParameterMap:
    request = admin.ObjectGetRequest(id=target)
    if target.resource_type == core.ResourceType.TASK:
        return FlyteTask.of(raw.get_task(request)).parameters
    return raw.get_launch_plan(request).closure.expected_inputs
