"""Fill in what a package leaves open: ids, the code's address, roles, the place for outputs. Pure; messages are copied.

Rules: reference flytectl-and-admin.md A8 (substitution) and flytekit.md 1.5. No user code is needed for it.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TypeVar

from google.protobuf.struct_pb2 import Struct, Value

from glidepath.clients.registration import Entity, Spec
from glidepath.idl import admin, core

_CODE_ADDRESS = "{{ .remote_package_path }}"
_CODE_FOLDER = "{{ .dest_dir }}"
_M = TypeVar("_M", admin.TaskSpec, admin.WorkflowSpec, admin.LaunchPlan)


@dataclass(frozen=True)
class Settings:
    """What is filled in."""

    project: str
    domain: str
    version: str = ""
    force: bool = False
    """Replace every version, not only empty ones."""
    code_address: str = ""
    """Where the uploaded code bundle lies; empty: there is none, the placeholder stays."""
    destination: str = ""
    """The folder that the code is unpacked to in the container; empty: ``.``"""
    iam_role: str = ""
    service_account: str = ""
    output_prefix: str = ""


def hydrate(spec: Spec, settings: Settings) -> Entity:
    """The entity that a file describes, complete."""
    if isinstance(spec, admin.TaskSpec):
        task = _copy(spec)
        _fill_template(task.template, settings)
        return Entity(_typed(task.template.id, core.ResourceType.TASK), task)
    if isinstance(spec, admin.WorkflowSpec):
        workflow = _copy(spec)
        for template in (workflow.template, *workflow.sub_workflows):
            _fill_workflow(template, settings)
        return Entity(_typed(workflow.template.id, core.ResourceType.WORKFLOW), workflow)
    plan = _copy(spec)
    _fill_launch_plan(plan, settings)
    return Entity(_typed(plan.id, core.ResourceType.LAUNCH_PLAN), plan)


def _copy(message: _M) -> _M:
    copied = type(message)()
    copied.CopyFrom(message)
    return copied


def _typed(identifier: core.Identifier, kind: core.ResourceType) -> core.Identifier:
    identifier.resource_type = kind
    return identifier


def _fill_id(identifier: core.Identifier, settings: Settings) -> None:
    if identifier.project in ("", "{{ registration.project }}"):
        identifier.project = settings.project
    if identifier.domain in ("", "{{ registration.domain }}"):
        identifier.domain = settings.domain
    if settings.force or identifier.version in ("", "{{ registration.version }}"):
        identifier.version = settings.version


def _fill_template(template: core.TaskTemplate, settings: Settings) -> None:
    _fill_id(template.id, settings)
    target = template.WhichOneof("target")
    if target == "container":
        template.container.args[:] = [_fill_word(word, settings) for word in template.container.args]
    elif target == "k8s_pod":
        _fill_pod(template.k8s_pod.pod_spec, settings)


def _fill_word(word: str, settings: Settings) -> str:
    """A word of a command; placeholders count only when they are the whole word."""
    if word == _CODE_ADDRESS and settings.code_address:
        return settings.code_address
    return (settings.destination or ".") if word == _CODE_FOLDER else word


def _fill_pod(pod: Struct, settings: Settings) -> None:
    for key in ("containers", "initContainers"):
        for container in _items(pod, key):
            for word in _items(container.struct_value, "args"):
                word.string_value = _fill_word(word.string_value, settings)


def _items(struct: Struct, key: str) -> Iterable[Value]:
    return struct.fields[key].list_value.values if key in struct.fields else ()


def _fill_workflow(template: core.WorkflowTemplate, settings: Settings) -> None:
    _fill_id(template.id, settings)
    for node in template.nodes:
        _fill_node(node, settings)
    if template.HasField("failure_node"):
        _fill_node(template.failure_node, settings)


def _fill_node(node: core.Node, settings: Settings) -> None:
    target = node.WhichOneof("target")
    if target == "task_node":
        _fill_id(node.task_node.reference_id, settings)
        if node.task_node.overrides.HasField("pod_template"):
            _fill_pod(node.task_node.overrides.pod_template.pod_spec, settings)
    elif target == "workflow_node":
        reference = node.workflow_node.WhichOneof("reference")
        if reference is not None:
            _fill_id(getattr(node.workflow_node, reference), settings)
    elif target == "array_node":
        _fill_node(node.array_node.node, settings)
    elif target == "branch_node":
        branches = node.branch_node.if_else
        for block in (branches.case, *branches.other):
            _fill_node(block.then_node, settings)
        if branches.WhichOneof("default") == "else_node":
            _fill_node(branches.else_node, settings)


def _fill_launch_plan(plan: admin.LaunchPlan, settings: Settings) -> None:
    _fill_id(plan.id, settings)
    _fill_id(plan.spec.workflow_id, settings)
    if settings.iam_role or settings.service_account:
        role, account = settings.iam_role, settings.service_account
        plan.spec.auth_role.CopyFrom(admin.AuthRole(assumable_iam_role=role, kubernetes_service_account=account))
        plan.spec.security_context.run_as.CopyFrom(core.Identity(iam_role=role, k8s_service_account=account))
    if settings.output_prefix:
        plan.spec.raw_output_data_config.output_location_prefix = settings.output_prefix
