"""What events do to records, without a store."""

import pytest
from admin_specs import execution_id, identifier, integer, literals, node_id
from google.protobuf.struct_pb2 import Struct
from google.protobuf.timestamp_pb2 import Timestamp
from hypothesis import given, strategies as st

from glidepath.admin.apply import apply_node_event, apply_task_event, apply_workflow_event
from glidepath.idl import admin, core, event

WF, NODE, TASK = core.WorkflowExecution, core.NodeExecution, core.TaskExecution
ERROR = core.ExecutionError(code="USER:X", message="no", kind=core.ExecutionError.USER)


def at(seconds, nanos=0):
    return Timestamp(seconds=1_700_000_000 + seconds, nanos=nanos)


def workflow_events(*happened):
    closure = admin.ExecutionClosure(phase=WF.UNDEFINED, created_at=at(0))
    for phase, seconds, fields in happened:
        message = event.WorkflowExecutionEvent(execution_id=execution_id("e"), phase=phase, occurred_at=at(seconds), **fields)
        closure = apply_workflow_event(closure, message)
    return closure


def node_events(*happened):
    node = None
    for phase, seconds, fields in happened:
        message = event.NodeExecutionEvent(id=node_id("e"), phase=phase, occurred_at=at(seconds), **fields)
        node = apply_node_event(node, message)
    return node


def task_events(*happened):
    task = None
    for phase, seconds, fields in happened:
        message = event.TaskExecutionEvent(
            task_id=identifier("TASK", "t"),
            parent_node_execution_id=node_id("e"),
            phase=phase,
            occurred_at=at(seconds),
            **fields,
        )
        task = apply_task_event(task, message)
    return task


def test_an_execution_gets_its_times_and_outputs():
    closure = workflow_events((WF.RUNNING, 2, {}), (WF.SUCCEEDING, 8, {}), (WF.SUCCEEDED, 9, {"output_uri": "s3://o"}))
    assert (closure.phase, closure.created_at, closure.started_at, closure.updated_at) == (WF.SUCCEEDED, at(0), at(2), at(9))
    assert (closure.duration.seconds, closure.outputs.uri) == (7, "s3://o")


def test_durations_keep_nanoseconds():
    closure = admin.ExecutionClosure(started_at=at(1, 900_000_000))
    done = event.WorkflowExecutionEvent(phase=WF.SUCCEEDED, occurred_at=at(3, 100_000_000))
    assert apply_workflow_event(closure, done).duration.ToJsonString() == "1.200s"


def test_a_clock_that_goes_backwards_gives_no_negative_duration():
    assert workflow_events((WF.RUNNING, 5, {}), (WF.FAILED, 3, {"error": ERROR})).duration.ToNanoseconds() == 0


def test_an_execution_that_never_started_has_no_duration():
    closure = workflow_events((WF.FAILED, 3, {"error": ERROR}))
    assert (closure.duration.ToNanoseconds(), closure.error) == (0, ERROR)


def test_who_aborted_and_why_outlives_the_engines_error():
    closure = admin.ExecutionClosure(phase=WF.ABORTING, abort_metadata=admin.AbortMetadata(cause="enough", principal="ada"))
    aborted = event.WorkflowExecutionEvent(phase=WF.ABORTED, occurred_at=at(4), error=ERROR)
    assert apply_workflow_event(closure, aborted).abort_metadata.cause == "enough"


def test_arguments_stay_as_they_were():
    closure = admin.ExecutionClosure(phase=WF.RUNNING)
    apply_workflow_event(closure, event.WorkflowExecutionEvent(phase=WF.SUCCEEDED, occurred_at=at(1)))
    assert closure == admin.ExecutionClosure(phase=WF.RUNNING)


def test_a_node_gets_its_times_and_uris():
    node = node_events(
        (NODE.QUEUED, 1, {"input_uri": "s3://i", "reported_at": at(2), "spec_node_id": "n0", "retry_group": "0"}),
        (NODE.RUNNING, 3, {"input_uri": "s3://other"}),
        (NODE.SUCCEEDED, 7, {"output_uri": "s3://o", "deck_uri": "s3://d"}),
    )
    closure = node.closure
    assert (node.input_uri, closure.output_uri, closure.deck_uri) == ("s3://i", "s3://o", "s3://d")
    assert (closure.created_at, closure.started_at, closure.updated_at) == (at(1), at(3), at(7))
    assert closure.duration.seconds == 4
    assert (node.metadata.spec_node_id, node.metadata.retry_group) == ("n0", "0")


def test_the_report_of_an_event_is_when_a_node_was_updated():
    assert node_events((NODE.QUEUED, 1, {"reported_at": at(5)})).closure.updated_at == at(5)


@pytest.mark.parametrize(
    ("flag", "kept"), [("is_parent", "is_parent_node"), ("is_dynamic", "is_dynamic"), ("is_array", "is_array")]
)
def test_what_a_node_once_was_it_stays(flag, kept):
    node = node_events((NODE.RUNNING, 1, {flag: True}), (NODE.SUCCEEDED, 2, {}))
    assert getattr(node.metadata, kept)


def test_the_start_node_passes_its_outputs_on_as_inputs():
    node = node_events((NODE.SUCCEEDED, 1, {"spec_node_id": "start-node", "output_uri": "s3://i"}))
    assert (node.input_uri, node.closure.output_uri) == ("s3://i", "s3://i")


def test_a_failed_node_has_its_error_and_inline_outputs_are_kept():
    assert node_events((NODE.FAILED, 1, {"error": ERROR})).closure.error == ERROR
    outputs = literals(o0=integer(1))
    assert node_events((NODE.SUCCEEDED, 1, {"output_data": outputs})).closure.output_data == outputs


def test_what_a_node_says_of_its_task_adds_up():
    first = event.TaskNodeMetadata(checkpoint_uri="s3://c")
    key = core.CatalogMetadata(dataset_id=identifier("TASK", "t"))
    second = event.TaskNodeMetadata(cache_status=core.CatalogCacheStatus.CACHE_POPULATED, catalog_key=key)
    metadata = node_events(
        (NODE.RUNNING, 1, {"task_node_metadata": first}), (NODE.SUCCEEDED, 2, {"task_node_metadata": second})
    ).closure.task_node_metadata
    assert metadata == admin.TaskNodeMetadata(
        checkpoint_uri="s3://c", cache_status=core.CatalogCacheStatus.CACHE_POPULATED, catalog_key=key
    )


def test_a_node_names_the_execution_that_it_launched():
    child = event.WorkflowNodeMetadata(execution_id=execution_id("child"))
    node = node_events((NODE.RUNNING, 1, {"workflow_node_metadata": child}))
    assert node.closure.workflow_node_metadata.executionId == execution_id("child")


def test_an_attempt_gets_its_times_type_and_version():
    task = task_events(
        (TASK.QUEUED, 1, {"task_type": "python-task", "event_version": 1, "input_uri": "s3://i"}),
        (TASK.RUNNING, 2, {}),
        (TASK.SUCCEEDED, 5, {"output_uri": "s3://o"}),
    )
    closure = task.closure
    assert (closure.created_at, closure.started_at, closure.duration.seconds) == (at(1), at(2), 3)
    assert (closure.task_type, closure.event_version, closure.output_uri, task.input_uri) == (
        "python-task",
        1,
        "s3://o",
        "s3://i",
    )
    assert task.id.task_id == identifier("TASK", "t")


def log(name, uri, **fields):
    return core.TaskLog(name=name, uri=uri, **fields)


def test_logs_are_replaced_by_name_or_uri_and_shown_when_they_should_be():
    logs = lambda *happened: [(found.name, found.uri) for found in task_events(*happened).closure.logs]  # noqa: E731
    assert logs((TASK.QUEUED, 1, {"logs": [log("a", "1")]})) == []
    assert logs((TASK.QUEUED, 1, {"logs": [log("a", "1", ShowWhilePending=True)]})) == [("a", "1")]
    running = (TASK.RUNNING, 2, {"logs": [log("a", "1"), log("live", "2", HideOnceFinished=True)]})
    assert logs(running, (TASK.RUNNING, 3, {"logs": [log("b", "1")]})) == [("b", "1"), ("live", "2")]
    assert logs(running, (TASK.RUNNING, 3, {"logs": [log("a", "9")]})) == [("a", "9"), ("live", "2")]
    assert logs(running, (TASK.SUCCEEDED, 3, {})) == [("a", "1")]


def test_reasons_pile_up_and_the_last_one_stands_in_front():
    closure = task_events(
        (TASK.QUEUED, 1, {"reason": "queued"}),
        (TASK.QUEUED, 2, {"reason": "queued"}),
        (TASK.RUNNING, 3, {"reasons": [event.EventReason(reason="pulling", occurred_at=at(2))]}),
    ).closure
    assert [(reason.message, reason.occurred_at) for reason in closure.reasons] == [("queued", at(1)), ("pulling", at(2))]
    assert closure.reason == "pulling"


def struct(**fields):
    made = Struct()
    made.update(fields)
    return made


def test_custom_info_is_patched():
    closure = task_events(
        (TASK.RUNNING, 1, {"custom_info": struct(a=1, b={"x": 1, "y": 2})}),
        (TASK.RUNNING, 2, {"custom_info": struct(b={"x": 3, "y": None}, c="new")}),
    ).closure
    assert closure.custom_info == struct(a=1, b={"x": 3}, c="new")


def test_external_resources_are_merged_by_index_and_attempt():
    resource = event.ExternalResourceInfo
    first = event.TaskExecutionMetadata(
        generated_name="gen",
        external_resources=[resource(index=1, external_id="one", phase=TASK.RUNNING, logs=[log("a", "1")]), resource(index=0)],
    )
    second = event.TaskExecutionMetadata(
        external_resources=[resource(index=1, phase=TASK.SUCCEEDED), resource(index=1, retry_attempt=1)]
    )
    metadata = task_events((TASK.RUNNING, 1, {"metadata": first}), (TASK.RUNNING, 2, {"metadata": second})).closure.metadata
    assert metadata.generated_name == "gen"
    assert [(each.index, each.retry_attempt) for each in metadata.external_resources] == [(0, 0), (1, 0), (1, 1)]
    merged = metadata.external_resources[1]
    assert (merged.external_id, merged.phase, len(merged.logs)) == ("one", TASK.SUCCEEDED, 1)


@given(st.lists(st.sampled_from([NODE.QUEUED, NODE.RUNNING, NODE.DYNAMIC_RUNNING]), min_size=1))
def test_a_node_keeps_its_first_times_whatever_follows(phases):
    node = node_events(*((phase, second, {}) for second, phase in enumerate(phases)))
    assert node.closure.created_at == at(0)
    assert node.closure.HasField("started_at") == (NODE.RUNNING in phases)
    if NODE.RUNNING in phases:
        assert node.closure.started_at == at(phases.index(NODE.RUNNING))
