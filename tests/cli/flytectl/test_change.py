import io

import pytest

from glidepath.idl import admin, core


@pytest.fixture
def answer(monkeypatch):
    return lambda text: monkeypatch.setattr("sys.stdin", io.StringIO(text))


@pytest.fixture
def running(store):
    for name in ("e1", "e2"):
        identifier = core.WorkflowExecutionIdentifier(project="flytesnacks", domain="development", name=name)
        store.executions[name] = admin.Execution(id=identifier)


def test_two_ids_are_one_too_many(flytectl, store):
    result = flytectl("create", "project", "--id", "vision", "--name", "Vision")
    assert result.code == 1 and "both project and id are passed" in result.err
    assert not store.calls["RegisterProject"]


@pytest.fixture
def bare(local, server):
    """Without -p and -d."""
    return lambda *args: local(*args, "--admin.endpoint", server.endpoint, "--admin.insecure")


def test_create_project_with_flags_or_file(bare, store, tmp_path):
    result = bare("create", "project", "--id", "vision", "--name", "Vision", "--labels", "a=1,b=2")
    assert (result.code, result.out) == (0, "project created successfully.\n")
    assert dict(store.projects["vision"].labels.values) == {"a": "1", "b": "2"}
    (tmp_path / "p.yaml").write_text("id: sound\nname: Sound\ndescription: d\nlabels: {values: {c: 3}}\n")
    assert bare("create", "project", "--file", "p.yaml").code == 0
    assert (store.projects["sound"].description, dict(store.projects["sound"].labels.values)) == ("d", {"c": "3"})


@pytest.mark.parametrize(
    ("args", "message"),
    [
        ((), "project id wasn't passed"),
        (("--id", "x"), "project name is a required flag"),
        (("--id", "x", "--activate", "--archive"), "invalid state passed. Specify either activate or archive"),
        (("--id", "x", "--labels", "nonsense"), "are not pairs"),
    ],
)
def test_create_project_says_what_is_missing(bare, args, message):
    result = bare("create", "project", *args)
    assert result.code == 1 and message in result.err


def test_a_project_that_is_there_already_is_an_error(bare):
    result = bare("create", "project", "--id", "flytesnacks", "--name", "x")
    assert result.code == 1 and "already exists" in result.err


def test_update_project_shows_and_asks(bare, store, answer):
    answer("y\n")
    result = bare("update", "project", "--id", "flytesnacks", "--description", "new")
    assert result.code == 0 and "+description: new" in result.out and result.out.endswith("project flytesnacks updated\n")
    assert store.projects["flytesnacks"].description == "new" and store.projects["flytesnacks"].name == "flytesnacks"
    assert bare("update", "project", "--id", "flytesnacks", "--description", "new").out.startswith("No changes detected")


@pytest.mark.parametrize("text", ["n\n", ""])
def test_no_is_no_and_the_end_of_input_too(bare, store, answer, text):
    answer(text)
    result = bare("update", "project", "-p", "flytesnacks", "--archive")
    assert result.code == 1 and "update aborted by user" in result.err and not store.calls["UpdateProject"]


def test_a_dry_run_changes_nothing(bare, store):
    result = bare("update", "project", "-p", "flytesnacks", "--archive", "--dryRun")
    assert (
        result.code == 0
        and result.out.endswith("skipping UpdateProject request (dryRun)\n")
        and not store.calls["UpdateProject"]
    )


def test_update_launch_plan(flytectl, store, tmp_path):
    import package_samples

    flytectl("register", "files", "--archive", str(package_samples.package(tmp_path / "wf.tgz")), "--version", "v1")
    result = flytectl("update", "launchplan", "hello.wf", "--version", "v1", "--activate", "--force")
    assert result.code == 0 and result.out.endswith("updated launch plan successfully on hello.wf\n")
    assert store.last("UpdateLaunchPlan").state == admin.LaunchPlanState.ACTIVE
    assert "No changes detected" in flytectl("update", "launchplan", "hello.wf", "--version", "v1", "--deactivate").out
    for args, message in (
        (("hello.wf", "--activate"), "launch plan version wasn't passed"),
        (("hello.wf", "--version", "v1", "--activate", "--deactivate"), "Specify either activate or deactivate"),
    ):
        result = flytectl("update", "launchplan", *args)
        assert result.code == 1 and message in result.err


def test_update_execution(flytectl, store, running):
    result = flytectl("update", "execution", "e1", "--archive", "--force")
    assert result.out.endswith("updated execution e1 successfully to state EXECUTION_ARCHIVED\n")
    assert store.last("UpdateExecution").state == admin.ExecutionState.EXECUTION_ARCHIVED


def test_delete_stops_at_the_first_that_cannot(flytectl, store, running):
    result = flytectl("delete", "executions", "e1", "none", "e2")
    assert result.code == 1 and store.calls["TerminateExecution"] == 2
    assert store.executions["e1"].closure.phase == core.WorkflowExecution.ABORTED


def test_delete_dry_run(flytectl, store, running):
    assert flytectl("delete", "execution", "e1", "--dryRun").code == 0 and not store.calls["TerminateExecution"]
