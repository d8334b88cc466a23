"""The request that starts an execution, and its inputs."""

import pytest

from glidepath.authoring.options import Annotations, Labels, Options, RawOutputDataConfig
from glidepath.authoring.security import Identity, SecurityContext
from glidepath.errors import FlyteTypeException, FlyteValueException
from glidepath.idl import admin, core
from glidepath.remote.launch import Launch, literals_of, request_of
from glidepath.storage import open_storage
from glidepath.types import DataContext

PLAN = core.Identifier(resource_type=core.ResourceType.LAUNCH_PLAN, project="p", domain="d", name="m.wf", version="v1")
INTEGER = core.LiteralType(simple=core.SimpleType.INTEGER)
TEXT = core.LiteralType(simple=core.SimpleType.STRING)


@pytest.fixture
def ctx(tmp_path):
    return DataContext(open_storage(), str(tmp_path / "raw"), tmp_path)


def parameters(**types: core.LiteralType) -> core.ParameterMap:
    return core.ParameterMap(
        parameters={name: core.Parameter(var=core.Variable(type=type_), required=True) for name, type_ in types.items()}
    )


def test_a_plain_launch_sets_nothing_that_was_not_asked_for():
    request = request_of(Launch("p", "d"), PLAN, core.LiteralMap())
    assert request == admin.ExecutionCreateRequest(
        project="p",
        domain="d",
        spec=admin.ExecutionSpec(
            launch_plan=PLAN,
            metadata=admin.ExecutionMetadata(mode=admin.ExecutionMetadata.MANUAL, principal="placeholder"),
        ),
        inputs=core.LiteralMap(),
    )


def test_every_setting_reaches_its_field():
    options = Options(
        labels=Labels({"a": "b"}), annotations=Annotations({"c": "d"}), raw_output_data_config=RawOutputDataConfig("s3://x"),
        security_context=SecurityContext(Identity(k8s_service_account="sa")), max_parallelism=3, disable_notifications=True,
    )  # fmt: skip
    launch = Launch(
        "p", "d", name="mine", options=options, overwrite_cache=True, interruptible=False, envs={"K": "V"}, tags=("t",),
        cluster_pool="gpu", execution_cluster_label="east",
    )  # fmt: skip
    spec = request_of(launch, PLAN, core.LiteralMap()).spec
    assert dict(spec.labels.values) == {"a": "b"}
    assert dict(spec.annotations.values) == {"c": "d"}
    assert spec.raw_output_data_config.output_location_prefix == "s3://x"
    assert spec.security_context.run_as.k8s_service_account == "sa"
    assert spec.max_parallelism == 3
    assert spec.disable_all is True
    assert spec.overwrite_cache is True
    assert spec.HasField("interruptible")
    assert spec.interruptible.value is False
    assert [(pair.key, pair.value) for pair in spec.envs.values] == [("K", "V")]
    assert list(spec.tags) == ["t"]
    assert spec.cluster_assignment.cluster_pool_name == "gpu"
    assert spec.execution_cluster_label.value == "east"


def test_values_become_literals_and_literals_pass(ctx):
    ready = core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value="x")))
    literals = literals_of({"n": 3, "s": ready}, parameters(n=INTEGER, s=TEXT), {}, ctx).literals
    assert literals["n"].scalar.primitive.integer == 3
    assert literals["s"] == ready


def test_a_missing_input_is_named_with_all_that_are_wanted(ctx):
    with pytest.raises(FlyteValueException) as raised:
        literals_of({"s": "x"}, parameters(n=INTEGER, s=TEXT), {}, ctx)
    assert raised.value.message == "the input 'n' is missing"
    assert "n (int)" in raised.value.hint
    assert "s (str)" in raised.value.hint


def test_an_unknown_input_is_named(ctx):
    with pytest.raises(FlyteValueException) as raised:
        literals_of({"n": 1, "m": 2}, parameters(n=INTEGER), {}, ctx)
    assert raised.value.message == "there is no input 'm'"


def test_a_value_of_another_type_names_its_input(ctx):
    with pytest.raises(FlyteTypeException) as raised:
        literals_of({"n": "three"}, parameters(n=INTEGER), {}, ctx)
    assert raised.value.message.startswith("input 'n': ")
