"""Archives: ours hold what stock's hold, and stock's register with our flytectl and run."""

import base64
import gzip
import json
import re
import subprocess
import tarfile
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from google.protobuf.message import Message
from journey_world import COMMANDS, ROOT, clean_environment

from glidepath.compiler.draft import branch_children
from glidepath.idl import admin
from glidepath.idl.hashes import difference

pytestmark = pytest.mark.slow
CORPUS = ROOT / "tests/authoring/sources"
SCOPE = ("-p", "flytesnacks", "-d", "development")
IMAGES = ("--image", "img:v1", "--image", "trainer=repo/trainer:v2")
MESSAGES = {"1": admin.TaskSpec, "2": admin.WorkflowSpec, "3": admin.LaunchPlan}
EXCEPTIONS = {
    r"template\.metadata\.runtime\.version": "the version of the library that made the spec: flytekit's there, ours here",
    r"(template|sub_workflows\[\d+\])\.nodes\[\d+\]\.upstream_node_ids\[\d+\]": (
        "stock writes a set, in another order in each process; ours are in node order"
    ),
}
"""All fields that may differ, and why."""
REFUSED = {
    "corpus.arguments.resources_of_all_kinds_1.pb",  # asks for 3 GPUs with a limit of 4
    "corpus.graphs.empty_wf_2.pb",  # has no node
    "corpus.graphs.empty_wf_3.pb",
    "corpus.graphs.overrides_wf_2.pb",  # reads an output that has an alias by its own name
    "corpus.graphs.overrides_wf_3.pb",
}
"""What a stock control plane refuses too."""


@dataclass
class Archive:
    """What a ``.tgz`` holds: specs by file name, files of the code by path."""

    specs: dict[str, Message] = field(default_factory=dict)
    code: dict[str, bytes] = field(default_factory=dict)

    @classmethod
    def read(cls, path: Path) -> "Archive":
        found = cls()
        with tarfile.open(path) as tar:
            for member in tar.getmembers():
                if member.name.endswith(".pb"):
                    kind = Path(member.name).stem[-1]
                    found.specs[member.name] = MESSAGES[kind].FromString(tar.extractfile(member).read())
                else:
                    with tarfile.open(fileobj=tar.extractfile(member)) as code:
                        found.code = {each.name: code.extractfile(each).read() for each in code if each.isfile()}
        return found


def forget_source_root(spec: admin.TaskSpec) -> None:
    """Stock's settings for what a dynamic task registers name the folder of the sources; ours do not, wherever it is."""
    for entry in spec.template.container.env:
        if entry.key == "_F_SS_C":
            carried = json.loads(gzip.decompress(base64.b64decode(entry.value)))
            entry.value = json.dumps({**carried, "source_root": None})


def unexplained(theirs: Message, ours: Message) -> list[tuple]:
    """The differences that no exception covers."""
    for spec in (theirs, ours):
        for template in (spec.template, *spec.sub_workflows) if isinstance(spec, admin.WorkflowSpec) else ():
            nodes = list(template.nodes)
            for node in nodes:  # with those inside branches, which join while they are looked at
                node.upstream_node_ids.sort()  # whatever the order, the ids are the same
                nodes += branch_children(node)
        if isinstance(spec, admin.TaskSpec):
            forget_source_root(spec)
    if theirs == ours:
        return []
    found = difference(theirs, ours)
    assert found, "a message is set in one of the two only"
    return [each for each in found if not any(re.fullmatch(path, each[0]) for path in EXCEPTIONS)]


@pytest.fixture(scope="module", params=["none", "all"])
def packages(request, stock_pyflyte, tmp_path_factory):
    """Stock's and our archive of the same sources, made by ``pyflyte package`` with the same options."""
    folder = tmp_path_factory.mktemp("packages")
    made = {}
    for name, commands in (("stock", stock_pyflyte), ("ours", COMMANDS)):
        output = folder / f"{name}.tgz"
        command = [commands / "pyflyte", "-k", "corpus", "package", *IMAGES, "--source", ".", "--copy", request.param]
        subprocess.run(
            [*command, "--output", output], cwd=CORPUS, env=clean_environment(folder), check=True, capture_output=True
        )
        made[name] = Archive.read(output)
    return made


def distinct(archive):
    """Specs by name, in order. Stock writes a task that is mapped in two places twice, under one name."""
    found = {}
    for name in sorted(archive.specs):
        found.setdefault(name.partition("_")[2], archive.specs[name])
    return found


def test_our_archives_have_stocks_files_in_stocks_order(packages):
    assert len(packages["stock"].specs) >= 150
    assert list(distinct(packages["ours"])) == list(distinct(packages["stock"]))
    assert len(distinct(packages["ours"])) == len(packages["ours"].specs)


def test_our_archives_hold_stocks_specs(packages):
    ours = distinct(packages["ours"])
    found = {name: unexplained(spec, ours[name]) for name, spec in distinct(packages["stock"]).items()}
    assert {name: differences for name, differences in found.items() if differences} == {}


def test_our_archives_hold_stocks_code(packages):
    assert packages["ours"].code == packages["stock"].code


@pytest.fixture(scope="module", params=["none", "all"])
def archived(request, interop, tmp_path_factory):
    """The version under which an archive made by stock was registered by our flytectl.

    Without code in the archive, the image holds it: here the tasks' environment names the folder.
    """
    version, output = f"stock-{request.param}", tmp_path_factory.mktemp("archive") / "stock.tgz"
    path = f"PYTHONPATH={interop.stock.folder}"
    code = ("--copy", request.param, *(("--env", path) if request.param == "none" else ()))
    interop.stock.ok("pyflyte", "-k", "interop", "package", "--source", ".", "--output", str(output), *code)
    interop.own.ok("flytectl", "register", "files", "--archive", str(output), *SCOPE, "--version", version)
    return version


@pytest.mark.parametrize(
    ("workflow", "inputs", "outputs"),
    [("twice_wf", {"a": 1}, {"o0": 4}), ("plans_wf", {"a": 7}, {"o0": 128}), ("stubborn_wf", {}, {"o0": 2})],
)
def test_stocks_archives_register_with_our_flytectl_and_run(archived, remote, workflow, inputs, outputs):
    entity = remote.fetch_workflow(name=f"interop.graphs.{workflow}", version=archived)
    execution = remote.execute(entity, inputs=inputs, wait=True)
    assert {name: execution.outputs[name] for name in outputs} == outputs


def test_stocks_archives_run_in_stocks_python(archived, remote, stock_pyflyte):
    entity = remote.fetch_task(name="interop.values.who", version=archived)
    execution = remote.execute(entity, inputs={}, wait=True)
    assert execution.outputs["o0"]["python"] == str(stock_pyflyte / "python")


def test_a_stock_archive_of_all_kinds_of_entities_registers(connected, stock_pyflyte, tmp_path):
    """Everything of the corpus but its references to entities that lie nowhere."""
    kinds = [name for kind in ("arguments", "docstrings", "graphs", "plans", "shapes") for name in ("-k", f"corpus.{kind}")]
    output = tmp_path / "corpus.tgz"
    command = [stock_pyflyte / "pyflyte", *kinds, "package", *IMAGES, "--source", ".", "--output", output]
    subprocess.run(command, cwd=CORPUS, env=connected.environment, check=True, capture_output=True)
    register = ("flytectl", "register", "files", "--continueOnError", "--archive", str(output), *SCOPE, "--version", "corpus")
    rows = re.findall(r"\| \d+_(\S+) +\| (\w+) +\|", connected.run(*register).stdout)
    assert len(rows) == len(Archive.read(output).specs) >= 150
    assert {name for name, status in rows if status != "Success"} == REFUSED
