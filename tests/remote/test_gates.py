"""Signals of executions through FlyteRemote, against a control plane on a real socket."""

import pytest

from glidepath.authoring.images import ImageConfig
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.loading import load_file
from glidepath.bundle.making import BundleOptions
from glidepath.errors import FlyteEntityNotExistException, FlyteInvalidInputException, FlyteTypeException, FlyteValueException
from glidepath.idl import admin, core
from glidepath.remote.deployment import Target
from glidepath.types import literal_type_of

NAME = "waiting"


@pytest.fixture
def waiting(remote, source):
    """Makes an execution wait for signals of these types, as its gates would."""
    module = load_file(source)
    target = Target("flytesnacks", "development", version="v1", image_config=ImageConfig.of("img:v1"))
    remote.deploy(module, target, BundleOptions(CopyFiles.NONE))
    execution = remote.execute(remote.fetch_launch_plan(name=f"{module.name}.twice"), {"a": 1}, execution_name=NAME)

    def wait_for(**types):
        for signal_id, python_type in types.items():
            identifier = core.SignalIdentifier(signal_id=signal_id, execution_id=execution.id)
            request = admin.SignalGetOrCreateRequest(id=identifier, type=literal_type_of(python_type))
            remote.client.raw.get_or_create_signal(request)

    return wait_for


def values(remote):
    return {signal.id.signal_id: signal.value for signal in remote.list_signals(NAME)}


def test_signals_are_listed_oldest_first(remote, waiting):
    waiting(second=bool)
    waiting(first=int)
    assert [signal.id.signal_id for signal in remote.list_signals(NAME)] == ["second", "first"]
    assert len(remote.list_signals(NAME, limit=1)) == 1
    assert [signal.id.signal_id for signal in remote.list_signals(NAME, filters=["eq(signal_id,first)"])] == ["first"]


def test_an_approval_is_a_yes_or_a_no(remote, waiting, launches):
    waiting(publish=bool, delete=bool)
    remote.approve("publish", NAME)
    remote.reject("delete", NAME)
    found = values(remote)
    assert (found["publish"].scalar.primitive.boolean, found["delete"].scalar.primitive.boolean) == (True, False)
    assert launches.calls[-2:] == [("signalled", NAME, "publish"), ("signalled", NAME, "delete")]


def test_a_value_is_converted_by_the_declared_type(remote, waiting):
    waiting(threshold=float, names=list[str])
    remote.set_signal("threshold", NAME, 0.5)
    remote.set_input("names", NAME, ["Ada", "Grace"])
    found = values(remote)
    assert found["threshold"].scalar.primitive.float_value == 0.5
    assert [each.scalar.primitive.string_value for each in found["names"].collection.literals] == ["Ada", "Grace"]


def test_a_value_of_another_type_is_refused_here(remote, waiting):
    waiting(threshold=float)
    with pytest.raises(FlyteTypeException, match="signal 'threshold' is float"):
        remote.set_signal("threshold", NAME, "high")


def test_a_literal_of_another_type_is_refused_there(remote, waiting):
    waiting(threshold=float)
    text = core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value="high")))
    with pytest.raises(FlyteInvalidInputException, match="is not castable"):
        remote.set_signal("threshold", NAME, text)


def test_an_unknown_signal_is_named_with_those_there_are(remote, waiting):
    waiting(threshold=float)
    with pytest.raises(FlyteValueException, match="has no signal 'treshold'") as caught:
        remote.set_signal("treshold", NAME, 1.0)
    assert "threshold" in (caught.value.hint or "")


def test_an_unknown_execution_is_not_an_unknown_signal(remote):
    with pytest.raises(FlyteEntityNotExistException, match="missing entity of type execution"):
        remote.approve("publish", "nobody")


def test_approving_what_is_no_approval_says_how_to_give_its_value(remote, waiting):
    waiting(threshold=int)
    with pytest.raises(FlyteTypeException, match="signal 'threshold' is int") as caught:
        remote.approve("threshold", NAME)
    assert caught.value.hint == f"pyflyte execution --execution-id {NAME} set-signal threshold VALUE"
