"""Registering tasks, workflows and launch plans: what is accepted, refused, completed, immutable."""

import grpc
import pytest
from admin_specs import (
    DATETIME,
    INT,
    STRING,
    identifier,
    integer,
    launch_plan,
    literals,
    promise,
    scope,
    task,
    text,
    variables,
    workflow,
)
from google.rpc import status_pb2

from glidepath.idl import admin, core


def get(kind, name, version="v1"):
    return admin.ObjectGetRequest(id=identifier(kind, name, version))


def test_a_task_comes_back_as_it_was_registered_under_the_id_of_the_request(control_plane):
    request = task()
    request.spec.description.short_description = "Adds one."
    control_plane.admin.CreateTask(request)
    found = control_plane.admin.GetTask(get("TASK", "add"))
    assert found.id == request.id
    assert found.closure.compiled_task.template.id == request.id
    assert found.closure.compiled_task.template.container.image == "img:v1"
    assert found.short_description == "Adds one."


def test_the_same_task_again_already_exists(control_plane, refused):
    control_plane.admin.CreateTask(task())
    assert refused(control_plane.admin.CreateTask, task()) == (
        "ALREADY_EXISTS",
        "task with identical structure already exists",
    )


def test_another_structure_under_the_same_version_is_refused_with_the_fields_that_differ(control_plane, refused):
    control_plane.admin.CreateTask(task())
    code, message = refused(control_plane.admin.CreateTask, task(image="img:v2"))
    assert code == "INVALID_ARGUMENT"
    assert message == (
        "add task with different structure already exists. (Please register a new version of the task):\n"
        "template.container.image:\n\t- img:v1 \n\t+ img:v2"
    )


def without(request, path):
    message, *parts, last = request, *path.split(".")
    for part in parts:
        message = getattr(message, part)
    message.ClearField(last)
    return request


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("id.project", "missing project"),
        ("id.domain", "missing domain"),
        ("id.name", "missing name"),
        ("id.version", "missing version"),
        ("spec", "missing spec"),
        ("spec.template.type", "missing type"),
        ("spec.template.metadata", "missing metadata"),
        ("spec.template.interface", "missing typed interface"),
        ("spec.template.metadata.runtime.version", "missing runtime version"),
        ("spec.template.container.image", "missing image"),
    ],
)
def test_a_task_without_a_required_field_is_refused(control_plane, refused, path, message):
    assert refused(control_plane.admin.CreateTask, without(task(), path)) == ("INVALID_ARGUMENT", message)


def test_a_task_under_a_workflows_id_is_refused(control_plane, refused):
    request = task()
    request.id.resource_type = core.ResourceType.WORKFLOW
    code, message = refused(control_plane.admin.CreateTask, request)
    assert code == "INVALID_ARGUMENT"
    assert message.startswith("unexpected resource type WORKFLOW for identifier [")


def test_a_version_that_does_not_fit_a_url_is_refused(control_plane, refused):
    code, message = refused(control_plane.admin.CreateTask, task(version="a/b"))
    assert (code, message.split(" must")[0]) == ("INVALID_ARGUMENT", "version [a/b]")


@pytest.mark.parametrize(
    ("project", "domain", "reason"),
    [
        ("nobody", "development", "project [nobody] not found"),
        ("flytesnacks", "moon", "domain [moon] is unrecognized by system"),
    ],
)
def test_an_unknown_project_or_domain_is_refused(control_plane, refused, project, domain, reason):
    request = task()
    request.id.project, request.id.domain = project, domain
    assert refused(control_plane.admin.CreateTask, request) == (
        "INVALID_ARGUMENT",
        f"failed to validate that project [{project}] and domain [{domain}] are registered, err: [{reason}]",
    )


def test_nothing_is_registered_in_an_archived_project(control_plane, refused):
    control_plane.admin.UpdateProject(admin.Project(id="flytesnacks", state=admin.Project.ARCHIVED))
    assert refused(control_plane.admin.CreateTask, task()) == ("INVALID_ARGUMENT", "project [flytesnacks] is not active")


def resources(request, limit, *given):
    entries = [core.Resources.ResourceEntry(name=name, value=value) for name, value in given]
    request.spec.template.container.resources.requests.extend(entries)
    if limit:
        request.spec.template.container.resources.limits.add(name=limit[0], value=limit[1])
    return request


@pytest.mark.parametrize(
    ("given", "limit", "message"),
    [
        ([(1, "two")], None, "two"),
        ([(1, "2")], (1, "1"), "Requested CPU [2] is greater than its limit [1]"),
        ([(1, "1"), (1, "2")], None, "can't specify CPU more than once"),
        ([(2, "1.5")], None, "GPU must be whole"),
    ],
)
def test_resources_that_cannot_be_are_refused(control_plane, refused, given, limit, message):
    code, found = refused(control_plane.admin.CreateTask, resources(task(), limit, *given))
    assert code == "INVALID_ARGUMENT"
    assert message in found


def test_a_workflow_is_compiled_when_it_is_registered(control_plane):
    control_plane.admin.CreateTask(task())
    control_plane.admin.CreateWorkflow(workflow())
    found = control_plane.admin.GetWorkflow(get("WORKFLOW", "wf"))
    compiled = found.closure.compiled_workflow
    assert [node.id for node in compiled.primary.template.nodes] == ["start-node", "end-node", "n0"]
    assert list(compiled.primary.connections.downstream["n0"].ids) == ["end-node"]
    assert [each.template.id.name for each in compiled.tasks] == ["add"]
    assert compiled.primary.template.id == identifier("WORKFLOW", "wf")


def test_a_workflow_of_an_unknown_task_is_refused(control_plane, refused):
    code, message = refused(control_plane.admin.CreateWorkflow, workflow())
    assert code == "INVALID_ARGUMENT"
    assert message.startswith("failed to compile workflow for [resource_type:WORKFLOW")
    assert "with err: missing entity of type task with identifier resource_type:TASK" in message


def test_a_workflow_that_does_not_compile_is_refused_with_the_compilers_text(control_plane, refused):
    control_plane.admin.CreateTask(task())
    request = workflow()
    request.spec.template.nodes[0].inputs[0].binding.promise.var = "nothing"
    code, message = refused(control_plane.admin.CreateWorkflow, request)
    assert code == "INVALID_ARGUMENT"
    assert "Code: VariableNameNotFound, Node Id: n0" in message


def test_the_same_workflow_again_already_exists_and_says_so_to_programs(control_plane):
    control_plane.admin.CreateTask(task())
    control_plane.admin.CreateWorkflow(workflow())
    with pytest.raises(grpc.RpcError) as caught:
        control_plane.admin.CreateWorkflow(workflow())
    assert caught.value.code() == grpc.StatusCode.ALREADY_EXISTS
    trailing = dict(caught.value.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    reason = admin.CreateWorkflowFailureReason()
    assert status.details[0].Unpack(reason)
    assert reason.exists_identical_structure.id == identifier("WORKFLOW", "wf")


def test_another_workflow_under_the_same_version_is_refused_with_the_fields_that_differ(control_plane, refused):
    control_plane.admin.CreateTask(task())
    control_plane.admin.CreateWorkflow(workflow())
    code, message = refused(control_plane.admin.CreateWorkflow, workflow(node_name="other"))
    assert code == "INVALID_ARGUMENT"
    assert message.endswith("primary.template.nodes[2].metadata.name:\n\t- n \n\t+ other")


def test_a_launch_plan_expects_its_defaults_and_every_input_that_it_does_not_bind(control_plane):
    control_plane.admin.CreateTask(task(a=INT, b=INT, c=INT))
    request = workflow()
    for name in "abc":
        request.spec.template.interface.inputs.variables[name].type.CopyFrom(INT)
    del request.spec.template.interface.inputs.variables["n"], request.spec.template.nodes[0].inputs[:]
    request.spec.template.nodes[0].inputs.extend(promise(name, "", name) for name in "abc")
    control_plane.admin.CreateWorkflow(request)
    default = core.Parameter(var=core.Variable(type=INT), default=integer(7))
    spec = admin.LaunchPlanSpec(
        default_inputs=core.ParameterMap(parameters={"a": default}), fixed_inputs=literals(b=integer(2))
    )
    control_plane.admin.CreateLaunchPlan(launch_plan(spec=spec))
    closure = control_plane.admin.GetLaunchPlan(get("LAUNCH_PLAN", "wf")).closure
    assert dict(closure.expected_inputs.parameters) == {
        "a": default,
        "c": core.Parameter(var=core.Variable(type=INT), required=True),
    }
    assert list(closure.expected_outputs.variables) == ["o0"]
    assert closure.state == admin.LaunchPlanState.INACTIVE


def default_inputs(**parameters):
    return admin.LaunchPlanSpec(default_inputs=core.ParameterMap(parameters=parameters))


@pytest.mark.parametrize(
    ("spec", "message"),
    [
        (default_inputs(x=core.Parameter(var=core.Variable(type=INT), required=True)), "unexpected default_input x"),
        (
            default_inputs(n=core.Parameter(var=core.Variable(type=STRING), required=True)),
            "invalid default_input wrong type n, expected simple:INTEGER, got simple:STRING instead",
        ),
        (
            default_inputs(n=core.Parameter(var=core.Variable(type=INT), default=text("one"))),
            "invalid default_input wrong type n, expected simple:INTEGER, got simple:STRING instead",
        ),
        (admin.LaunchPlanSpec(fixed_inputs=literals(x=integer(1))), "unexpected fixed_input x"),
        (
            admin.LaunchPlanSpec(fixed_inputs=literals(n=text("one"))),
            "invalid fixed_input wrong type n, expected simple:INTEGER, got simple:STRING instead",
        ),
        (
            admin.LaunchPlanSpec(
                entity_metadata=admin.LaunchPlanMetadata(
                    schedule=admin.Schedule(cron_schedule=admin.CronSchedule(schedule="* * * * *"))
                )
            ),
            "Cannot create a launch plan with a schedule if there is an unbound required input. [n] is required",
        ),
        (
            admin.LaunchPlanSpec(
                fixed_inputs=literals(n=integer(1)),
                entity_metadata=admin.LaunchPlanMetadata(
                    schedule=admin.Schedule(cron_schedule=admin.CronSchedule(schedule="61 * * * *"))
                ),
            ),
            "Invalid cron expression: minute [61] is not between 0 and 59: [61 * * * *]",
        ),
    ],
)
def test_a_launch_plan_that_cannot_work_is_refused(control_plane, refused, spec, message):
    control_plane.admin.CreateTask(task())
    control_plane.admin.CreateWorkflow(workflow())
    assert refused(control_plane.admin.CreateLaunchPlan, launch_plan(spec=spec)) == ("INVALID_ARGUMENT", message)


def test_a_kickoff_time_must_be_a_datetime(control_plane, refused):
    control_plane.admin.CreateTask(task())
    control_plane.admin.CreateWorkflow(workflow())
    schedule = admin.Schedule(cron_schedule=admin.CronSchedule(schedule="@daily"), kickoff_time_input_arg="n")
    spec = admin.LaunchPlanSpec(entity_metadata=admin.LaunchPlanMetadata(schedule=schedule))
    assert refused(control_plane.admin.CreateLaunchPlan, launch_plan(spec=spec)) == (
        "INVALID_ARGUMENT",
        "KickoffTimeInputArg must reference a datetime input. [n] is a [INTEGER]",
    )
    assert DATETIME.simple == core.SimpleType.DATETIME


def test_a_launch_plan_of_an_unknown_workflow_is_not_found(control_plane, refused):
    code, message = refused(control_plane.admin.CreateLaunchPlan, launch_plan())
    assert code == "NOT_FOUND"
    assert message.startswith("missing entity of type workflow with identifier resource_type:WORKFLOW")


def test_launch_plans_are_immutable_too(control_plane, refused):
    control_plane.register_workflow()
    assert refused(control_plane.admin.CreateLaunchPlan, launch_plan())[0] == "ALREADY_EXISTS"
    code, message = refused(control_plane.admin.CreateLaunchPlan, launch_plan(spec=admin.LaunchPlanSpec(max_parallelism=3)))
    assert (code, message.splitlines()[1]) == ("INVALID_ARGUMENT", "spec.max_parallelism:")


def activate(control_plane, version, state=admin.LaunchPlanState.ACTIVE):
    request = admin.LaunchPlanUpdateRequest(id=identifier("LAUNCH_PLAN", "wf", version), state=state)
    control_plane.admin.UpdateLaunchPlan(request)


def test_one_version_of_a_launch_plan_is_active_at_a_time(control_plane, refused):
    active = admin.ActiveLaunchPlanRequest(id=scope("wf"))
    for version in ("v1", "v2"):
        control_plane.register_workflow(version=version)
    assert refused(control_plane.admin.GetActiveLaunchPlan, active) == (
        "NOT_FOUND",
        "No active launch plan could be found: flytesnacks:development:wf",
    )
    activate(control_plane, "v1")
    activate(control_plane, "v2")
    activate(control_plane, "v2")
    assert control_plane.admin.GetActiveLaunchPlan(active).id.version == "v2"
    assert control_plane.admin.GetLaunchPlan(get("LAUNCH_PLAN", "wf")).closure.state == admin.LaunchPlanState.INACTIVE
    listed = control_plane.admin.ListActiveLaunchPlans(
        admin.ActiveLaunchPlanListRequest(project="flytesnacks", domain="development", limit=10)
    )
    assert [plan.id.version for plan in listed.launch_plans] == ["v2"]
    activate(control_plane, "v2", admin.LaunchPlanState.INACTIVE)
    assert refused(control_plane.admin.GetActiveLaunchPlan, active)[0] == "NOT_FOUND"


def test_activation_of_an_unknown_launch_plan_is_not_found(control_plane, refused):
    request = admin.LaunchPlanUpdateRequest(id=identifier("LAUNCH_PLAN", "no"), state=admin.LaunchPlanState.ACTIVE)
    assert refused(control_plane.admin.UpdateLaunchPlan, request)[0] == "NOT_FOUND"


def test_only_the_active_version_has_its_schedule_running(control_plane):
    from sqlalchemy import select

    from glidepath.admin.store.schema import schedulable_entities as table

    schedule = admin.Schedule(rate=admin.FixedRate(value=5, unit=admin.FixedRateUnit.MINUTE))
    spec = admin.LaunchPlanSpec(
        fixed_inputs=literals(n=integer(1)), entity_metadata=admin.LaunchPlanMetadata(schedule=schedule)
    )
    for version in ("v1", "v2"):
        control_plane.admin.CreateTask(task(version=version))
        control_plane.admin.CreateWorkflow(workflow(version=version, task_version=version))
        control_plane.admin.CreateLaunchPlan(launch_plan(version=version, spec=spec))
        activate(control_plane, version)
    with control_plane.store.read() as connection:
        rows = connection.execute(
            select(table.c.version, table.c.active, table.c.fixed_rate_value).order_by(table.c.version)
        ).all()
    assert [tuple(row) for row in rows] == [("v1", False, 5), ("v2", True, 5)]


def test_names_are_listed_once_with_their_state_and_archived_ones_hide(control_plane):
    for version in ("v1", "v2"):
        control_plane.register_workflow(version=version)
    control_plane.register_workflow("other")
    request = admin.NamedEntityListRequest(
        resource_type=core.ResourceType.WORKFLOW, project="flytesnacks", domain="development", limit=10
    )
    names = lambda: [entity.id.name for entity in control_plane.admin.ListNamedEntities(request).entities]  # noqa: E731
    assert names() == ["other", "wf"]
    archived = admin.NamedEntityMetadata(description="old", state=admin.NamedEntityState.NAMED_ENTITY_ARCHIVED)
    control_plane.admin.UpdateNamedEntity(
        admin.NamedEntityUpdateRequest(resource_type=core.ResourceType.WORKFLOW, id=scope("wf"), metadata=archived)
    )
    assert names() == ["other"]
    request.filters = "eq(named_entity_metadata.state,1)"
    assert names() == ["wf"]
    request.filters = "value_in(state,0;1)"
    assert names() == ["other", "wf"]
    found = control_plane.admin.GetNamedEntity(
        admin.NamedEntityGetRequest(resource_type=core.ResourceType.WORKFLOW, id=scope("wf"))
    )
    assert found.metadata == archived
    ids = admin.NamedEntityIdentifierListRequest(project="flytesnacks", domain="development", limit=10)
    assert [entity.name for entity in control_plane.admin.ListTaskIds(ids).entities] == ["add"]


def test_a_description_is_kept_with_its_version(control_plane):
    request = task()
    request.spec.description.short_description = "Adds one."
    request.spec.description.long_description.value = "Adds one to n."
    request.spec.description.source_code.link = "https://example.org/add.py"
    control_plane.admin.CreateTask(request)
    found = control_plane.admin.GetDescriptionEntity(get("TASK", "add"))
    assert found.long_description.value == "Adds one to n."
    assert found.source_code.link == "https://example.org/add.py"
    listed = control_plane.admin.ListDescriptionEntities(
        admin.DescriptionEntityListRequest(resource_type=core.ResourceType.TASK, id=scope(), limit=1)
    )
    assert [entity.id.name for entity in listed.descriptionEntities] == ["add"]


def test_variables_of_a_listed_workflow_are_there_without_its_nodes(control_plane):
    control_plane.register_workflow()
    listed = control_plane.admin.ListWorkflows(admin.ResourceListRequest(id=scope(), limit=10))
    template = listed.workflows[0].closure.compiled_workflow.primary.template
    assert template.interface.inputs == variables({"n": INT})
    assert not template.nodes
