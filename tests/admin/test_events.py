"""The Create…Event RPCs: an engine outside reports, and what it reports is read back."""

import grpc
import pytest
from admin_specs import DOMAIN, PROJECT, execution, execution_id, identifier, integer, literals, node_id, text
from google.protobuf.timestamp_pb2 import Timestamp
from google.rpc import status_pb2

from glidepath.idl import admin, core, event

WF, NODE, TASK = core.WorkflowExecution, core.NodeExecution, core.TaskExecution


@pytest.fixture
def running(control_plane):
    control_plane.register_workflow()
    control_plane.admin.CreateExecution(execution("e1"))
    return control_plane


def at(second):
    return Timestamp(seconds=1_700_000_000 + second)


def report_workflow(control_plane, phase, second=1, **fields):
    happened = event.WorkflowExecutionEvent(execution_id=execution_id("e1"), phase=phase, occurred_at=at(second), **fields)
    return control_plane.admin.CreateWorkflowEvent(admin.WorkflowExecutionEventRequest(event=happened))


def report_node(control_plane, phase, node="n0", second=1, **fields):
    happened = event.NodeExecutionEvent(id=node_id("e1", node), phase=phase, occurred_at=at(second), **fields)
    return control_plane.admin.CreateNodeEvent(admin.NodeExecutionEventRequest(event=happened))


def report_task(control_plane, phase, second=1, attempt=0, **fields):
    happened = event.TaskExecutionEvent(
        task_id=identifier("TASK", "add"),
        parent_node_execution_id=node_id("e1"),
        retry_attempt=attempt,
        phase=phase,
        occurred_at=at(second),
        **fields,
    )
    return control_plane.admin.CreateTaskEvent(admin.TaskExecutionEventRequest(event=happened))


def refused(call, *arguments, **fields):
    with pytest.raises(grpc.RpcError) as caught:
        call(*arguments, **fields)
    return caught.value


def reason_of(error):
    trailing = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    reason = admin.EventFailureReason()
    assert status.details[0].Unpack(reason)
    return reason


def test_an_execution_runs_and_ends(running):
    for second, phase in enumerate((WF.QUEUED, WF.RUNNING, WF.SUCCEEDING), start=1):
        report_workflow(running, phase, second)
    report_workflow(running, WF.SUCCEEDED, 9, output_data=literals(o0=integer(2)))
    closure = running.admin.GetExecution(admin.WorkflowExecutionGetRequest(id=execution_id("e1"))).closure
    assert (closure.phase, closure.started_at, closure.duration.seconds) == (WF.SUCCEEDED, at(2), 7)
    data = running.admin.GetExecutionData(admin.WorkflowExecutionGetDataRequest(id=execution_id("e1")))
    assert data.full_outputs == literals(o0=integer(2))
    assert closure.state_change_details.occurred_at.seconds > 0


def test_a_phase_is_recorded_once(running):
    report_workflow(running, WF.RUNNING)
    error = refused(report_workflow, running, WF.RUNNING)
    assert error.code() == grpc.StatusCode.ALREADY_EXISTS
    assert error.details().startswith("This phase RUNNING was already recorded for workflow execution")


@pytest.mark.parametrize(
    ("phases", "then"),
    [([WF.FAILED], WF.RUNNING), ([WF.RUNNING], WF.QUEUED), ([WF.ABORTING], WF.RUNNING)],
)
def test_an_execution_does_not_go_back(running, phases, then):
    for phase in phases:
        report_workflow(running, phase)
    assert refused(report_workflow, running, then).code() == grpc.StatusCode.FAILED_PRECONDITION


def test_an_ended_execution_says_so_to_programs(running):
    report_workflow(running, WF.FAILED)
    reason = reason_of(refused(report_workflow, running, WF.SUCCEEDED))
    assert reason.already_in_terminal_state.current_phase == "FAILED"


def test_only_the_cluster_that_started_an_execution_may_report_it(running):
    report_workflow(running, WF.RUNNING, producer_id="c1")
    reason = reason_of(refused(report_workflow, running, WF.SUCCEEDING, producer_id="c2"))
    assert reason.incompatible_cluster.cluster == "c1"
    assert reason_of(refused(report_node, running, NODE.QUEUED, producer_id="c2")).incompatible_cluster.cluster == "c1"
    report_workflow(running, WF.SUCCEEDING, producer_id="propeller")
    report_workflow(running, WF.SUCCEEDED)


def test_outputs_above_the_limit_are_refused(running):
    outputs = literals(o0=text("x" * 2_200_000))
    error = refused(report_workflow, running, WF.SUCCEEDED, output_data=outputs)
    assert error.code() == grpc.StatusCode.RESOURCE_EXHAUSTED
    assert error.details().startswith("Output data size exceeds platform configured threshold (2200")


def test_a_node_and_its_attempts_are_recorded_and_read_back(running):
    report_node(running, NODE.QUEUED, input_data=literals(n=integer(1)), spec_node_id="n0", retry_group="0")
    report_task(running, TASK.QUEUED, input_data=literals(n=integer(1)))
    report_node(running, NODE.RUNNING, second=2)
    report_task(running, TASK.FAILED, second=3, error=core.ExecutionError(code="X", message="no"))
    report_task(running, TASK.RUNNING, second=4, attempt=1)
    report_task(running, TASK.SUCCEEDED, second=5, attempt=1, output_data=literals(o0=integer(2)))
    report_node(running, NODE.SUCCEEDED, second=6, output_data=literals(o0=integer(2)), deck_uri="s3://deck")
    node = running.admin.GetNodeExecution(admin.NodeExecutionGetRequest(id=node_id("e1")))
    assert (node.closure.phase, node.closure.duration.seconds, node.metadata.spec_node_id) == (NODE.SUCCEEDED, 4, "n0")
    data = running.admin.GetNodeExecutionData(admin.NodeExecutionGetDataRequest(id=node_id("e1")))
    assert (data.full_inputs, data.full_outputs) == (literals(n=integer(1)), literals(o0=integer(2)))
    assert data.flyte_urls.inputs == "flyte://v1/flytesnacks/development/e1/n0/i"
    assert data.flyte_urls.deck == "flyte://v1/flytesnacks/development/e1/n0/d"
    listed = running.admin.ListTaskExecutions(admin.TaskExecutionListRequest(node_execution_id=node_id("e1"), limit=5))
    assert [(task.id.retry_attempt, task.closure.phase) for task in listed.task_executions] == [
        (0, TASK.FAILED),
        (1, TASK.SUCCEEDED),
    ]
    identifiers = listed.task_executions[1].id
    assert running.admin.GetTaskExecution(admin.TaskExecutionGetRequest(id=identifiers)) == listed.task_executions[1]
    task_data = running.admin.GetTaskExecutionData(admin.TaskExecutionGetDataRequest(id=identifiers))
    assert task_data.full_outputs == literals(o0=integer(2))
    assert task_data.flyte_urls.outputs == "flyte://v1/flytesnacks/development/e1/n0/1/o"


def test_children_are_listed_under_their_parent_only(running):
    report_node(running, NODE.RUNNING, is_parent=True)
    parent = event.ParentNodeExecutionMetadata(node_id="n0")
    for node in ("n0-0-n0", "n0-0-n1"):
        report_node(running, NODE.RUNNING, node, parent_node_metadata=parent)
    request = admin.NodeExecutionListRequest(workflow_execution_id=execution_id("e1"), limit=5)
    ids = lambda: [node.id.node_id for node in running.admin.ListNodeExecutions(request).node_executions]  # noqa: E731
    assert ids() == ["n0"]
    request.unique_parent_id = "n0"
    assert ids() == ["n0-0-n0", "n0-0-n1"]
    request.filters = "eq(phase,SUCCEEDED)"
    assert ids() == []


def test_nodes_that_an_attempt_launched_are_listed_under_it(running):
    report_node(running, NODE.RUNNING)
    report_task(running, TASK.RUNNING)
    attempt = core.TaskExecutionIdentifier(task_id=identifier("TASK", "add"), node_execution_id=node_id("e1"))
    report_node(running, NODE.RUNNING, "dn0", parent_task_metadata=event.ParentTaskExecutionMetadata(id=attempt))
    children = running.admin.ListNodeExecutionsForTask(
        admin.NodeExecutionForTaskListRequest(task_execution_id=attempt, limit=5)
    )
    assert [node.id.node_id for node in children.node_executions] == ["dn0"]
    listed = running.admin.ListTaskExecutions(admin.TaskExecutionListRequest(node_execution_id=node_id("e1"), limit=5))
    assert listed.task_executions[0].is_parent


def test_a_dynamic_nodes_workflow_is_kept(running):
    compiled = core.CompiledWorkflowClosure()
    compiled.primary.template.id.CopyFrom(identifier("WORKFLOW", "dynamic"))
    dynamic = event.DynamicWorkflowNodeMetadata(id=identifier("WORKFLOW", "dynamic"), compiled_workflow=compiled)
    metadata = event.TaskNodeMetadata(dynamic_workflow=dynamic)
    report_node(running, NODE.DYNAMIC_RUNNING, is_dynamic=True, task_node_metadata=metadata)
    request = admin.GetDynamicNodeWorkflowRequest(id=node_id("e1"))
    assert running.admin.GetDynamicNodeWorkflow(request).compiled_workflow == compiled
    data = running.admin.GetNodeExecutionData(admin.NodeExecutionGetDataRequest(id=node_id("e1")))
    assert data.dynamic_workflow.compiled_workflow == compiled


def test_a_static_node_has_no_workflow(running):
    report_node(running, NODE.RUNNING)
    error = refused(running.admin.GetDynamicNodeWorkflow, admin.GetDynamicNodeWorkflowRequest(id=node_id("e1")))
    assert (error.code(), error.details()) == (grpc.StatusCode.NOT_FOUND, "node [n0] does not have a dynamic workflow")


def test_events_about_what_is_not_there_are_refused(running):
    assert refused(report_task, running, TASK.RUNNING).details().startswith("missing entity of type node execution")
    happened = event.NodeExecutionEvent(id=node_id("no"), phase=NODE.RUNNING, occurred_at=at(1))
    error = refused(running.admin.CreateNodeEvent, admin.NodeExecutionEventRequest(event=happened))
    assert (error.code(), error.details()[:40]) == (grpc.StatusCode.NOT_FOUND, "Failed to get existing execution id: [mi")
    child = event.WorkflowNodeMetadata(execution_id=execution_id("no"))
    assert refused(report_node, running, NODE.RUNNING, workflow_node_metadata=child).code() == grpc.StatusCode.NOT_FOUND


def test_node_and_task_events_do_not_repeat_or_go_back(running):
    report_node(running, NODE.RUNNING)
    assert refused(report_node, running, NODE.RUNNING).code() == grpc.StatusCode.ALREADY_EXISTS
    report_task(running, TASK.RUNNING)
    assert refused(report_task, running, TASK.RUNNING).code() == grpc.StatusCode.ALREADY_EXISTS
    report_task(running, TASK.RUNNING, phase_version=1, reason="still")
    report_task(running, TASK.SUCCEEDED)
    report_node(running, NODE.SUCCEEDED)
    assert reason_of(refused(report_task, running, TASK.FAILED)).already_in_terminal_state.current_phase == "SUCCEEDED"
    assert reason_of(refused(report_node, running, NODE.FAILED)).already_in_terminal_state.current_phase == "SUCCEEDED"


def test_signals_are_made_once_set_and_listed(running):
    kind = core.LiteralType(simple=core.SimpleType.BOOLEAN)
    identifier_ = core.SignalIdentifier(signal_id="go", execution_id=execution_id("e1"))
    create = admin.SignalGetOrCreateRequest(id=identifier_, type=kind)
    assert running.signals.GetOrCreateSignal(create) == running.signals.GetOrCreateSignal(create)
    wrong = refused(running.signals.SetSignal, admin.SignalSetRequest(id=identifier_, value=integer(1)))
    assert wrong.code() == grpc.StatusCode.INVALID_ARGUMENT
    assert wrong.details().endswith("is not castable to existing signal type [simple:BOOLEAN]")
    value = core.Literal(scalar=core.Scalar(primitive=core.Primitive(boolean=True)))
    running.signals.SetSignal(admin.SignalSetRequest(id=identifier_, value=value))
    listed = running.signals.ListSignals(admin.SignalListRequest(workflow_execution_id=execution_id("e1"), limit=5))
    assert [(signal.id.signal_id, signal.value) for signal in listed.signals] == [("go", value)]
    running.signals.SetSignal(admin.SignalSetRequest(id=identifier_, value=value))
    value.scalar.primitive.boolean = False
    other = refused(running.signals.SetSignal, admin.SignalSetRequest(id=identifier_, value=value))
    assert other.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert "signal [go] of execution [e1] has its value already" in other.details()
    unknown = core.SignalIdentifier(signal_id="no", execution_id=execution_id("e1"))
    error = refused(running.signals.SetSignal, admin.SignalSetRequest(id=unknown, value=value))
    assert error.code() == grpc.StatusCode.INVALID_ARGUMENT


def test_signals_of_an_execution_that_is_over_are_not_set(running):
    identifier_ = core.SignalIdentifier(signal_id="go", execution_id=execution_id("e1"))
    kind = core.LiteralType(simple=core.SimpleType.INTEGER)
    running.signals.GetOrCreateSignal(admin.SignalGetOrCreateRequest(id=identifier_, type=kind))
    report_workflow(running, WF.SUCCEEDED, second=2)
    error = refused(running.signals.SetSignal, admin.SignalSetRequest(id=identifier_, value=integer(1)))
    assert error.code() == grpc.StatusCode.FAILED_PRECONDITION
    assert error.details() == "execution [e1] is over (SUCCEEDED): nothing waits for its signals any more"


def test_deleting_an_execution_leaves_nothing(running):
    from sqlalchemy import func, select

    from glidepath.admin.store.schema import executions, metadata

    report_node(running, NODE.RUNNING)
    report_task(running, TASK.RUNNING)
    child = execution("child")
    child.spec.labels.values["a"] = "b"
    child.spec.metadata.parent_node_execution.CopyFrom(node_id("e1"))
    running.admin.CreateExecution(child)
    with running.store.write() as connection:
        connection.execute(executions.delete().where(executions.c.execution_name == "e1"))
    with running.store.read() as connection:
        count = {
            name: connection.execute(select(func.count()).select_from(metadata.tables[name])).scalar_one() for name in TABLES
        }
        row = connection.execute(select(executions.c.parent_node_execution_id, executions.c.source_execution_id)).one()
    assert count == {"executions": 1, "node_executions": 0, "task_executions": 0, "execution_tags": 1}
    assert tuple(row) == (None, None)
    scope = admin.NamedEntityIdentifier(project=PROJECT, domain=DOMAIN)
    assert len(running.admin.ListExecutions(admin.ResourceListRequest(id=scope, limit=5)).executions) == 1


TABLES = ("executions", "node_executions", "task_executions", "execution_tags")
