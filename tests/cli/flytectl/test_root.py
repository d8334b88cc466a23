import json

import pytest


def test_scope_is_required_first(local):
    result = local("get", "task")
    assert result.code == 1 and result.err.startswith("Error: project and domain are required parameters")


def test_scope_may_come_from_the_file(local, server, tmp_path):
    (tmp_path / "c.yaml").write_text(
        f"admin: {{endpoint: '{server.endpoint}', insecure: true}}\ntask: {{project: p, domain: d}}"
    )
    result = local("-c", "c.yaml", "get", "task")
    assert (result.code, result.err) == (0, "no tasks in p/d\n")


def test_global_flags_work_on_every_level(local, server):
    where = ("--admin.endpoint", server.endpoint, "--admin.insecure=true")
    assert local(*where, "get", "project").code == 0
    assert local("get", *where, "project").code == 0
    assert local("get", "project", *where).code == 0


def test_a_switch_can_be_false(local, server):
    result = local("get", "project", "--admin.endpoint", server.endpoint, "--admin.insecure=false", "--admin.maxRetries", "0")
    assert result.code == 1 and "speaks plain text, but this client is set to TLS" in result.err


def test_flags_of_stock_without_effect_are_accepted(flytectl):
    assert flytectl("get", "project", "-i", "--logger.level", "5", "--storage.type=minio").code == 0


def test_an_unknown_format_is_refused(flytectl):
    result = flytectl("get", "project", "-o", "xml")
    assert result.code == 1 and "XML does not belong to OutputFormat values" in result.err


def test_wrong_calls_exit_with_one(local):
    for args in (("get", "nothing"), ("get", "task", "--nothing"), ("create", "execution", "a", "b"), ("get",)):
        assert local(*args).code == 1


@pytest.mark.parametrize(
    "words",
    [
        (), ("get",), ("get", "task"), ("get", "execution"), ("get", "launchplan"), ("get", "workflow"), ("get", "project"),
        ("create", "execution"), ("create", "project"), ("update", "launchplan"), ("update", "project"),
        ("update", "execution"), ("delete", "execution"), ("register", "files"),
        ("config", "init"), ("config", "discover"), ("config", "validate"), ("version",), ("completion",),
    ],
)  # fmt: skip
def test_every_help_has_an_example_or_a_list(local, words):
    result = local(*words, "-h")
    assert result.code == 0 and ("Commands:" in result.out or "flytectl " + " ".join(words) in result.out)
    assert "--admin.endpoint" in result.out or "Global flags (" in result.out


def test_version_prints_two_objects(flytectl):
    first, second = flytectl("version").out.replace("}\n{", "}\0{").split("\0")
    assert json.loads(first)["App"] == "flytectl" and json.loads(second) == {
        "App": "controlPlane",
        "Build": "fake",
        "Version": "v1.16.0",
    }


def test_completion_is_a_script(local):
    assert "_FLYTECTL_COMPLETE=bash_complete" in local("completion", "bash").out


def test_a_dead_server_is_one_clear_text(local):
    result = local("get", "project", "--admin.endpoint", "localhost:1", "--admin.insecure")
    assert result.code == 1 and result.err.splitlines()[0] == "Error: nothing listens at localhost:1"
    assert "flytectl demo start" in result.err and "Traceback" not in result.err
