"""What an engine's event does to the record of an execution, a node or an attempt. Pure: record and event in, record out.

Used by the journal of the embedded engine and by the Create…Event RPCs, for an engine outside. Messages are records: an
ExecutionClosure, a NodeExecution, a TaskExecution; ``None`` stands for a record that the event begins. Arguments are never
changed. Whether an event is allowed at all is :mod:`glidepath.admin.event_rules`' question.
Reference: flytectl-and-admin.md, C3.
"""

from typing import Any

from google.protobuf.duration_pb2 import Duration
from google.protobuf.json_format import MessageToDict, ParseDict
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.idl import admin, core, event
from glidepath.idl.ids import START_NODE_ID
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_TASK_PHASES, TERMINAL_WORKFLOW_PHASES

_NANOSECONDS = 1_000_000_000
_PENDING = frozenset({core.TaskExecution.QUEUED, core.TaskExecution.INITIALIZING})


def apply_workflow_event(closure: admin.ExecutionClosure, happened: event.WorkflowExecutionEvent) -> admin.ExecutionClosure:
    """An execution's closure after an event: phase, times, and outputs or error.

    What a person said when aborting (``abort_metadata``) outlives the error that the engine reports for the abort.
    """
    after = admin.ExecutionClosure()
    after.CopyFrom(closure)
    after.phase = happened.phase
    after.updated_at.CopyFrom(happened.occurred_at)
    if happened.phase == core.WorkflowExecution.RUNNING and not after.HasField("started_at"):
        after.started_at.CopyFrom(happened.occurred_at)
    if happened.phase in TERMINAL_WORKFLOW_PHASES:
        after.duration.CopyFrom(_elapsed(after, happened.occurred_at))
    result = happened.WhichOneof("output_result")
    if result == "output_uri":
        after.outputs.uri = happened.output_uri
    elif result == "output_data":
        after.output_data.CopyFrom(happened.output_data)
    elif result == "error" and not after.HasField("abort_metadata"):
        after.error.CopyFrom(happened.error)
    return after


def apply_node_event(node: admin.NodeExecution | None, happened: event.NodeExecutionEvent) -> admin.NodeExecution:
    """A node execution after an event. Inline inputs (``input_data``) are not kept: write them and send their URI."""
    after = admin.NodeExecution()
    if node is None:
        after.id.CopyFrom(happened.id)
        after.closure.created_at.CopyFrom(happened.occurred_at)
    else:
        after.CopyFrom(node)
    if happened.input_uri and not after.input_uri:
        after.input_uri = happened.input_uri
    if happened.output_uri and START_NODE_ID in (happened.spec_node_id, happened.id.node_id):
        after.input_uri = happened.output_uri  # the start node passes the execution's inputs on
    _apply_node_metadata(after.metadata, happened)
    _apply_node_closure(after.closure, happened)
    return after


def apply_task_event(task: admin.TaskExecution | None, happened: event.TaskExecutionEvent) -> admin.TaskExecution:
    """A task execution (one attempt) after an event. Inline inputs are not kept: write them and send their URI."""
    after = admin.TaskExecution()
    if task is None:
        after.id.task_id.CopyFrom(happened.task_id)
        after.id.node_execution_id.CopyFrom(happened.parent_node_execution_id)
        after.id.retry_attempt = happened.retry_attempt
        after.closure.created_at.CopyFrom(happened.occurred_at)
    else:
        after.CopyFrom(task)
    if happened.input_uri and not after.input_uri:
        after.input_uri = happened.input_uri
    _apply_task_closure(after.closure, happened)
    return after


def _apply_node_metadata(metadata: admin.NodeExecutionMetaData, happened: event.NodeExecutionEvent) -> None:
    metadata.retry_group = happened.retry_group or metadata.retry_group
    metadata.spec_node_id = happened.spec_node_id or metadata.spec_node_id
    metadata.is_parent_node = metadata.is_parent_node or happened.is_parent
    metadata.is_dynamic = metadata.is_dynamic or happened.is_dynamic
    metadata.is_array = metadata.is_array or happened.is_array
    metadata.is_eager = metadata.is_eager or happened.is_eager


def _apply_node_closure(closure: admin.NodeExecutionClosure, happened: event.NodeExecutionEvent) -> None:
    closure.phase = happened.phase
    closure.updated_at.CopyFrom(happened.reported_at if happened.HasField("reported_at") else happened.occurred_at)
    if happened.phase == core.NodeExecution.RUNNING and not closure.HasField("started_at"):
        closure.started_at.CopyFrom(happened.occurred_at)
    if happened.phase in TERMINAL_NODE_PHASES:
        closure.duration.CopyFrom(_elapsed(closure, happened.occurred_at))
    _copy_result(closure, happened)
    closure.deck_uri = happened.deck_uri or closure.deck_uri
    if happened.HasField("workflow_node_metadata"):
        closure.workflow_node_metadata.executionId.CopyFrom(happened.workflow_node_metadata.execution_id)
    elif happened.HasField("task_node_metadata"):
        given = happened.task_node_metadata
        kept = closure.task_node_metadata
        kept.cache_status = given.cache_status or kept.cache_status
        kept.checkpoint_uri = given.checkpoint_uri or kept.checkpoint_uri
        if given.HasField("catalog_key"):
            kept.catalog_key.CopyFrom(given.catalog_key)
        closure.dynamic_job_spec_uri = given.dynamic_workflow.dynamic_job_spec_uri or closure.dynamic_job_spec_uri


def _apply_task_closure(closure: admin.TaskExecutionClosure, happened: event.TaskExecutionEvent) -> None:
    closure.phase = happened.phase
    closure.updated_at.CopyFrom(happened.reported_at if happened.HasField("reported_at") else happened.occurred_at)
    if happened.phase == core.TaskExecution.RUNNING and not closure.HasField("started_at"):
        closure.started_at.CopyFrom(happened.occurred_at)
    if happened.phase in TERMINAL_TASK_PHASES:
        closure.duration.CopyFrom(_elapsed(closure, happened.occurred_at))
    _copy_result(closure, happened)
    closure.task_type = happened.task_type or closure.task_type
    closure.event_version = max(closure.event_version, happened.event_version)
    logs = _merged_logs(closure.logs, happened)
    del closure.logs[:]
    closure.logs.extend(logs)
    _apply_reasons(closure, happened)
    if happened.HasField("custom_info"):
        closure.custom_info.CopyFrom(_merged_info(closure.custom_info, happened.custom_info))
    if happened.HasField("metadata"):
        _merge_metadata(closure.metadata, happened.metadata)
    if happened.HasField("log_context"):
        closure.log_context.CopyFrom(happened.log_context)


def _copy_result(closure: Any, happened: Any) -> None:
    result = happened.WhichOneof("output_result")
    if result == "output_uri":
        closure.output_uri = happened.output_uri
    elif result is not None:
        getattr(closure, result).CopyFrom(getattr(happened, result))


def _elapsed(closure: Any, end: Timestamp) -> Duration:
    start = closure.started_at if closure.HasField("started_at") else end
    nanoseconds = (end.seconds - start.seconds) * _NANOSECONDS + end.nanos - start.nanos
    return Duration(seconds=nanoseconds // _NANOSECONDS, nanos=nanoseconds % _NANOSECONDS) if nanoseconds > 0 else Duration()


def _merged_logs(known: Any, happened: event.TaskExecutionEvent) -> list[core.TaskLog]:
    """The links of the newest event first; older ones that it neither renames nor replaces after them."""
    given = [log for log in happened.logs if happened.phase not in _PENDING or log.ShowWhilePending]
    names, uris = {log.name for log in given}, {log.uri for log in given}
    merged = given + [log for log in known if log.name not in names and log.uri not in uris]
    ended = happened.phase in TERMINAL_TASK_PHASES
    return [log for log in merged if not (ended and log.HideOnceFinished)]


def _apply_reasons(closure: admin.TaskExecutionClosure, happened: event.TaskExecutionEvent) -> None:
    given = [admin.Reason(occurred_at=reason.occurred_at, message=reason.reason) for reason in happened.reasons]
    if not given and happened.reason and happened.reason != closure.reason:
        given = [admin.Reason(occurred_at=happened.occurred_at, message=happened.reason)]
    closure.reasons.extend(reason for reason in given if reason not in closure.reasons)
    if given:
        closure.reason = given[-1].message


def _merged_info(known: Struct, patch: Struct) -> Struct:
    return ParseDict(_merge_patch(MessageToDict(known), MessageToDict(patch)), Struct())


def _merge_patch(target: Any, patch: Any) -> Any:
    """RFC 7396."""
    if not isinstance(patch, dict):
        return patch
    merged = dict(target) if isinstance(target, dict) else {}
    for key, value in patch.items():
        if value is None:
            merged.pop(key, None)
        else:
            merged[key] = _merge_patch(merged.get(key), value)
    return merged


def _merge_metadata(metadata: event.TaskExecutionMetadata, given: event.TaskExecutionMetadata) -> None:
    resources = {(resource.index, resource.retry_attempt): resource for resource in metadata.external_resources}
    for resource in given.external_resources:
        key = (resource.index, resource.retry_attempt)
        resources[key] = _merged_resource(resources.get(key), resource)
    merged = [resources[key] for key in sorted(resources)]
    pools = list(given.resource_pool_info or metadata.resource_pool_info)
    metadata.MergeFrom(
        event.TaskExecutionMetadata(generated_name=given.generated_name, plugin_identifier=given.plugin_identifier)
    )
    metadata.instance_class = given.instance_class or metadata.instance_class
    del metadata.external_resources[:], metadata.resource_pool_info[:]
    metadata.external_resources.extend(merged)
    metadata.resource_pool_info.extend(pools)


def _merged_resource(known: event.ExternalResourceInfo | None, given: event.ExternalResourceInfo) -> event.ExternalResourceInfo:
    if known is None:
        return given
    merged = event.ExternalResourceInfo()
    merged.CopyFrom(given)
    merged.external_id = given.external_id or known.external_id
    if not merged.logs:
        merged.logs.extend(known.logs)
    if not merged.HasField("custom_info") and known.HasField("custom_info"):
        merged.custom_info.CopyFrom(known.custom_info)
    return merged
