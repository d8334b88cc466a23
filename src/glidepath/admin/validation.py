"""Checks that every service shares: fields that must be there, names that must fit. Texts are FlyteAdmin's.

Reference: flytectl-and-admin.md, B2. Each raises :class:`glidepath.admin.errors.InvalidArgument`.
"""

import re
from collections.abc import Mapping

from glidepath.admin.errors import InvalidArgument, invalid_value, missing_field
from glidepath.idl import admin, core
from glidepath.idl.text import compact_text

MAX_NAME = 63
_DNS_LABEL = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
_EXECUTION_NAME = r"^[a-z][a-z\-0-9]*$"
_URL_SAFE = re.compile(r"[A-Za-z0-9._~!$&'()*+,;=:@%-]+")
_LABEL_NAME = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?")
_LABEL_PREFIX = re.compile(r"[a-z0-9]([-a-z0-9.]{0,251}[a-z0-9])?")
_MAX_PROJECT_NAME = 64
_MAX_PROJECT_DESCRIPTION = 300
_MAX_PROJECT_LABELS = 16


def require(value: object, field: str) -> None:
    """``value`` must not be empty."""
    if not value:
        raise missing_field(field)


def require_identifier(identifier: core.Identifier, expected: core.ResourceType) -> None:
    """An id of a task, workflow or launch plan must be of that type and complete, its version fit for a URL."""
    if identifier.resource_type != expected:
        given, wanted = (core.ResourceType.Name(t) for t in (identifier.resource_type, expected))
        raise InvalidArgument(
            f"unexpected resource type {given} for identifier [{compact_text(identifier)}], expected {wanted} instead"
        )
    for part in ("project", "domain", "name", "version"):
        require(getattr(identifier, part), part)
    if not _URL_SAFE.fullmatch(identifier.version):
        raise InvalidArgument(f"version [{identifier.version}] must be url safe, cannot contains chars like / ? # or blanks")


def require_execution(identifier: core.WorkflowExecutionIdentifier) -> None:
    """An execution's id must be complete."""
    for part in ("project", "domain", "name"):
        require(getattr(identifier, part), part)


def require_node_execution(identifier: core.NodeExecutionIdentifier) -> None:
    """A node execution's id must be complete."""
    require(identifier.HasField("execution_id"), "execution_id")
    require(identifier.node_id, "node_id")
    require_execution(identifier.execution_id)


def require_task_execution(identifier: core.TaskExecutionIdentifier) -> None:
    """A task execution's id must name a node execution and a task."""
    require(identifier.HasField("node_execution_id"), "node_execution_id")
    require_node_execution(identifier.node_execution_id)
    require(identifier.HasField("task_id"), "task_id")
    require_identifier(identifier.task_id, core.ResourceType.TASK)


def require_scope(project: str, domain: str) -> None:
    """A list needs a project and a domain."""
    require(project, "project")
    require(domain, "domain")


def check_execution_name(name: str) -> None:
    """Letters, digits and dashes, a letter first, at most 63. Upper case passes here, as it does in FlyteAdmin."""
    if len(name) > MAX_NAME:
        raise InvalidArgument(f"size of name exceeded length {MAX_NAME} : {name}")
    if not re.match(_EXECUTION_NAME, name.lower()):
        raise InvalidArgument(f"invalid name format: {name}, does not match regex '{_EXECUTION_NAME}'")


def check_labels(labels: Mapping[str, str]) -> None:
    """Keys and values must be Kubernetes labels."""
    for key, value in labels.items():
        prefix, slash, name = key.rpartition("/")
        if not _LABEL_NAME.fullmatch(name) or (slash and not _LABEL_PREFIX.fullmatch(prefix)):
            raise InvalidArgument(f"invalid label key [{key}]: letters, digits, - _ . and at most 63 of them are allowed")
        if value and not _LABEL_NAME.fullmatch(value):
            raise InvalidArgument(f"invalid label value [{value}]: letters, digits, - _ . and at most 63 of them are allowed")


def check_project(project: admin.Project) -> None:
    """What a project may be called and described as, when registered or updated."""
    require(project.id, "project_id")
    if len(project.id) > MAX_NAME or not _DNS_LABEL.fullmatch(project.id):
        raise InvalidArgument(
            f"invalid project id [{project.id}]: a lowercase RFC 1123 label must consist of lower case alphanumeric characters "
            "or '-', and must start and end with an alphanumeric character, at most 63"
        )
    if len(project.name) > _MAX_PROJECT_NAME:
        raise InvalidArgument(f"project_name cannot exceed {_MAX_PROJECT_NAME} characters")
    if len(project.description) > _MAX_PROJECT_DESCRIPTION:
        raise InvalidArgument(f"project_description cannot exceed {_MAX_PROJECT_DESCRIPTION} characters")
    if len(project.labels.values) > _MAX_PROJECT_LABELS:
        raise InvalidArgument(f"project labels cannot exceed {_MAX_PROJECT_LABELS} entries")
    check_labels(project.labels.values)


def check_notifications(notifications: "list[admin.Notification]") -> None:
    """Each needs a recipient and only final phases."""
    final = {
        core.WorkflowExecution.SUCCEEDED,
        core.WorkflowExecution.FAILED,
        core.WorkflowExecution.TIMED_OUT,
        core.WorkflowExecution.ABORTED,
    }
    for notification in notifications:
        kind = notification.WhichOneof("type")
        require(kind, "notification type")
        require(getattr(notification, kind or "").recipients_email, "recipients")
        require(notification.phases, "phases")
        for phase in notification.phases:
            if phase not in final:
                raise invalid_value(f"phase: {core.WorkflowExecution.Phase.Name(phase)} is not a terminal phase")
