"""What the control plane answers when it refuses: one class per gRPC code, raised anywhere below a service.

The texts are FlyteAdmin's, since clients and people know them (reference: flytectl-and-admin.md, B1 to B4). ``grpc`` turns
an :class:`AdminError` into a status once, at the edge.
"""

from google.protobuf.message import Message

from glidepath.errors import FlyteException
from glidepath.idl import admin, core
from glidepath.idl.text import compact_text

_TYPE_NAMES = {
    core.ResourceType.TASK: "task",
    core.ResourceType.WORKFLOW: "workflow",
    core.ResourceType.LAUNCH_PLAN: "launch_plan",
}


class AdminError(FlyteException):
    """A refusal with a gRPC code (``status``, as in ``grpc.StatusCode``) and optional detail messages for programs."""

    status = "INTERNAL"

    def __init__(self, message: str, *details: Message) -> None:
        super().__init__(message)
        self.details = details


class InvalidArgument(AdminError):
    """The request itself is wrong; sending it again will not help."""

    status = "INVALID_ARGUMENT"


class NotFound(AdminError):
    """Nothing has this id."""

    status = "NOT_FOUND"


class AlreadyExists(AdminError):
    """The same thing is there already; clients treat this as success where that makes sense."""

    status = "ALREADY_EXISTS"


class FailedPrecondition(AdminError):
    """The request is fine, but the entity's state does not allow it."""

    status = "FAILED_PRECONDITION"


class ResourceExhausted(AdminError):
    """Something is larger than the platform takes."""

    status = "RESOURCE_EXHAUSTED"


class Unavailable(AdminError):
    """The server cannot answer now; the same request may succeed later."""

    status = "UNAVAILABLE"


class Unauthenticated(AdminError):
    """The caller is not known."""

    status = "UNAUTHENTICATED"


class PermissionDenied(AdminError):
    """The caller is known and may not do this."""

    status = "PERMISSION_DENIED"


def missing_field(field: str) -> InvalidArgument:
    """A required field is empty."""
    return InvalidArgument(f"missing {field}")


def invalid_value(field: str) -> InvalidArgument:
    """A field holds something that is not allowed there."""
    return InvalidArgument(f"invalid value for {field}")


def missing_entity(kind: str, identifier: Message) -> NotFound:
    """No row for an id. ``kind`` is the entity's word: ``task``, ``execution``, ``node execution``, …"""
    return NotFound(f"missing entity of type {kind} with identifier {compact_text(identifier)}")


def missing_identifier(identifier: core.Identifier) -> NotFound:
    """No row for a task's, workflow's or launch plan's id."""
    return missing_entity(_TYPE_NAMES.get(identifier.resource_type, "resource"), identifier)


def already_terminal(message: str, phase: str) -> FailedPrecondition:
    """A transition out of a final phase; carries the phase for programs."""
    reason = admin.EventFailureReason(already_in_terminal_state=admin.EventErrorAlreadyInTerminalState(current_phase=phase))
    return FailedPrecondition(message, reason)


def incompatible_cluster(message: str, cluster: str) -> FailedPrecondition:
    """An event from a producer that does not own the execution."""
    reason = admin.EventFailureReason(incompatible_cluster=admin.EventErrorIncompatibleCluster(cluster=cluster))
    return FailedPrecondition(message, reason)
