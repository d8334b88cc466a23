"""Launching, reading, terminating and archiving executions."""

import pytest
from admin_specs import (
    DOMAIN,
    INT,
    PROJECT,
    execution,
    execution_id,
    identifier,
    integer,
    launch_plan,
    literals,
    node_id,
    scope,
    task,
    text,
)
from google.protobuf.wrappers_pb2 import BoolValue
from sqlalchemy import select

from glidepath.admin.rpc import Call
from glidepath.admin.services.executions import Executions
from glidepath.admin.store.schema import execution_tags, executions, node_executions, tasks, workflows
from glidepath.idl import admin, core, event


def get(control_plane, name):
    return control_plane.admin.GetExecution(admin.WorkflowExecutionGetRequest(id=execution_id(name)))


def row(control_plane, name):
    with control_plane.store.read() as connection:
        return connection.execute(select(executions).where(executions.c.execution_name == name)).one()


@pytest.fixture
def ready(control_plane):
    control_plane.register_workflow()
    return control_plane


def test_an_execution_is_written_and_then_handed_to_the_orchestrator(ready):
    response = ready.admin.CreateExecution(execution("e1"))
    assert response.id == execution_id("e1")
    assert ready.orchestrator.calls == [("launched", "e1")]
    found = get(ready, "e1")
    assert found.closure.phase == core.WorkflowExecution.UNDEFINED
    assert found.closure.workflow_id == identifier("WORKFLOW", "wf")
    assert found.closure.created_at == found.closure.updated_at
    assert found.spec.launch_plan == identifier("LAUNCH_PLAN", "wf")
    assert not found.spec.HasField("inputs")


def test_the_row_points_at_the_closure_and_the_inputs_that_an_engine_needs(ready):
    ready.admin.CreateExecution(execution("e1", inputs=literals(n=integer(4))))
    written = row(ready, "e1")
    storage = ready.context.storage
    assert core.LiteralMap.FromString(storage.get(written.inputs_uri)) == literals(n=integer(4))
    with ready.store.read() as connection:
        query = select(workflows.c.remote_closure_identifier).where(workflows.c.id == written.workflow_id)
        closure = core.CompiledWorkflowClosure.FromString(storage.get(connection.execute(query).scalar_one()))
    assert closure.primary.template.id == identifier("WORKFLOW", "wf")


def test_a_name_is_made_up_when_none_is_given(ready):
    name = ready.admin.CreateExecution(execution()).id.name
    assert (len(name), name[0], name.isalnum()) == (20, "a", True)


@pytest.mark.parametrize("name", ["1abc", "a_b", "-a", "a b"])
def test_a_bad_name_is_refused(ready, refused, name):
    message = f"invalid name format: {name}, does not match regex '^[a-z][a-z\\-0-9]*$'"
    assert refused(ready.admin.CreateExecution, execution(name)) == ("INVALID_ARGUMENT", message)


def test_a_long_name_is_refused(ready, refused):
    code, message = refused(ready.admin.CreateExecution, execution("a" * 64))
    assert (code, message) == ("INVALID_ARGUMENT", f"size of name exceeded length 63 : {'a' * 64}")


def test_a_name_that_is_taken_already_exists_and_changes_nothing(ready, refused):
    ready.admin.CreateExecution(execution("e1"))
    assert refused(ready.admin.CreateExecution, execution("e1", inputs=literals(n=integer(9))))[0] == "ALREADY_EXISTS"
    data = ready.admin.GetExecutionData(admin.WorkflowExecutionGetDataRequest(id=execution_id("e1")))
    assert data.full_inputs == literals(n=integer(1))
    assert ready.orchestrator.calls == [("launched", "e1")]


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (literals(), "expected_inputs n missing"),
        (literals(n=integer(1), m=integer(2)), "invalid input m"),
        (literals(n=text("1")), "invalid n input wrong type. Expected simple:INTEGER, but got simple:STRING"),
        (literals(n=core.Literal()), "missing value of input n"),
    ],
)
def test_inputs_that_do_not_fit_are_refused(ready, refused, inputs, message):
    assert refused(ready.admin.CreateExecution, execution(inputs=inputs)) == ("INVALID_ARGUMENT", message)


def test_an_integer_does_not_pass_for_a_float(control_plane, refused):
    kind = core.LiteralType(simple=core.SimpleType.FLOAT)
    control_plane.admin.CreateTask(task(x=kind))
    request = execution(target=identifier("TASK", "add"), inputs=literals(x=integer(1)))
    code, message = refused(control_plane.admin.CreateExecution, request)
    assert (code, message.split(". ")[0]) == ("INVALID_ARGUMENT", "invalid x input wrong type")


def test_defaults_and_fixed_inputs_of_the_launch_plan_complete_what_is_given(ready):
    default = core.ParameterMap(parameters={"n": core.Parameter(var=core.Variable(type=INT), default=integer(7))})
    ready.admin.CreateLaunchPlan(launch_plan("defaults", spec=admin.LaunchPlanSpec(default_inputs=default)))
    ready.admin.CreateLaunchPlan(launch_plan("fixed", spec=admin.LaunchPlanSpec(fixed_inputs=literals(n=integer(8)))))
    for name, expected in (("defaults", 7), ("fixed", 8)):
        target = identifier("LAUNCH_PLAN", name)
        ready.admin.CreateExecution(execution(name, target, literals()))
        data = ready.admin.GetExecutionData(admin.WorkflowExecutionGetDataRequest(id=execution_id(name)))
        assert data.full_inputs == literals(n=integer(expected))


def test_a_fixed_input_cannot_be_overridden(ready, refused):
    ready.admin.CreateLaunchPlan(launch_plan("fixed", spec=admin.LaunchPlanSpec(fixed_inputs=literals(n=integer(8)))))
    request = execution(target=identifier("LAUNCH_PLAN", "fixed"))
    assert refused(ready.admin.CreateExecution, request) == ("INVALID_ARGUMENT", "fixed_inputs n cannot be overridden")


def test_inputs_in_the_deprecated_place_are_taken(ready):
    request = execution("e1")
    request.spec.inputs.CopyFrom(literals(n=integer(5)))
    request.ClearField("inputs")
    ready.admin.CreateExecution(request)
    data = ready.admin.GetExecutionData(admin.WorkflowExecutionGetDataRequest(id=execution_id("e1")))
    assert data.full_inputs == literals(n=integer(5))


@pytest.mark.parametrize(
    ("target", "code", "message"),
    [
        (identifier("LAUNCH_PLAN", "no"), "NOT_FOUND", "missing entity of type launch_plan with identifier "),
        (identifier("TASK", "no"), "NOT_FOUND", "missing entity of type task with identifier "),
        (identifier("WORKFLOW", "wf"), "INVALID_ARGUMENT", "Invalid reference entity resource type [WORKFLOW]"),
    ],
)
def test_a_target_that_cannot_be_run_is_refused(ready, refused, target, code, message):
    found = refused(ready.admin.CreateExecution, execution(target=target))
    assert found[0] == code
    assert found[1].startswith(message)


def test_configuration_comes_from_the_request_then_the_launch_plan_then_the_platform(ready):
    spec = admin.LaunchPlanSpec(
        max_parallelism=3,
        labels=admin.Labels(values={"of": "plan"}),
        annotations=admin.Annotations(values={"of": "plan"}),
        interruptible=BoolValue(value=True),
        raw_output_data_config=admin.RawOutputDataConfig(output_location_prefix="s3://plan"),
    )
    ready.admin.CreateLaunchPlan(launch_plan("configured", spec=spec))
    ready.admin.UpdateProject(admin.Project(id=PROJECT, labels=admin.Labels(values={"team": "a", "of": "project"})))
    request = execution("e1", identifier("LAUNCH_PLAN", "configured"))
    request.spec.labels.values["of"] = "request"
    request.spec.interruptible.value = False
    ready.admin.CreateExecution(request)
    merged = get(ready, "e1").spec
    assert dict(merged.labels.values) == {"of": "request", "team": "a"}
    assert dict(merged.annotations.values) == {"of": "plan"}
    assert merged.interruptible == BoolValue(value=False)
    assert merged.max_parallelism == 3
    assert merged.raw_output_data_config.output_location_prefix == "s3://plan"
    ready.admin.CreateExecution(execution("e2"))
    assert get(ready, "e2").spec.max_parallelism == 25


def test_a_negative_parallelism_with_which_nothing_would_begin_is_refused(ready, refused):
    request = execution("e1")
    request.spec.max_parallelism = -1
    message = "max_parallelism is -1, it cannot be negative; 0 means the platform's"
    assert refused(ready.admin.CreateExecution, request) == ("INVALID_ARGUMENT", message)


def test_a_single_task_runs_in_a_workflow_made_for_it(control_plane):
    control_plane.admin.CreateTask(task("my_module.add"))
    target = identifier("TASK", "my_module.add")
    for name in ("e1", "e2"):
        control_plane.admin.CreateExecution(execution(name, target))
    found = get(control_plane, "e2")
    assert found.spec.launch_plan == target
    assert found.closure.workflow_id == identifier("WORKFLOW", ".flytegen.my_module.add")
    with control_plane.store.read() as connection:
        written = connection.execute(select(executions.c.task_id, executions.c.launch_entity).limit(1)).one()
        assert written.task_id == connection.execute(select(tasks.c.id)).scalar_one()
        assert written.launch_entity == "TASK"
    request = admin.ObjectGetRequest(id=identifier("WORKFLOW", ".flytegen.my_module.add"))
    template = control_plane.admin.GetWorkflow(request).closure.compiled_workflow.primary.template
    assert [(node.id, node.metadata.retries.retries) for node in template.nodes[2:]] == [("mymoduleadd", 3)]
    names = admin.NamedEntityListRequest(resource_type=core.ResourceType.WORKFLOW, project=PROJECT, domain=DOMAIN, limit=10)
    assert not control_plane.admin.ListNamedEntities(names).entities


def test_a_relaunch_takes_the_callers_inputs_and_names_its_source(ready):
    ready.admin.CreateExecution(execution("e1", inputs=literals(n=integer(6))))
    again = ready.admin.RelaunchExecution(
        admin.ExecutionRelaunchRequest(id=execution_id("e1"), name="e2", overwrite_cache=True)
    )
    found = get(ready, again.id.name)
    assert found.spec.metadata.mode == admin.ExecutionMetadata.RELAUNCH
    assert found.spec.metadata.reference_execution == execution_id("e1")
    assert found.spec.overwrite_cache
    data = ready.admin.GetExecutionData(admin.WorkflowExecutionGetDataRequest(id=execution_id("e2")))
    assert data.full_inputs == literals(n=integer(6))
    assert row(ready, "e2").source_execution_id == row(ready, "e1").id


def node_event(execution_name, phase, node="n0", **fields):
    happened = event.NodeExecutionEvent(id=node_id(execution_name, node), phase=phase, **fields)
    happened.occurred_at.FromJsonString("2026-01-01T00:00:01Z")
    return admin.NodeExecutionEventRequest(event=happened)


def test_a_child_is_one_level_deeper_and_belongs_to_the_same_person(ready):
    service = Executions(ready.context)
    service.create(execution("parent"), Call(principal="ada"))
    ready.admin.CreateNodeEvent(node_event("parent", core.NodeExecution.RUNNING))
    request = execution("child")
    request.spec.metadata.mode = admin.ExecutionMetadata.CHILD_WORKFLOW
    request.spec.metadata.parent_node_execution.CopyFrom(node_id("parent"))
    ready.admin.CreateExecution(request)
    metadata = get(ready, "child").spec.metadata
    assert (metadata.nesting, metadata.principal, metadata.mode) == (1, "ada", admin.ExecutionMetadata.CHILD_WORKFLOW)
    assert row(ready, "child").user == "ada"
    with ready.store.read() as connection:
        assert row(ready, "child").parent_node_execution_id == connection.execute(select(node_executions.c.id)).scalar_one()


def test_a_child_of_an_unknown_node_is_refused(ready, refused):
    ready.admin.CreateExecution(execution("parent"))
    request = execution("child")
    request.spec.metadata.parent_node_execution.CopyFrom(node_id("parent"))
    assert refused(ready.admin.CreateExecution, request)[0] == "NOT_FOUND"


def test_termination_is_written_and_then_asked_of_the_orchestrator(ready):
    ready.admin.CreateExecution(execution("e1"))
    ready.admin.TerminateExecution(admin.ExecutionTerminateRequest(id=execution_id("e1"), cause="enough"))
    closure = get(ready, "e1").closure
    assert closure.phase == core.WorkflowExecution.ABORTING
    assert closure.abort_metadata.cause == "enough"
    assert ready.orchestrator.calls[-1] == ("terminate", "e1", "enough", "")


def workflow_event(name, phase, second=0, **fields):
    happened = event.WorkflowExecutionEvent(execution_id=execution_id(name), phase=phase, **fields)
    happened.occurred_at.FromJsonString(f"2026-01-01T00:01:{second:02}Z")
    return admin.WorkflowExecutionEventRequest(event=happened)


def test_what_has_ended_cannot_be_terminated(ready, refused):
    ready.admin.CreateExecution(execution("e1"))
    ready.admin.CreateWorkflowEvent(workflow_event("e1", core.WorkflowExecution.SUCCEEDED))
    request = admin.ExecutionTerminateRequest(id=execution_id("e1"))
    assert refused(ready.admin.TerminateExecution, request) == (
        "FAILED_PRECONDITION",
        "Cannot abort an already terminated workflow execution",
    )


def test_an_unknown_execution_is_not_found(ready, refused):
    for call, request in (
        (ready.admin.GetExecution, admin.WorkflowExecutionGetRequest(id=execution_id("no"))),
        (ready.admin.TerminateExecution, admin.ExecutionTerminateRequest(id=execution_id("no"))),
        (ready.admin.GetExecutionData, admin.WorkflowExecutionGetDataRequest(id=execution_id("no"))),
        (ready.admin.RelaunchExecution, admin.ExecutionRelaunchRequest(id=execution_id("no"))),
        (ready.admin.UpdateExecution, admin.ExecutionUpdateRequest(id=execution_id("no"))),
    ):
        assert refused(call, request) == (
            "NOT_FOUND",
            'missing entity of type execution with identifier project:"flytesnacks" domain:"development" name:"no"',
        )


def test_an_archived_execution_is_listed_only_when_asked_for(ready):
    for name in ("e1", "e2"):
        ready.admin.CreateExecution(execution(name))
    state = admin.ExecutionState.EXECUTION_ARCHIVED
    ready.admin.UpdateExecution(admin.ExecutionUpdateRequest(id=execution_id("e1"), state=state))
    names = lambda filters: [  # noqa: E731
        found.id.name
        for found in ready.admin.ListExecutions(admin.ResourceListRequest(id=scope(), limit=5, filters=filters)).executions
    ]
    assert names("") == ["e2"]
    assert names("eq(state,1)") == ["e1"]
    assert names("value_in(execution.state,0;1)") == ["e1", "e2"]
    assert get(ready, "e1").closure.state_change_details.state == state


def test_errors_are_cut_in_lists_only(ready):
    ready.admin.CreateExecution(execution("e1"))
    error = core.ExecutionError(code="X", message="m" * 300, kind=core.ExecutionError.USER)
    ready.admin.CreateWorkflowEvent(workflow_event("e1", core.WorkflowExecution.FAILED, error=error))
    listed = ready.admin.ListExecutions(admin.ResourceListRequest(id=scope(), limit=5)).executions[0]
    assert len(listed.closure.error.message) == 100
    assert len(get(ready, "e1").closure.error.message) == 300


def test_labels_and_tags_are_found_by(ready):
    request = execution("e1")
    request.spec.labels.values["team"] = "a"
    request.spec.tags.append("nightly")
    ready.admin.CreateExecution(request)
    ready.admin.CreateExecution(execution("e2"))
    with ready.store.read() as connection:
        rows = connection.execute(select(execution_tags.c.key, execution_tags.c.value).order_by(execution_tags.c.key)).all()
    assert [tuple(each) for each in rows] == [("nightly", ""), ("team", "a")]
    for filters in ("eq(admin_tag.name,nightly)", "eq(execution_tag.key,team)+eq(execution_tag.value,a)"):
        page = ready.admin.ListExecutions(admin.ResourceListRequest(id=scope(), limit=5, filters=filters))
        assert [found.id.name for found in page.executions] == ["e1"]


def test_a_launch_plan_with_a_limit_is_not_launched_beyond_it(ready, refused):
    spec = admin.LaunchPlanSpec(concurrency_policy=admin.ConcurrencyPolicy(max=1))
    ready.admin.CreateLaunchPlan(launch_plan("one", spec=spec))
    target = identifier("LAUNCH_PLAN", "one")
    ready.admin.CreateExecution(execution("e1", target))
    assert refused(ready.admin.CreateExecution, execution("e2", target)) == (
        "ALREADY_EXISTS",
        "concurrency limit (1) reached for launch plan one; skipping execution",
    )
    ready.admin.CreateWorkflowEvent(workflow_event("e1", core.WorkflowExecution.SUCCEEDED))
    assert ready.admin.CreateExecution(execution("e2", target)).id.name == "e2"


def test_outputs_are_read_from_where_they_were_written(ready):
    ready.admin.CreateExecution(execution("e1"))
    ready.context.storage.put("memory://out/outputs.pb", literals(o0=integer(2)).SerializeToString())
    ready.admin.CreateWorkflowEvent(
        workflow_event("e1", core.WorkflowExecution.SUCCEEDED, output_uri="memory://out/outputs.pb")
    )
    data = ready.admin.GetExecutionData(admin.WorkflowExecutionGetDataRequest(id=execution_id("e1")))
    assert data.full_outputs == literals(o0=integer(2))
    assert get(ready, "e1").closure.outputs.uri == "memory://out/outputs.pb"


def test_large_outputs_are_not_inlined(ready):
    ready.admin.CreateExecution(execution("e1"))
    ready.context.storage.put("memory://out/outputs.pb", literals(o0=text("x" * 2_200_000)).SerializeToString())
    ready.admin.CreateWorkflowEvent(
        workflow_event("e1", core.WorkflowExecution.SUCCEEDED, output_uri="memory://out/outputs.pb")
    )
    data = ready.admin.GetExecutionData(admin.WorkflowExecutionGetDataRequest(id=execution_id("e1")))
    assert not data.full_outputs.literals
    assert data.full_inputs == literals(n=integer(1))


def test_outputs_that_are_gone_are_said_to_be(ready, refused):
    ready.admin.CreateExecution(execution("e1"))
    ready.admin.CreateWorkflowEvent(workflow_event("e1", core.WorkflowExecution.SUCCEEDED, output_uri="memory://gone"))
    request = admin.WorkflowExecutionGetDataRequest(id=execution_id("e1"))
    assert refused(ready.admin.GetExecutionData, request) == (
        "NOT_FOUND",
        "nothing is left at [memory://gone], where this execution's data was written",
    )
