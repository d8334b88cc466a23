"""FlyteRemote against a control plane on a real socket."""

import pytest

from glidepath.authoring.images import ImageConfig
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.loading import load_file
from glidepath.bundle.making import BundleOptions
from glidepath.errors import FlyteAssertion, FlyteEntityNotExistException, FlyteTypeException, FlyteValueException
from glidepath.idl import admin
from glidepath.remote.deployment import Target
from glidepath.remote.entities import FlyteLaunchPlan, FlyteTask

IN_IMAGE = BundleOptions(CopyFiles.NONE)


def target(version: str = "v1", **settings) -> Target:
    return Target("flytesnacks", "development", version=version, image_config=ImageConfig.of("img:v1"), **settings)


@pytest.fixture
def module(source):
    return load_file(source)


@pytest.fixture
def registered(remote, module):
    """The deployment, whose entities are registered."""
    return remote.deploy(module, target(), IN_IMAGE)


def entity(module, name):
    return getattr(module.module, name)


def inputs_of(remote, execution) -> dict[str, int]:
    data = remote.client.raw.get_execution_data(admin.WorkflowExecutionGetDataRequest(id=execution.id))
    return {name: literal.scalar.primitive.integer for name, literal in data.full_inputs.literals.items()}


def test_entities_are_registered_with_all_that_they_use(remote, module, registered):
    assert {(type(spec.message).__name__, spec.id.name.rpartition(".")[2]) for spec in registered.specs} == {
        ("TaskSpec", "add"), ("WorkflowSpec", "twice"), ("LaunchPlan", "twice"), ("LaunchPlan", "ten"),
    }  # fmt: skip
    task = remote.fetch_task(name=f"{module.name}.add", version="v1")
    assert task.template.container.image == "img:v1"


def test_a_single_entity_can_be_registered_alone(remote, module):
    alone = remote.deploy(module, target(), IN_IMAGE, only=entity(module, "add"))
    assert [spec.id.name for spec in alone.specs] == [f"{module.name}.add"]


def test_registering_again_changes_nothing(remote, module, registered):
    assert remote.deploy(module, target(), IN_IMAGE).version == registered.version


def test_without_a_version_the_newest_is_fetched(remote, module, registered):
    remote.deploy(module, target("v2"), IN_IMAGE)
    assert remote.fetch_workflow(name=f"{module.name}.twice").version == "v2"
    assert remote.fetch_workflow(name=f"{module.name}.twice", version="v1").version == "v1"


def test_what_is_not_there_is_named(remote):
    with pytest.raises(FlyteEntityNotExistException, match="there is no task 'nosuch'"):
        remote.fetch_task(name="nosuch")


def test_a_fetched_workflow_runs_through_its_launch_plan(remote, module, registered, launches):
    execution = remote.execute(remote.fetch_workflow(name=f"{module.name}.twice"), {"a": 1})
    assert launches.calls == [("launched", execution.id.name)]
    assert inputs_of(remote, execution) == {"a": 1, "b": 5}
    assert execution.sync().spec.launch_plan.name == f"{module.name}.twice"


def test_a_task_of_this_process_is_launched_with_its_defaults(remote, module, registered):
    execution = remote.execute(entity(module, "add"), {"a": 1}, version="v1", execution_name="mine")
    assert execution.id.name == "mine"
    assert inputs_of(remote, execution) == {"a": 1, "b": 2}


def test_a_launch_plan_keeps_its_fixed_inputs(remote, module, registered):
    plan = entity(module, "ten")
    assert inputs_of(remote, remote.execute(plan, {"a": 1}, version="v1")) == {"a": 1, "b": 10}
    with pytest.raises(FlyteValueException, match="there is no input 'b'"):
        remote.execute(plan, {"a": 1, "b": 3}, version="v1")


def test_a_prefix_makes_a_name(remote, module, registered):
    execution = remote.execute(entity(module, "add"), {"a": 1}, version="v1", execution_name_prefix="night")
    prefix, _, rest = execution.id.name.partition("-")
    assert prefix == "night"
    assert len(rest) == 19


def test_a_wrong_type_is_refused_before_anything_is_sent(remote, module, registered, launches):
    with pytest.raises(FlyteTypeException, match="input 'a'"):
        remote.execute(entity(module, "twice"), {"a": "one"}, version="v1")
    assert launches.calls == []


def test_an_unknown_setting_is_named(remote, module, registered):
    with pytest.raises(FlyteAssertion, match="execute takes no argument 'priority'"):
        remote.execute(entity(module, "add"), {"a": 1}, priority=1)


def test_what_was_just_registered_needs_no_fetch_to_be_launched(remote, module, registered):
    task, plan = registered.registered(entity(module, "add")), registered.registered(entity(module, "twice"))
    assert isinstance(task, FlyteTask)
    assert isinstance(plan, FlyteLaunchPlan)
    assert list(plan.interface.outputs.variables) == ["o0"]
    assert remote.launch(plan, {"a": 1}, launch(remote)).sync().phase == "UNDEFINED"


def launch(remote):
    from glidepath.remote.launch import Launch

    return Launch(remote.default_project, remote.default_domain)


def test_terminate_asks_the_control_plane(remote, module, registered, launches):
    execution = remote.execute(entity(module, "add"), {"a": 1}, version="v1")
    remote.terminate(execution, "enough")
    assert ("terminate", execution.id.name, "enough") in launches.calls


def test_outputs_of_a_running_execution_say_what_to_do(remote, module, registered):
    execution = remote.execute(entity(module, "add"), {"a": 1}, version="v1")
    with pytest.raises(FlyteAssertion, match="has no outputs"):
        _ = execution.outputs


def test_defaults_of_the_target_fill_what_entities_leave_open(remote, module):
    from glidepath.authoring.resources import Resources

    chosen = target(resource_requests=Resources(cpu="1"), service_account="robot", raw_output_data_prefix="s3://bucket/raw")
    remote.deploy(module, chosen, IN_IMAGE)
    task = remote.fetch_task(name=f"{module.name}.add")
    assert [entry.value for entry in task.template.container.resources.requests] == ["1"]
    plan = remote.fetch_launch_plan(name=f"{module.name}.twice").message.spec
    assert plan.security_context.run_as.k8s_service_account == "robot"
    assert plan.raw_output_data_config.output_location_prefix == "s3://bucket/raw"


def test_code_in_the_image_needs_a_version(remote, module):
    with pytest.raises(FlyteValueException, match="Version is a required parameter"):
        remote.deploy(module, target(""), IN_IMAGE)


def test_register_methods_give_back_what_the_control_plane_holds(remote, module):
    settings = {"version": "v7", "code_in_image": True, "image_config": ImageConfig.of("img:v7")}
    assert remote.register_task(entity(module, "add"), **settings).template.container.image == "img:v7"
    assert [node.id for node in remote.register_workflow(entity(module, "twice"), **settings).nodes] == ["n0", "n1"]
    assert remote.register_launch_plan(entity(module, "ten"), **settings).workflow_id.version == "v7"
