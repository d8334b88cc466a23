"""Records to flyteidl events: what the control plane stores and stock consumers read (reference: engine.md, 1.16)."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.engine.plan import ARRAY, BRANCH, LAUNCH_PLAN, SUB_WORKFLOW, TASK
from glidepath.engine.records import ExecutionRecord, NodeRecord, Record, TaskRecord
from glidepath.engine.state import ExecutionState
from glidepath.idl import core, event

PRODUCER = "propeller"
"""The producer that every control plane accepts whatever cluster it knows."""

_EVENT_VERSION = 1


def render(state: ExecutionState, record: Record) -> Message:
    """The event message of a record: WorkflowExecutionEvent, NodeExecutionEvent or TaskExecutionEvent."""
    return _render(record, state.id)


@singledispatch
def _render(record: Record, execution: core.WorkflowExecutionIdentifier) -> Message:
    raise TypeError(f"no event for {type(record).__name__}")


@_render.register
def _execution(record: ExecutionRecord, execution: core.WorkflowExecutionIdentifier) -> Message:
    message = event.WorkflowExecutionEvent(
        execution_id=execution, producer_id=PRODUCER, phase=record.phase, occurred_at=_timestamp(record.at)
    )
    if record.error is not None:
        message.error.CopyFrom(record.error)
    elif record.output_uri:
        message.output_uri = record.output_uri
    return message


@_render.register
def _node(record: NodeRecord, execution: core.WorkflowExecutionIdentifier) -> Message:
    spec, scope, at = record.node.spec, record.scope, _timestamp(record.at)
    message = event.NodeExecutionEvent(
        id=core.NodeExecutionIdentifier(node_id=record.uid, execution_id=execution),
        producer_id=PRODUCER,
        phase=record.phase,
        occurred_at=at,
        reported_at=at,
        input_uri=record.input_uri,
        retry_group=str(scope.attempt),
        spec_node_id=record.node.id,
        node_name=spec.metadata.name,
        event_version=_EVENT_VERSION,
        is_parent=record.node.kind in (SUB_WORKFLOW, BRANCH) or bool(record.closure_uri),
        is_dynamic=bool(record.closure_uri),
        is_in_dynamic_chain=scope.dynamic,
        is_array=record.node.kind == ARRAY,
        deck_uri=record.deck_uri,
    )
    if scope.uid:
        message.parent_node_metadata.node_id = scope.uid
    if record.error is not None:
        message.error.CopyFrom(record.error)
    elif record.output_uri:
        message.output_uri = record.output_uri
    if record.node.kind == TASK:
        message.target_entity.CopyFrom(spec.task_node.reference_id)
        _tell_of_task(message, record)
    elif record.node.kind == LAUNCH_PLAN:
        message.target_entity.CopyFrom(spec.workflow_node.launchplan_ref)
        if record.launched:
            child = core.WorkflowExecutionIdentifier(project=execution.project, domain=execution.domain, name=record.launched)
            message.workflow_node_metadata.execution_id.CopyFrom(child)
    return message


def _tell_of_task(message: event.NodeExecutionEvent, record: NodeRecord) -> None:
    """What a task's node tells besides its phase: its cache, its plan."""
    message.is_eager = record.node.task is not None and record.node.task.metadata.is_eager
    if record.cache_status:
        message.task_node_metadata.cache_status = record.cache_status
    if record.cache_key is not None:
        message.task_node_metadata.catalog_key.CopyFrom(record.cache_key)
    if record.reservation:
        message.task_node_metadata.reservation_status = record.reservation
    if record.job_spec_uri:
        message.task_node_metadata.dynamic_workflow.dynamic_job_spec_uri = record.job_spec_uri


@_render.register
def _task(record: TaskRecord, execution: core.WorkflowExecutionIdentifier) -> Message:
    task, at = record.node.task, _timestamp(record.at)
    if task is None:
        raise TypeError(f"node [{record.node.id}] has no task")
    message = event.TaskExecutionEvent(
        task_id=task.id,
        parent_node_execution_id=core.NodeExecutionIdentifier(node_id=record.uid, execution_id=execution),
        retry_attempt=record.attempt,
        phase=record.phase,
        phase_version=record.version,
        producer_id=PRODUCER,
        logs=record.logs,
        occurred_at=at,
        reported_at=at,
        task_type=task.type,
        reason=record.reason,
        event_version=_EVENT_VERSION,
        input_uri=record.input_uri,
    )
    if record.reason:
        message.reasons.add(reason=record.reason, occurred_at=at)
    if record.error is not None:
        message.error.CopyFrom(record.error)
    elif record.output_uri:
        message.output_uri = record.output_uri
    return message


def _timestamp(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
