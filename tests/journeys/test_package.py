"""Journey 4: ``pyflyte package`` writes an archive that ``flytectl register files`` registers."""

import tarfile
from pathlib import Path

import pytest

from glidepath.idl import admin

EXAMPLES = Path(__file__).parents[2] / "examples"
MESSAGES = {"1": admin.TaskSpec, "2": admin.WorkflowSpec, "3": admin.LaunchPlan}


def package(shell, *options: str) -> Path:
    (shell.folder / "flows").mkdir()
    (shell.folder / "flows" / "hello.py").write_text((EXAMPLES / "hello.py").read_text())
    shell.ok("pyflyte", "-k", "flows", "package", "--image", "img:v1", "-o", "wf.tgz", *options)
    return shell.folder / "wf.tgz"


def test_the_archive_holds_numbered_messages_without_ids(shell):
    with tarfile.open(package(shell)) as archive:
        assert sorted(archive.getnames()) == [
            "0_flows.hello.greet_1.pb",
            "1_flows.hello.hello_wf_2.pb",
            "2_flows.hello.hello_wf_3.pb",
        ]
        task = admin.TaskSpec.FromString(archive.extractfile("0_flows.hello.greet_1.pb").read())
    assert task.template.container.image == "img:v1"
    assert (task.template.id.project, task.template.id.domain, task.template.id.version) == ("", "", "")


def test_with_copy_the_code_goes_along_and_its_address_is_left_open(shell):
    with tarfile.open(package(shell, "--copy", "all")) as archive:
        code = [name for name in archive.getnames() if name.startswith("fast") and name.endswith(".tar.gz")]
        task = admin.TaskSpec.FromString(archive.extractfile("0_flows.hello.greet_1.pb").read())
    assert len(code) == 1
    assert list(task.template.container.args)[:6] == [
        "pyflyte-fast-execute", "--additional-distribution", "{{ .remote_package_path }}", "--dest-dir", "/root", "--",
    ]  # fmt: skip


def test_the_same_sources_give_the_same_bytes(shell):
    first = package(shell, "--copy", "all").read_bytes()
    shell.ok("pyflyte", "-k", "flows", "package", "--image", "img:v1", "-o", "wf.tgz", "-f", "--copy", "all")
    assert (shell.folder / "wf.tgz").read_bytes() == first


@pytest.mark.slow
def test_flytectl_registers_it_and_the_workflow_runs(connected):
    archive = package(connected, "--copy", "all")
    scope = ("-p", "flytesnacks", "-d", "development")
    connected.ok("flytectl", "register", "files", "--archive", str(archive), *scope, "--version", "packaged")
    done = connected.run("pyflyte", "run", "--wait", "remote-launchplan", "flows.hello.hello_wf:packaged", "--name", "Ada")
    assert done.returncode == 0, done.stderr
    assert "to see execution in the console." in done.stdout
