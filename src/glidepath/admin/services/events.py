"""Events of an engine outside this process: the three Create…Event RPCs.

The embedded engine does not come this way: its journal applies the same functions to many executions in one transaction.
"""

from typing import Any

from sqlalchemy import Connection, Table, select

from glidepath.admin.apply import apply_node_event, apply_task_event, apply_workflow_event
from glidepath.admin.errors import AdminError, ResourceExhausted, missing_entity
from glidepath.admin.event_rules import check_node_event, check_producer, check_task_event, check_workflow_event
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.executions import lock_closure
from glidepath.admin.store.rows import (
    NODE_COLUMNS,
    TASK_COLUMNS,
    execution_columns,
    is_attempt,
    is_execution,
    is_node,
    node_columns,
    node_from,
    node_key,
    task_columns,
    task_from,
    task_key,
)
from glidepath.admin.store.schema import executions, node_executions, task_executions
from glidepath.admin.validation import require, require_execution, require_node_execution, require_task_execution
from glidepath.idl import admin, core, event, paths

_DYNAMIC = "closures"


class Events:
    """CreateWorkflowEvent, CreateNodeEvent, CreateTaskEvent. A repeated event is AlreadyExists, which engines ignore."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"CreateWorkflowEvent": self.workflow, "CreateNodeEvent": self.node, "CreateTaskEvent": self.task}

    def workflow(self, request: admin.WorkflowExecutionEventRequest, call: Call) -> admin.WorkflowExecutionEventResponse:
        """Record what happened to an execution."""
        happened = request.event
        require(happened.HasField("execution_id"), "execution_id")
        require_execution(happened.execution_id)
        require(happened.HasField("occurred_at"), "occurred_at")
        self._check_size(happened)
        this = is_execution(executions, happened.execution_id)
        with self._context.store.write() as connection:
            closure = lock_closure(connection, happened.execution_id)
            cluster = connection.execute(select(executions.c.cluster).where(*this)).scalar_one()
            check_workflow_event(closure.phase, cluster, happened)
            values = execution_columns(apply_workflow_event(closure, happened), self._context.clock())
            started = closure.phase in (core.WorkflowExecution.UNDEFINED, core.WorkflowExecution.QUEUED)
            if started and happened.producer_id:
                values["cluster"] = happened.producer_id
            connection.execute(executions.update().where(*this).values(**values))
        return admin.WorkflowExecutionEventResponse()

    def node(self, request: admin.NodeExecutionEventRequest, call: Call) -> admin.NodeExecutionEventResponse:
        """Record what happened to a node; its first event begins its record."""
        happened = self._offloaded(request.event)
        require_node_execution(happened.id)
        require(happened.HasField("occurred_at"), "occurred_at")
        dynamic = self._dynamic_closure(happened)
        with self._context.store.write() as connection:
            self._check_execution(connection, happened.id.execution_id, happened.producer_id)
            self._check_child(connection, happened)
            query = select(*NODE_COLUMNS).where(*is_node(node_executions, happened.id)).with_for_update()
            row = connection.execute(query).one_or_none()
            known = node_from(row) if row else None
            check_node_event(known, happened)
            values = node_columns(apply_node_event(known, happened), self._context.clock())
            if dynamic or not known:
                values["dynamic_workflow_remote_closure_reference"] = dynamic
            values.update(self._parents(connection, happened))
            _save(connection, node_executions, node_key(happened.id), values, known is None)
        return admin.NodeExecutionEventResponse()

    def task(self, request: admin.TaskExecutionEventRequest, call: Call) -> admin.TaskExecutionEventResponse:
        """Record what happened to an attempt; its first event begins its record."""
        happened = self._offloaded(request.event)
        identifier = core.TaskExecutionIdentifier(
            task_id=happened.task_id,
            node_execution_id=happened.parent_node_execution_id,
            retry_attempt=happened.retry_attempt,
        )
        require_task_execution(identifier)
        require(happened.HasField("occurred_at"), "occurred_at")
        with self._context.store.write() as connection:
            self._check_execution(connection, identifier.node_execution_id.execution_id, happened.producer_id)
            _require_row(connection, node_executions, is_node(node_executions, identifier.node_execution_id), identifier)
            attempt = is_attempt(identifier.node_execution_id, identifier.retry_attempt)
            query = select(*TASK_COLUMNS, task_executions.c.phase_version).where(*attempt).with_for_update()
            row = connection.execute(query).one_or_none()
            known = task_from(row) if row else None
            check_task_event(known, row.phase_version if row else 0, happened)
            after = apply_task_event(known, happened)
            values = task_columns(after, happened.phase_version, self._context.clock())
            _save(connection, task_executions, task_key(identifier), values, known is None)
        return admin.TaskExecutionEventResponse()

    def _check_size(self, happened: Any) -> None:
        limit = self._context.config.limits.inline_bytes
        size = happened.output_data.ByteSize() if happened.HasField("output_data") else 0
        if size > limit:
            raise ResourceExhausted(f"Output data size exceeds platform configured threshold ({size} > {limit})")

    def _offloaded(self, happened: Any) -> Any:
        """The event with its inline inputs written to storage."""
        self._check_size(happened)
        if not happened.HasField("input_data"):
            return happened
        execution = happened.id.execution_id if hasattr(happened, "id") else happened.parent_node_execution_id.execution_id
        folder = paths.join(execution.project, execution.domain, execution.name)
        after = type(happened)()
        after.CopyFrom(happened)
        after.input_uri = self._context.keep(folder, happened.input_data)
        return after

    def _dynamic_closure(self, happened: event.NodeExecutionEvent) -> str:
        metadata = happened.task_node_metadata
        compiled = metadata.dynamic_workflow.compiled_workflow
        return self._context.keep(_DYNAMIC, compiled) if compiled.HasField("primary") else ""

    def _check_execution(self, connection: Connection, execution: core.WorkflowExecutionIdentifier, producer: str) -> None:
        this = is_execution(executions, execution)
        row = connection.execute(select(executions.c.cluster).where(*this)).one_or_none()
        if row is None:
            missing = missing_entity("execution", execution)
            raise type(missing)(f"Failed to get existing execution id: [{missing.message}]")
        check_producer(row.cluster, producer)

    def _check_child(self, connection: Connection, happened: event.NodeExecutionEvent) -> None:
        child = happened.workflow_node_metadata.execution_id
        if child.name:
            _require_row(connection, executions, is_execution(executions, child), child)

    def _parents(self, connection: Connection, happened: event.NodeExecutionEvent) -> dict[str, Any]:
        parents: dict[str, Any] = {}
        if happened.HasField("parent_node_metadata"):
            parents["parent_id"] = happened.parent_node_metadata.node_id
        if happened.HasField("parent_task_metadata"):
            task = happened.parent_task_metadata.id
            attempt = is_attempt(task.node_execution_id, task.retry_attempt)
            parents["parent_task_execution_id"] = _require_row(connection, task_executions, attempt, task)
        return parents


def _require_row(connection: Connection, table: Table, conditions: Any, identifier: Any) -> int:
    row_id: int | None = connection.execute(select(table.c.id).where(*conditions)).scalar_one_or_none()
    if row_id is None:
        raise _missing(table, identifier)
    return row_id


def _missing(table: Table, identifier: Any) -> AdminError:
    return missing_entity(table.name.rstrip("s").replace("_", " "), identifier)


def _save(connection: Connection, table: Table, key: dict[str, Any], values: dict[str, Any], new: bool) -> None:
    if new:
        connection.execute(table.insert().values(**key, **values, created_at=values["updated_at"]))
    else:
        connection.execute(table.update().filter_by(**key).values(**values))
