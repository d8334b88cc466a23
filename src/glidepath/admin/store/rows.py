"""Messages to columns and back: the one place that knows how executions, nodes and attempts lie in their rows.

Columns repeat what filters, sorts and restarts need; the message itself is the blob beside them.
"""

from collections.abc import Mapping
from datetime import datetime, timezone
from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp
from sqlalchemy import ColumnElement, Table

from glidepath.admin.store.schema import executions, node_executions, task_executions
from glidepath.idl import admin, core

_NANOSECONDS = 1_000_000_000


def instant(stamp: Timestamp) -> datetime:
    """A timestamp as an aware datetime; nanoseconds below a microsecond are dropped."""
    return stamp.ToDatetime(tzinfo=timezone.utc)


def timestamp(when: datetime) -> Timestamp:
    """An aware datetime as a timestamp."""
    stamp = Timestamp()
    stamp.FromDatetime(when)
    return stamp


def nanoseconds(duration: Duration) -> int:
    """A duration as the number that the ``duration`` columns hold."""
    return duration.seconds * _NANOSECONDS + duration.nanos


def is_execution(table: Table, execution: core.WorkflowExecutionIdentifier) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the rows of one execution, in any table that has an execution's key."""
    return (
        table.c.execution_project == execution.project,
        table.c.execution_domain == execution.domain,
        table.c.execution_name == execution.name,
    )


def is_node(table: Table, node: core.NodeExecutionIdentifier) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the rows of one node execution."""
    return (*is_execution(table, node.execution_id), table.c.node_id == node.node_id)


def is_attempt(node: core.NodeExecutionIdentifier, retry_attempt: int) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the row of one attempt in ``task_executions``."""
    return (*is_node(task_executions, node), task_executions.c.retry_attempt == retry_attempt)


def execution_key(execution: core.WorkflowExecutionIdentifier) -> dict[str, str]:
    """The key columns of an execution."""
    return {
        "execution_project": execution.project,
        "execution_domain": execution.domain,
        "execution_name": execution.name,
    }


def execution_columns(closure: admin.ExecutionClosure, changed: datetime) -> dict[str, Any]:
    """The columns of ``executions`` that follow from a closure. ``changed``: when the row is written."""
    return {
        "phase": core.WorkflowExecution.Phase.Name(closure.phase),
        "started_at": _if_set(closure, "started_at", instant),
        "duration": _if_set(closure, "duration", nanoseconds),
        "abort_cause": closure.abort_metadata.cause if closure.HasField("abort_metadata") else "",
        **_error_columns(closure),
        "updated_at": changed,
        "closure": closure.SerializeToString(),
    }


def node_columns(node: admin.NodeExecution, changed: datetime) -> dict[str, Any]:
    """The columns of ``node_executions`` that follow from a node execution, except its key, parents and ``created_at``."""
    closure = node.closure
    cached = closure.HasField("task_node_metadata")
    return {
        "phase": core.NodeExecution.Phase.Name(closure.phase),
        "input_uri": node.input_uri,
        "node_execution_created_at": instant(closure.created_at),
        "node_execution_updated_at": instant(closure.updated_at),
        "started_at": _if_set(closure, "started_at", instant),
        "duration": _if_set(closure, "duration", nanoseconds),
        **_error_columns(closure),
        "cache_status": core.CatalogCacheStatus.Name(closure.task_node_metadata.cache_status) if cached else None,
        "updated_at": changed,
        "node_execution_metadata": node.metadata.SerializeToString(),
        "closure": closure.SerializeToString(),
    }


def node_key(node: core.NodeExecutionIdentifier) -> dict[str, str]:
    """The key columns of a node execution."""
    return {**execution_key(node.execution_id), "node_id": node.node_id}


def task_columns(task: admin.TaskExecution, phase_version: int, changed: datetime) -> dict[str, Any]:
    """The columns of ``task_executions`` that follow from a task execution, except its key and ``created_at``."""
    closure = task.closure
    return {
        "phase": core.TaskExecution.Phase.Name(closure.phase),
        "phase_version": phase_version,
        "input_uri": task.input_uri,
        "task_execution_created_at": instant(closure.created_at),
        "task_execution_updated_at": instant(closure.updated_at),
        "started_at": _if_set(closure, "started_at", instant),
        "duration": _if_set(closure, "duration", nanoseconds),
        "updated_at": changed,
        "closure": closure.SerializeToString(),
    }


def task_key(task: core.TaskExecutionIdentifier) -> dict[str, Any]:
    """The key columns of an attempt: the task's, the node's, the attempt's number."""
    return {
        **entity_key(task.task_id),
        **node_key(task.node_execution_id),
        "retry_attempt": task.retry_attempt,
    }


def entity_key(identifier: core.Identifier) -> dict[str, str]:
    """The key columns of a task, workflow or launch plan."""
    return {part: getattr(identifier, part) for part in ("project", "domain", "name", "version")}


EXECUTION_COLUMNS = tuple(
    executions.c[name]
    for name in ("execution_project", "execution_domain", "execution_name", "state_change", "spec", "closure")
)
NODE_COLUMNS = tuple(
    node_executions.c[name]
    for name in (
        "execution_project",
        "execution_domain",
        "execution_name",
        "node_id",
        "input_uri",
        "node_execution_metadata",
        "closure",
    )
)
TASK_COLUMNS = tuple(
    task_executions.c[name]
    for name in (
        *("project", "domain", "name", "version"),
        *("execution_project", "execution_domain", "execution_name", "node_id", "retry_attempt"),
        *("input_uri", "closure"),
    )
)
"""What must be read to answer with an execution, a node execution, a task execution: never ``engine_state``."""


def execution_from(row: Any) -> admin.Execution:
    """The execution in a row of :data:`EXECUTION_COLUMNS`."""
    found = admin.Execution(id=execution_id_from(row._mapping))
    found.spec.MergeFromString(row.spec)
    found.closure.MergeFromString(row.closure)
    found.closure.state_change_details.MergeFromString(row.state_change)
    return found


def node_from(row: Any) -> admin.NodeExecution:
    """The node execution in a row of :data:`NODE_COLUMNS`."""
    found = admin.NodeExecution(input_uri=row.input_uri)
    found.id.node_id = row.node_id
    found.id.execution_id.CopyFrom(execution_id_from(row._mapping))
    found.metadata.MergeFromString(row.node_execution_metadata)
    found.closure.MergeFromString(row.closure)
    return found


def task_from(row: Any) -> admin.TaskExecution:
    """The task execution in a row of :data:`TASK_COLUMNS`."""
    found = admin.TaskExecution(input_uri=row.input_uri)
    found.id.task_id.CopyFrom(identifier_from(core.ResourceType.TASK, row._mapping))
    found.id.node_execution_id.node_id = row.node_id
    found.id.node_execution_id.execution_id.CopyFrom(execution_id_from(row._mapping))
    found.id.retry_attempt = row.retry_attempt
    found.closure.MergeFromString(row.closure)
    return found


def execution_id_from(row: Mapping[Any, Any]) -> core.WorkflowExecutionIdentifier:
    """The execution that a row with an execution's key belongs to."""
    return core.WorkflowExecutionIdentifier(
        project=row["execution_project"], domain=row["execution_domain"], name=row["execution_name"]
    )


def identifier_from(kind: core.ResourceType, row: Mapping[Any, Any]) -> core.Identifier:
    """The id in a row with an entity's key."""
    return core.Identifier(
        resource_type=kind, project=row["project"], domain=row["domain"], name=row["name"], version=row["version"]
    )


def _if_set(closure: Any, field: str, convert: Any) -> Any:
    return convert(getattr(closure, field)) if closure.HasField(field) else None


def _error_columns(closure: Any) -> dict[str, Any]:
    failed = closure.HasField("error")
    return {
        "error_kind": core.ExecutionError.ErrorKind.Name(closure.error.kind) if failed else None,
        "error_code": closure.error.code if failed else None,
    }
