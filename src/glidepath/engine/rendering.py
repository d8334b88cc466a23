"""Records to flyteidl events: what the control plane stores and stock consumers read (reference: engine.md, 1.16)."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatch

from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.engine.plan import ARRAY, BRANCH, LAUNCH_PLAN, SUB_WORKFLOW, TASK, GraphNode, items_graph
from glidepath.engine.records import ExecutionRecord, ItemRecord, NodeRecord, Record, TaskRecord
from glidepath.engine.state import ExecutionState
from glidepath.idl import core, event
from glidepath.idl.ids import generated_name

PRODUCER = "propeller"
"""The producer that every control plane accepts whatever cluster it knows."""

ARRAY_TASK_TYPE, ARRAY_PLUGIN = "container_array", "k8s-array"
"""What the one task execution of an array says it is."""
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
    at = _timestamp(record.at)
    identifier, task_type = _what_runs(record.node, execution)
    message = event.TaskExecutionEvent(
        task_id=identifier,
        parent_node_execution_id=core.NodeExecutionIdentifier(node_id=record.uid, execution_id=execution),
        retry_attempt=record.attempt,
        phase=record.phase,
        phase_version=record.version,
        producer_id=PRODUCER,
        logs=record.logs,
        occurred_at=at,
        reported_at=at,
        task_type=task_type,
        reason=record.reason,
        event_version=_EVENT_VERSION,
        input_uri=record.input_uri,
    )
    if record.reason:
        message.reasons.add(reason=record.reason, occurred_at=at)
    if record.node.kind == ARRAY:
        message.metadata.plugin_identifier = ARRAY_PLUGIN
    if record.error is not None:
        message.error.CopyFrom(record.error)
    elif record.output_uri:
        message.output_uri = record.output_uri
    return message


def _what_runs(node: GraphNode, execution: core.WorkflowExecutionIdentifier) -> tuple[core.Identifier, str]:
    """The task that a task execution is of, and its type."""
    if node.kind == ARRAY:
        return _array_task(items_graph(node, interruptible=False).id, execution), ARRAY_TASK_TYPE
    if node.task is None:
        raise TypeError(f"node [{node.id}] has no task")
    return node.task.id, node.task.type


def _array_task(identifier: core.Identifier, execution: core.WorkflowExecutionIdentifier) -> core.Identifier:
    """What an array over a launch plan is called by has no place of its own: it takes the execution's."""
    if identifier.project:
        return identifier
    return core.Identifier(
        resource_type=core.ResourceType.TASK,
        project=execution.project,
        domain=execution.domain,
        name=identifier.name,
        version=identifier.version,
    )


@_render.register
def _item(record: ItemRecord, execution: core.WorkflowExecutionIdentifier) -> Message:
    """One item's part of the one task execution that stands for its array."""
    at = _timestamp(record.at)
    message = event.TaskExecutionEvent(
        task_id=_array_task(record.scope.graph.id, execution),
        parent_node_execution_id=core.NodeExecutionIdentifier(node_id=record.scope.uid, execution_id=execution),
        phase=core.TaskExecution.RUNNING,
        producer_id=PRODUCER,
        occurred_at=at,
        reported_at=at,
        task_type=ARRAY_TASK_TYPE,
        event_version=_EVENT_VERSION,
    )
    message.metadata.plugin_identifier = ARRAY_PLUGIN
    message.metadata.external_resources.add().CopyFrom(external_resource(record, execution))
    return message


def external_resource(record: ItemRecord, execution: core.WorkflowExecutionIdentifier) -> event.ExternalResourceInfo:
    """An item of an array as clients see it (reference: engine.md, 1.12)."""
    info = event.ExternalResourceInfo(
        external_id=generated_name(execution.name, record.uid, record.attempt),
        index=record.number,
        retry_attempt=record.attempt,
        phase=record.phase,
        cache_status=record.cache_status,
    )
    for log in record.logs:
        told = info.logs.add()
        told.CopyFrom(log)
        told.name = f"{log.name}-{record.number}"
    if record.launched:
        child = core.WorkflowExecutionIdentifier(project=execution.project, domain=execution.domain, name=record.launched)
        info.workflow_node_metadata.execution_id.CopyFrom(child)
    return info


def _timestamp(at: datetime) -> Timestamp:
    stamp = Timestamp()
    stamp.FromDatetime(at)
    return stamp
