import datetime
import stat

import package_samples as samples
import pytest
import yaml
from hypothesis import given, strategies as st

from glidepath.cli.flytectl.execfile.literals import literal_of
from glidepath.cli.flytectl.execfile.values import example_of, value_of
from glidepath.errors import FlyteTypeException
from glidepath.idl import admin, core

S = core.SimpleType
NOW = datetime.datetime(2024, 5, 6, tzinfo=datetime.timezone.utc)


def simple(kind: int) -> core.LiteralType:
    return core.LiteralType(simple=kind)


LISTS = core.LiteralType(collection_type=simple(S.INTEGER))
MAPS = core.LiteralType(map_value_type=LISTS)
ENUM = core.LiteralType(enum_type=core.EnumType(values=["red", "blue"]))
UNION = core.LiteralType(union_type=core.UnionType(variants=[simple(S.INTEGER), simple(S.NONE), simple(S.STRING)]))
BLOB = core.LiteralType(blob=core.BlobType(format="csv"))
DATASET = core.LiteralType(structured_dataset_type=core.StructuredDatasetType(format="parquet"))


@pytest.fixture
def registered(flytectl, tmp_path):
    assert flytectl("register", "files", "--archive", str(samples.package(tmp_path / "wf.tgz")), "--version", "v1").code == 0
    return flytectl


def test_a_file_is_written_edited_and_started(registered, store, tmp_path):
    assert registered("get", "launchplan", "hello.wf", "--latest", "--execFile", "e.yaml").code == 0
    path = tmp_path / "e.yaml"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    text = path.read_text()
    assert "    name: '' # who\n" in text and list(yaml.safe_load(text)) == sorted(yaml.safe_load(text))
    path.write_text(text.replace("''", "Ada", 3).replace("iamRoleARN: Ada", "iamRoleARN: arn"))
    result = registered("create", "execution", "mine", "--execFile", "e.yaml", "--kubeServiceAcct", "robot")
    assert result.out == 'execution identifier project:"flytesnacks" domain:"development" name:"mine"\n'
    request = store.last("CreateExecution")
    assert (request.spec.launch_plan.name, request.spec.launch_plan.version) == ("hello.wf", "v1")
    assert (request.spec.metadata.principal, request.spec.security_context.run_as.iam_role) == ("sdk", "arn")
    assert request.spec.auth_role.kubernetes_service_account == "robot"


def test_a_task_is_started_with_its_own_types(registered, store, tmp_path):
    assert registered("get", "task", "hello.greet", "--version", "v1", "--execFile", "t.yaml").code == 0
    document = yaml.safe_load((tmp_path / "t.yaml").read_text())
    assert (document["task"], document["inputs"]) == ("hello.greet", {"name": "", "times": 0})
    document.update(inputs={"name": "Ada", "times": 3}, envs={"A": 1}, overwriteCache=True, clusterPool="pool")
    (tmp_path / "t.yaml").write_text(yaml.safe_dump(document))
    assert registered("create", "execution", "--execFile", "t.yaml").code == 0
    request = store.last("CreateExecution")
    assert request.inputs.literals["times"].scalar.primitive.integer == 3
    assert request.spec.launch_plan.resource_type == core.ResourceType.TASK and request.spec.overwrite_cache
    assert [(pair.key, pair.value) for pair in request.spec.envs.values] == [("A", "1")]
    assert request.spec.cluster_assignment.cluster_pool_name == "pool" and len(request.name) == 20


def test_a_dry_run_prints_the_request(registered, store, tmp_path):
    (tmp_path / "e.yaml").write_text("workflow: hello.wf\nversion: v1\ninputs: {name: Ada}\n")
    result = registered("create", "execution", "--execFile", "e.yaml", "--dryRun", "--targetDomain", "production")
    assert result.code == 0 and 'string_value: "Ada"' in result.out and 'domain: "production"' in result.out
    assert not store.calls["CreateExecution"]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("inputs: {}", "either task or workflow name should be specified"),
        (
            "workflow: hello.wf\nversion: v1\ninputs: {nme: x}",
            "launch plan hello.wf has no input nme\n  at: e.yaml\n  try: its inputs are: name",
        ),
        (
            "task: hello.greet\nversion: v1\ninputs: {name: x, times: many}",
            "input times: 'many' is not a whole number\n  at: e.yaml",
        ),
        (
            "task: hello.greet\nversion: v1\ninputs: {times: 3}",
            "task hello.greet needs input name\n  at: e.yaml\n  try: give it a value below `inputs:`",
        ),
        ("workflow: hello.wf\nversion: v1", "launch plan hello.wf needs input name\n  at: e.yaml"),
        ("workflow: hello.wf\nversion: v7", "missing entity"),
        ("workflow: none", "no launch plan none is registered"),
        ("workflw: x", "unknown key workflw"),
        ("- a", "it holds no map"),
        ("a: [", "unable to read from e.yaml yaml file"),
    ],
)
def test_bad_files_are_explained(registered, tmp_path, store, text, message):
    (tmp_path / "e.yaml").write_text(text)
    result = registered("create", "execution", "--execFile", "e.yaml")
    assert result.code == 1 and message in result.err and not store.calls["CreateExecution"]


def test_nothing_to_start(flytectl):
    result = flytectl("create", "execution")
    assert result.code == 1 and "executionConfig, relaunch and recover can't be empty." in result.err
    assert "unable to read from no.yaml" in flytectl("create", "execution", "--execFile", "no.yaml").err


def test_relaunch_and_recover(flytectl, store):
    assert 'name:"new"' in flytectl("create", "execution", "new", "--relaunch", "old", "--overwriteCache").out
    assert store.last("RelaunchExecution").overwrite_cache is True
    assert flytectl("create", "execution", "--recover", "old").code == 0
    assert store.last("RecoverExecution").id.name == "old"


@pytest.mark.parametrize(
    ("flags", "message"),
    [
        (("--relaunch", "a", "--recover", "a"), "--relaunch and --recover contradict each other"),
        (("--relaunch", "a", "--fromNode", "n0"), "add --recover EXECUTION"),
        (("--fromNode", "n0"), "add --recover EXECUTION"),
    ],
)
def test_flags_that_do_not_go_together(flytectl, store, flags, message):
    result = flytectl("create", "execution", *flags)
    assert result.code == 1 and message in result.err
    assert not store.calls["RelaunchExecution"] and not store.calls["RecoverExecution"]


@pytest.fixture
def past(registered, store, tmp_path):
    """An execution ``old`` of hello.wf, and its file."""
    assert registered("get", "launchplan", "hello.wf", "--latest", "--execFile", "e.yaml").code == 0
    document = yaml.safe_load((tmp_path / "e.yaml").read_text())
    document["inputs"] = {"name": "Ada"}
    (tmp_path / "e.yaml").write_text(yaml.safe_dump(document))
    assert registered("create", "execution", "old", "--execFile", "e.yaml").code == 0
    return registered


def test_recover_with_another_version_from_a_node(past, store):
    assert past("create", "execution", "new", "--recover", "old", "--version", "v2", "--fromNode", "n1").code == 0
    request = store.last("CreateExecution")
    assert (request.name, request.spec.launch_plan.name, request.spec.launch_plan.version) == ("new", "hello.wf", "v2")
    metadata = request.spec.metadata
    assert (metadata.mode, metadata.reference_execution.name) == (admin.ExecutionMetadata.RECOVERED, "old")
    assert dict(request.spec.annotations.values) == {"glidepath.io/from-node": "n1"}
    assert not request.HasField("inputs") and not store.calls["RecoverExecution"]


def test_recover_with_the_inputs_of_a_file(past, store):
    assert past("create", "execution", "--recover", "old", "--execFile", "e.yaml").code == 0
    request = store.last("CreateExecution")
    assert request.spec.metadata.reference_execution.name == "old"
    assert request.inputs.literals["name"].scalar.primitive.string_value == "Ada"


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (3, simple(S.INTEGER)), (2.5, simple(S.FLOAT)), (True, simple(S.BOOLEAN)), ("x", simple(S.STRING)),
        ("2024-05-06T00:00:00Z", simple(S.DATETIME)), ("1.500s", simple(S.DURATION)),
        ({"a": [1, {"b": None}]}, simple(S.STRUCT)),
        (None, simple(S.NONE)), ([1, 2], LISTS), ({"k": [1]}, MAPS), ("red", ENUM), (7, UNION), ("x", UNION), (None, UNION),
        ("s3://x", BLOB), ("s3://y", DATASET),
    ],
)  # fmt: skip
def test_values_survive_the_file(value, kind):
    assert value_of(literal_of(value, kind, "x")) == value


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (2.5, simple(S.INTEGER)), (True, simple(S.INTEGER)), ("x", simple(S.FLOAT)), ("maybe", simple(S.BOOLEAN)),
        ([1], simple(S.STRING)), ("soon", simple(S.DATETIME)), ("soon", simple(S.DURATION)), ("x", simple(S.NONE)),
        ("x", LISTS), ([1], MAPS), ("green", ENUM), ([1], UNION), ({}, BLOB),
    ],
)  # fmt: skip
def test_misfits_name_the_input(value, kind):
    with pytest.raises(FlyteTypeException, match="input x"):
        literal_of(value, kind, "x")


@pytest.mark.parametrize("kind", [*map(simple, (1, 2, 3, 4, 5, 6, 9)), LISTS, MAPS, ENUM, UNION, BLOB, DATASET])
def test_every_example_can_be_read_back(kind):
    assert literal_of(example_of(kind, NOW), kind, "x").WhichOneof("value")


def test_the_old_form_of_structs(monkeypatch):
    monkeypatch.setenv("FLYTE_USE_OLD_DC_FORMAT", "true")
    assert literal_of({"a": 1}, simple(S.STRUCT), "x").scalar.generic["a"] == 1


def test_a_union_carries_its_variant():
    assert literal_of("x", UNION, "u").scalar.union.type == simple(S.STRING)


@given(st.lists(st.lists(st.integers(-(2**63), 2**63 - 1))))
def test_nested_lists_survive(value):
    kind = core.LiteralType(collection_type=LISTS)
    assert value_of(literal_of(value, kind, "x")) == value
