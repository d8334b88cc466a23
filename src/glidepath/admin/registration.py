"""The rules of registration: what a task, a workflow, a launch plan must be, and what a collision of ids means.

Pure: messages in, messages or refusals out. Reference: flytectl-and-admin.md, B3.
"""

from collections.abc import Iterable, Mapping
from typing import TypeAlias

from glidepath.admin.errors import AlreadyExists, InvalidArgument
from glidepath.admin.schedules import check_schedule
from glidepath.admin.validation import check_notifications, require, require_identifier
from glidepath.compiler import CompilationError, castable, compile_task, literal_type_for_literal
from glidepath.errors import FlyteValueException
from glidepath.executors.quantities import parse_quantity
from glidepath.idl import admin, core
from glidepath.idl.hashes import difference
from glidepath.idl.text import compact_text

Structure: TypeAlias = core.CompiledTask | core.CompiledWorkflowClosure | admin.LaunchPlan
"""What a version's digest is taken of."""

_ADDED_NODES = 2  # start-node and end-node, which the compiler adds


def compiled_task(request: admin.TaskCreateRequest) -> core.CompiledTask:
    """The task of a request, checked and compiled under the request's id. Raises InvalidArgument."""
    require_identifier(request.id, core.ResourceType.TASK)
    require(request.HasField("spec") and request.spec.HasField("template"), "spec")
    template = core.TaskTemplate()
    template.CopyFrom(request.spec.template)
    template.id.CopyFrom(request.id)
    _check_template(template)
    try:
        return compile_task(template)
    except CompilationError as error:
        raise InvalidArgument(f"task failed compilation with {error}") from error


def _check_template(template: core.TaskTemplate) -> None:
    require(template.type, "type")
    require(template.HasField("metadata"), "metadata")
    require(template.HasField("interface"), "typed interface")
    if template.metadata.HasField("runtime"):
        require(template.metadata.runtime.version, "runtime version")
    target = template.WhichOneof("target")
    if target == "container":
        require(template.container.image, "image")
        _check_resources(template.container.resources, template.id)
    elif target == "k8s_pod":
        require(template.k8s_pod.HasField("pod_spec"), "pod_spec")


def _check_resources(resources: core.Resources, task: core.Identifier) -> None:
    limits = _quantities(resources.limits, task)
    requests = _quantities(resources.requests, task)
    for name, (amount, text) in requests.items():
        label = core.Resources.ResourceName.Name(name)
        limit, limit_text = limits.get(name, (amount, text))
        if amount > limit:
            raise InvalidArgument(
                f"Requested {label} [{text}] is greater than its limit [{limit_text}] for {compact_text(task)}"
            )
        if name == core.Resources.GPU and not (amount.is_integer() and amount == limit):
            raise InvalidArgument(f"{label} must be whole, and request [{text}] equal to limit [{limit_text}]")


def _quantities(
    entries: Iterable[core.Resources.ResourceEntry], task: core.Identifier
) -> dict[core.Resources.ResourceName, tuple[float, str]]:
    found: dict[core.Resources.ResourceName, tuple[float, str]] = {}
    for entry in entries:
        label = core.Resources.ResourceName.Name(entry.name)
        if entry.name in found:
            raise InvalidArgument(f"can't specify {label} more than once for task [{compact_text(task)}]")
        try:
            found[entry.name] = parse_quantity(entry.value), entry.value
        except FlyteValueException as error:
            raise InvalidArgument(f"Parsing of {label} request failed for value {entry.value}: {error.message}") from error
    return found


def check_size(closure: core.CompiledWorkflowClosure, limit: int) -> None:
    """A compiled workflow may have ``limit`` nodes of its own at most."""
    count = len(closure.primary.template.nodes) - _ADDED_NODES
    if count > limit:
        identifier = compact_text(closure.primary.template.id)
        raise InvalidArgument(f"number of nodes in workflow [{identifier}] exceeds limit ({count} > {limit})")


def completed_launch_plan(request: admin.LaunchPlanCreateRequest, interface: core.TypedInterface) -> admin.LaunchPlan:
    """A launch plan as it will be stored, without state and times: its closure says which inputs it still expects.

    Expected are its default inputs, and every input of the workflow (``interface``) that it does not bind, as required.
    Raises InvalidArgument.
    """
    plan = admin.LaunchPlan(id=request.id, spec=request.spec)
    inputs = interface.inputs.variables
    _check_default_inputs(plan.spec.default_inputs.parameters, inputs)
    _check_fixed_inputs(plan.spec.fixed_inputs.literals, inputs)
    expected = plan.closure.expected_inputs.parameters
    for name in inputs:
        if name in plan.spec.default_inputs.parameters:
            expected[name].CopyFrom(plan.spec.default_inputs.parameters[name])
        elif name not in plan.spec.fixed_inputs.literals:
            expected[name].CopyFrom(core.Parameter(var=inputs[name], required=True))
    plan.closure.expected_outputs.CopyFrom(interface.outputs)
    metadata = plan.spec.entity_metadata
    if metadata.HasField("launch_conditions"):
        raise InvalidArgument("launch_conditions must be empty, found some")
    check_notifications(list(metadata.notifications))
    if metadata.schedule.WhichOneof("ScheduleExpression"):
        check_schedule(metadata.schedule, expected)
    return plan


def check_launch_plan_request(request: admin.LaunchPlanCreateRequest) -> None:
    """The ids of a launch plan and of its workflow must be complete."""
    require_identifier(request.id, core.ResourceType.LAUNCH_PLAN)
    require(request.HasField("spec"), "spec")
    require(request.spec.HasField("workflow_id"), "workflow_id")
    require_identifier(request.spec.workflow_id, core.ResourceType.WORKFLOW)


def _check_default_inputs(parameters: Mapping[str, core.Parameter], inputs: Mapping[str, core.Variable]) -> None:
    if not inputs and parameters:
        raise InvalidArgument(f"invalid launch plan default inputs, expected none but found {len(parameters)}")
    for name, parameter in sorted(parameters.items()):
        if name not in inputs:
            raise InvalidArgument(f"unexpected default_input {name}")
        wanted = inputs[name].type
        if not castable(parameter.var.type, wanted):
            raise _wrong_type("default_input", name, wanted, parameter.var.type)
        behavior = parameter.WhichOneof("behavior")
        if behavior == "default":
            _check_value("default_input", name, parameter.default, wanted)
        elif behavior in ("artifact_query", "artifact_id"):
            raise InvalidArgument("artifact mode not enabled but query found")
        elif not parameter.required:
            raise InvalidArgument(f"invalid variable {name}: either a default or required=true is needed")


def _check_fixed_inputs(literals: Mapping[str, core.Literal], inputs: Mapping[str, core.Variable]) -> None:
    if not inputs and literals:
        raise InvalidArgument(f"invalid launch plan fixed inputs, expected none but found {len(literals)}")
    for name, literal in sorted(literals.items()):
        if name not in inputs:
            raise InvalidArgument(f"unexpected fixed_input {name}")
        _check_value("fixed_input", name, literal, inputs[name].type)


def _check_value(kind: str, name: str, literal: core.Literal, wanted: core.LiteralType) -> None:
    given = literal_type_for_literal(literal)
    if not castable(given, wanted):
        raise _wrong_type(kind, name, wanted, given)


def _wrong_type(kind: str, name: str, wanted: core.LiteralType, given: core.LiteralType) -> InvalidArgument:
    return InvalidArgument(
        f"invalid {kind} wrong type {name}, expected {compact_text(wanted)}, got {compact_text(given)} instead"
    )


def identical(kind: str, new: Structure) -> AlreadyExists:
    """The refusal of a registration that changes nothing; clients take it as success. ``kind``: task, workflow, launch plan."""
    reason = admin.CreateWorkflowFailureReason()
    reason.exists_identical_structure.id.CopyFrom(_id_of(new))
    details = [reason] if isinstance(new, core.CompiledWorkflowClosure) else []
    return AlreadyExists(f"{kind} with identical structure already exists", *details)


def different(kind: str, old: Structure, new: Structure) -> InvalidArgument:
    """The refusal of a registration whose id holds another structure; the text lists every field that differs."""
    reason = admin.CreateWorkflowFailureReason()
    reason.exists_different_structure.id.CopyFrom(_id_of(new))
    details = [reason] if isinstance(new, core.CompiledWorkflowClosure) else []
    lines = [f"{path}:\n\t- {_shown(before)} \n\t+ {_shown(after)}" for path, before, after in difference(old, new)]
    return InvalidArgument(
        f"{_id_of(new).name} {kind} with different structure already exists. (Please register a new version of the {kind}):\n"
        + "\n".join(lines),
        *details,
    )


def _id_of(structure: Structure) -> core.Identifier:
    if isinstance(structure, core.CompiledTask):
        return structure.template.id
    if isinstance(structure, core.CompiledWorkflowClosure):
        return structure.primary.template.id
    return structure.id


def _shown(value: object) -> str:
    return "<not set>" if value is None else str(value)
