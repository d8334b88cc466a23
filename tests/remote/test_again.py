"""Executions started again through FlyteRemote, against a control plane on a real socket."""

import pytest

from glidepath.authoring.images import ImageConfig
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.loading import load_file
from glidepath.bundle.making import BundleOptions
from glidepath.errors import FlyteInvalidInputException, FlyteTypeException, FlyteValueException
from glidepath.idl import admin
from glidepath.remote.deployment import Target

FROM_NODE = "glidepath.io/from-node"


@pytest.fixture
def past(remote, source):
    """An execution of ``twice`` with a=1 and b=7, of which nothing runs."""
    module = load_file(source)
    for version in ("v1", "v2"):
        target = Target("flytesnacks", "development", version=version, image_config=ImageConfig.of("img:v1"))
        remote.deploy(module, target, BundleOptions(CopyFiles.NONE))
    plan = remote.fetch_launch_plan(name=f"{module.name}.twice", version="v1")
    return remote.execute(plan, {"a": 1, "b": 7})


def inputs_of(remote, execution):
    data = remote.client.raw.get_execution_data(admin.WorkflowExecutionGetDataRequest(id=execution.id))
    return {name: literal.scalar.primitive.integer for name, literal in data.full_inputs.literals.items()}


def test_a_relaunch_has_the_inputs_of_the_past(remote, past):
    again = remote.relaunch(past).sync()
    assert inputs_of(remote, again) == {"a": 1, "b": 7}
    assert again.message.spec.metadata.mode == admin.ExecutionMetadata.RELAUNCH


def test_a_relaunch_by_name_may_compute_cached_results_again(remote, past):
    again = remote.relaunch(past.id.name, overwrite_cache=True).sync()
    assert again.message.spec.overwrite_cache


def test_a_recovery_names_the_past(remote, past):
    again = remote.recover(past).sync()
    metadata = again.message.spec.metadata
    assert (metadata.mode, metadata.reference_execution) == (admin.ExecutionMetadata.RECOVERED, past.id)
    assert inputs_of(remote, again) == {"a": 1, "b": 7}


def test_a_recovery_with_another_version_keeps_the_inputs(remote, past):
    again = remote.recover(past, version="v2").sync()
    assert again.message.spec.launch_plan.version == "v2"
    assert inputs_of(remote, again) == {"a": 1, "b": 7}


def test_a_recovery_with_one_new_input_keeps_the_others(remote, past):
    assert inputs_of(remote, remote.recover(past, inputs={"b": 8})) == {"a": 1, "b": 8}


def test_new_inputs_are_checked_before_anything_is_sent(remote, past):
    with pytest.raises(FlyteValueException, match="there is no input 'c'"):
        remote.recover(past, inputs={"c": 8})
    with pytest.raises(FlyteTypeException, match="input 'b'"):
        remote.recover(past, inputs={"b": "eight"})


def test_a_node_that_never_began_is_refused(remote, past):
    with pytest.raises(FlyteInvalidInputException, match=r"no node \[n9\] began"):
        remote.recover(past, from_node="n9")


def test_execute_recovers_with_what_it_runs(remote, past, source):
    plan = remote.fetch_launch_plan(name=f"{load_file(source).name}.twice", version="v2")
    again = remote.execute(plan, {"a": 2}, recover=past.id.name).sync()
    metadata = again.message.spec.metadata
    assert (metadata.mode, metadata.reference_execution.name) == (admin.ExecutionMetadata.RECOVERED, past.id.name)
    assert inputs_of(remote, again) == {"a": 2, "b": 7}


def test_a_node_alone_says_not_what_to_recover(remote, past, source):
    plan = remote.fetch_launch_plan(name=f"{load_file(source).name}.twice", version="v2")
    with pytest.raises(FlyteValueException, match="from_node needs recover"):
        remote.execute(plan, {"a": 2}, from_node="n0")


def test_a_relaunch_of_a_recovery_from_a_node_runs_whole(remote, past):
    literals = past.inputs.literals
    request = admin.ExecutionCreateRequest(project="flytesnacks", domain="development", name="from-node")
    request.inputs.literals["a"].CopyFrom(literals["a"])
    request.spec.CopyFrom(past.sync().message.spec)
    request.spec.annotations.values[FROM_NODE] = "n0"
    marked = remote.client.create_execution(request)
    again = remote.relaunch(marked.name).sync()
    assert FROM_NODE not in again.message.spec.annotations.values
