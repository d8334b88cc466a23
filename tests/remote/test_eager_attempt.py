"""What an eager attempt calls the executions that it launches, and how it marks them."""

from glidepath.authoring import SerializationSettings
from glidepath.idl import admin, core
from glidepath.remote.eager_attempt import ChildKey, EagerAttempt, child_name, child_spec, settled_inputs

ENV = {
    "FLYTE_INTERNAL_EXECUTION_PROJECT": "p",
    "FLYTE_INTERNAL_EXECUTION_DOMAIN": "d",
    "FLYTE_INTERNAL_EXECUTION_ID": "a1b2c3d4",
    "FLYTE_ATTEMPT_NUMBER": "2",
    "_GLIDEPATH_NODE": "n0",
}
TARGET = core.Identifier(resource_type=core.ResourceType.TASK, project="p", domain="d", name="mod.add_one_more", version="v1")
KEY = ChildKey(TARGET, b"x=1", 0)


def attempt(**changed: str) -> EagerAttempt:
    return EagerAttempt.of({**ENV, **changed}, "Outer_function", SerializationSettings())


def test_the_name_has_stocks_form() -> None:
    name = child_name(attempt(), KEY)
    assert name.startswith("e-outer-fu-a1b2c-add-one-")
    assert len(name.rpartition("-")[2]) == 16


def test_another_attempt_finds_the_same_name() -> None:
    assert child_name(attempt(FLYTE_ATTEMPT_NUMBER="7"), KEY) == child_name(attempt(), KEY)


def test_whatever_makes_another_call_makes_another_name() -> None:
    other = core.Identifier()
    other.CopyFrom(TARGET)
    other.version = "v2"
    names = {
        child_name(attempt(), KEY),
        child_name(attempt(), ChildKey(TARGET, b"x=2", 0)),
        child_name(attempt(), ChildKey(TARGET, b"x=1", 1)),
        child_name(attempt(), ChildKey(TARGET, b"x=1", 0, generation=1)),
        child_name(attempt(), ChildKey(other, b"x=1", 0)),
        child_name(attempt(FLYTE_INTERNAL_EXECUTION_ID="a1b2c3d5"), KEY),
        child_name(attempt(_GLIDEPATH_NODE="n1"), KEY),
    }
    assert len(names) == 7


def test_addresses_that_this_attempt_made_do_not_count() -> None:
    def inputs(uri: str) -> core.LiteralMap:
        return core.LiteralMap(literals={"file": core.Literal(scalar=core.Scalar(blob=core.Blob(uri=uri)))})

    fresh = [settled_inputs(inputs(f"s3://raw/x/{digit * 32}"), "s3://raw/x") for digit in "ab"]
    kept = [settled_inputs(inputs(f"s3://else/{digit * 32}"), "s3://raw/x") for digit in "ab"]
    assert fresh[0] == fresh[1]
    assert kept[0] != kept[1]


def test_a_child_is_linked_marked_and_has_its_parents_settings() -> None:
    parent = admin.ExecutionSpec(max_parallelism=7)
    parent.labels.values.update({"team": "a", "eager-exec": "grandparent"})
    parent.envs.values.extend([core.KeyValuePair(key="X", value="1"), core.KeyValuePair(key="_F_EE_ROOT", value="root")])
    nested = attempt(_F_EE_ROOT="root", _GLIDEPATH_EAGER_DEPTH="3")
    spec = child_spec(nested, TARGET, parent)
    assert spec.metadata.parent_node_execution.node_id == "n0"
    assert spec.metadata.mode == admin.ExecutionMetadata.CHILD_WORKFLOW
    assert dict(spec.labels.values) == {"team": "a", "eager-exec": "a1b2c3d4", "eager-root-exec": "root"}
    assert {pair.key: pair.value for pair in spec.envs.values} == {
        "X": "1",
        "_F_EE_ROOT": "root",
        "_GLIDEPATH_EAGER_DEPTH": "4",
    }
    assert spec.max_parallelism == 7


def test_on_a_control_plane_that_names_no_node_a_child_has_labels_only() -> None:
    spec = child_spec(attempt(_GLIDEPATH_NODE=""), TARGET, admin.ExecutionSpec())
    assert not spec.metadata.HasField("parent_node_execution")
    assert dict(spec.labels.values) == {"eager-exec": "a1b2c3d4", "eager-root-exec": "a1b2c3d4"}
