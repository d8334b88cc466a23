"""What becomes of a request to run something: its inputs completed and checked, its configuration merged.

Pure: the request, the launch plan and the configuration in; a spec and literals out. Reference: flytectl-and-admin.md, C1.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from glidepath.admin.errors import InvalidArgument, missing_field
from glidepath.admin.validation import check_execution_name, check_labels, check_notifications, require, require_scope
from glidepath.compiler import castable, literal_type_for_literal
from glidepath.idl import admin, core
from glidepath.idl.text import compact_text

_TARGETS = (core.ResourceType.LAUNCH_PLAN, core.ResourceType.TASK)


def check_request(request: admin.ExecutionCreateRequest) -> None:
    """Name, scope and target of a request, as far as they can be judged without the store. Raises InvalidArgument."""
    require_scope(request.project, request.domain)
    if request.name:
        check_execution_name(request.name)
    require(request.HasField("spec"), "spec")
    spec = request.spec
    require(spec.HasField("launch_plan"), "launch_plan")
    if spec.launch_plan.resource_type not in _TARGETS:
        kind = core.ResourceType.Name(spec.launch_plan.resource_type)
        raise InvalidArgument(f"Invalid reference entity resource type [{kind}], only [LAUNCH_PLAN] and [TASK] allowed")
    for part in ("project", "domain", "name", "version"):
        require(getattr(spec.launch_plan, part), part)
    check_labels(spec.labels.values)
    check_notifications(list(spec.notifications.notifications))


def user_inputs(request: admin.ExecutionCreateRequest) -> core.LiteralMap:
    """The inputs that a request gives; the field inside its spec is the deprecated place."""
    return request.inputs if request.HasField("inputs") else request.spec.inputs


def complete_inputs(given: core.LiteralMap, expected: Mapping[str, core.Parameter], fixed: core.LiteralMap) -> core.LiteralMap:
    """The inputs of an execution: what is given, the defaults of a launch plan's ``expected`` inputs, its ``fixed`` ones.

    Raises InvalidArgument for one that is unknown, fixed, missing or of a type that cannot be cast.
    """
    for name in sorted(given.literals):
        if name in fixed.literals:
            raise InvalidArgument(f"fixed_inputs {name} cannot be overridden")
        if name not in expected:
            raise InvalidArgument(f"invalid input {name}")
    merged = core.LiteralMap()
    for name, parameter in sorted(expected.items()):
        if name in given.literals:
            _check_type(name, given.literals[name], parameter.var.type)
            merged.literals[name].CopyFrom(given.literals[name])
        elif parameter.HasField("default"):
            merged.literals[name].CopyFrom(parameter.default)
        elif parameter.required:
            raise InvalidArgument(f"expected_inputs {name} missing")
    for name, literal in fixed.literals.items():
        merged.literals[name].CopyFrom(literal)
    return merged


def _check_type(name: str, literal: core.Literal, wanted: core.LiteralType) -> None:
    if literal.WhichOneof("value") is None:
        raise missing_field(f"value of input {name}")
    given = literal_type_for_literal(literal)
    if not castable(given, wanted):
        raise InvalidArgument(
            f"invalid {name} input wrong type. Expected {compact_text(wanted)}, but got {compact_text(given)}"
        )


def merged_spec(
    spec: admin.ExecutionSpec, plan: admin.LaunchPlanSpec, project_labels: Mapping[str, str], parallelism: int
) -> admin.ExecutionSpec:
    """A request's spec with what it leaves open taken from the launch plan, then from the configuration; without inputs.

    Each field comes whole from the first that has it. ``parallelism``: the platform's, for want of another. Raises
    InvalidArgument for a negative ``max_parallelism``, with which no node would ever begin.
    """
    merged = admin.ExecutionSpec()
    merged.CopyFrom(spec)
    merged.ClearField("inputs")
    merged.max_parallelism = spec.max_parallelism or plan.max_parallelism or parallelism
    if merged.max_parallelism < 0:
        raise InvalidArgument(f"max_parallelism is {merged.max_parallelism}, it cannot be negative; 0 means the platform's")
    merged.overwrite_cache = spec.overwrite_cache or plan.overwrite_cache
    for field in ("labels", "annotations", "envs", "raw_output_data_config", "security_context", "auth_role"):
        _take(merged, plan, field)
    for field in ("interruptible", "quality_of_service", "cluster_assignment"):
        if not merged.HasField(field) and plan.HasField(field):
            getattr(merged, field).CopyFrom(getattr(plan, field))
    for key, value in project_labels.items():
        if key not in merged.labels.values:
            merged.labels.values[key] = value
    _fill_identity(merged, plan)
    return merged


def _take(merged: Any, plan: Any, field: str) -> None:
    """A message counts as given when it says anything."""
    if not getattr(merged, field).ByteSize() and getattr(plan, field).ByteSize():
        getattr(merged, field).CopyFrom(getattr(plan, field))


def _fill_identity(merged: admin.ExecutionSpec, plan: admin.LaunchPlanSpec) -> None:
    """The deprecated roles stand in for a security context that nobody gives."""
    if merged.security_context.run_as.ByteSize():
        return
    role = merged.auth_role.assumable_iam_role or plan.auth.assumable_iam_role or plan.role
    account = merged.auth_role.kubernetes_service_account or plan.auth.kubernetes_service_account
    if role or account:
        merged.security_context.run_as.iam_role = role
        merged.security_context.run_as.k8s_service_account = account


def notifications_of(spec: admin.ExecutionSpec, plan: admin.LaunchPlanSpec) -> list[admin.Notification]:
    """Who is told how an execution ends: the request's list, else the launch plan's; nobody with ``disable_all``."""
    chosen = spec.WhichOneof("notification_overrides")
    if chosen == "disable_all" and spec.disable_all:
        return []
    if chosen == "notifications":
        return list(spec.notifications.notifications)
    return list(plan.entity_metadata.notifications)


def tags_of(spec: admin.ExecutionSpec) -> Iterable[tuple[str, str]]:
    """What an execution is found by: its tags, with an empty value, and its labels."""
    return sorted({*((tag, "") for tag in spec.tags), *spec.labels.values.items()})


def nest(metadata: admin.ExecutionMetadata, parent: admin.ExecutionMetadata) -> None:
    """Mark an execution as launched by a node of another: one level deeper, for the same person, on the same cluster."""
    metadata.nesting = parent.nesting + 1
    metadata.principal = parent.principal
    if parent.HasField("system_metadata"):
        metadata.system_metadata.CopyFrom(parent.system_metadata)
