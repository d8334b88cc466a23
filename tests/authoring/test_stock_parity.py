"""The same source gives the same specs here and in stock flytekit, message by message.

``GLIDEPATH_STOCK_PYTHON`` is the interpreter of an environment with stock flytekit (and, for pods, the Kubernetes client).
"""

import os
import subprocess
import sys
import tarfile
from collections.abc import Callable
from pathlib import Path

import pytest
from google.protobuf.message import Message

from glidepath.compiler.draft import branch_children
from glidepath.idl import admin, core
from glidepath.idl.hashes import difference

HERE = Path(__file__).parent
SOURCES = HERE / "sources"
STOCK_PYTHON = Path(os.environ.get("GLIDEPATH_STOCK_PYTHON", HERE.parents[1] / ".venv-stock/bin/python"))
IMAGES = ["--image", "img:v1", "--image", "trainer=repo/trainer:v2"]
MESSAGES = {"1": admin.TaskSpec, "2": admin.WorkflowSpec, "3": admin.LaunchPlan}
TYPES = {"1": core.ResourceType.TASK, "2": core.ResourceType.WORKFLOW, "3": core.ResourceType.LAUNCH_PLAN}

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not STOCK_PYTHON.exists(), reason="GLIDEPATH_STOCK_PYTHON names no stock flytekit"),
]


def forget_version(spec: Message) -> None:
    if isinstance(spec, admin.TaskSpec):
        spec.template.metadata.runtime.version = ""


def forget_echo_inputs(spec: Message) -> None:
    if isinstance(spec, admin.TaskSpec):
        spec.template.config.pop("echo_inputs", None)


def sort_upstream(spec: Message) -> None:
    if isinstance(spec, admin.WorkflowSpec):
        for template in (spec.template, *spec.sub_workflows):
            for node in template.nodes:
                sort_upstream_of(node)


def sort_upstream_of(node: core.Node) -> None:
    node.upstream_node_ids.sort()
    for child in branch_children(node):
        sort_upstream_of(child)


DIFFERENCES: dict[str, tuple[str, Callable[[Message], None]]] = {
    "template.metadata.runtime.version": (
        "the version of the library that made the spec: flytekit's there, ours here",
        forget_version,
    ),
    "template.nodes[].upstream_node_ids": (
        "stock writes a set, in another order in each process; ours are in node order",
        sort_upstream,
    ),
    "template.config[echo_inputs]": (
        "the order of an echo task's inputs, which stock keeps nowhere: its server copies one at most",
        forget_echo_inputs,
    ),
}
"""All that may differ: field, why, and how it is made equal."""

Specs = dict[tuple[int, str], Message]


def stock_specs(package: str, folder: Path, *options: str) -> Specs:
    """What stock's ``pyflyte package`` makes, in order."""
    archive = folder / "stock.tgz"
    command = [STOCK_PYTHON.parent / "pyflyte", "--pkgs", package, "package", *IMAGES, "--source", ".", "--output", archive]
    subprocess.run([*command, *options], cwd=SOURCES, check=True, capture_output=True)
    found: Specs = {}
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            if member.name.endswith(".pb"):
                stem = Path(member.name).stem
                kind, name = stem[-1], stem[:-2].partition("_")[2]
                found[TYPES[kind], name] = MESSAGES[kind].FromString(tar.extractfile(member).read())
    return found


def own_specs(package: str, folder: Path, mode: str = "") -> Specs:
    """What ours makes, in another process."""
    output = folder / f"own{mode}"
    output.mkdir()
    subprocess.run([sys.executable, HERE / "serialise.py", SOURCES, package, output, mode], check=True, capture_output=True)
    found: Specs = {}
    for path in sorted(output.iterdir()):
        _, kind, name = path.stem.split("_", 2)
        found[int(kind), name] = MESSAGES[str(kind)].FromString(path.read_bytes())
    return found


def assert_equal(stock: Specs, own: Specs) -> None:
    assert list(own) == list(stock)
    for key, theirs in stock.items():
        ours = own[key]
        for _, make_equal in DIFFERENCES.values():
            make_equal(ours)
            make_equal(theirs)
        assert ours == theirs, f"{key}: {difference(theirs, ours)[:5] or 'a message is set in one of the two only'}"


def test_every_entity_of_the_corpus_has_stocks_spec(tmp_path: Path) -> None:
    stock = stock_specs("corpus", tmp_path)
    assert len(stock) >= 150
    assert_equal(stock, own_specs("corpus", tmp_path))


def test_specs_for_code_in_an_archive_are_stocks(tmp_path: Path) -> None:
    environment = ["--env", "A=from settings", "--env", "Z=2"]
    assert_equal(stock_specs("corpus", tmp_path, "--fast", *environment), own_specs("corpus", tmp_path, "fast"))


def has_kubernetes(python: str | Path) -> bool:
    code = "import importlib.util, sys; sys.exit(importlib.util.find_spec('kubernetes') is None)"
    return subprocess.run([python, "-c", code]).returncode == 0


def test_pod_templates_have_stocks_spec(tmp_path: Path) -> None:
    if not (has_kubernetes(STOCK_PYTHON) and has_kubernetes(sys.executable)):
        pytest.skip("needs the Kubernetes client on both sides")
    stock = stock_specs("pods", tmp_path)
    assert len(stock) == 8
    assert_equal(stock, own_specs("pods", tmp_path))


def without_strays(stock: Specs) -> Specs:
    """What stock makes, without the tasks ``…._bash.<name>`` that it registers beside shell tasks and never runs."""
    return {key: spec for key, spec in stock.items() if "._bash." not in key[1]}


def test_other_kinds_of_tasks_have_stocks_spec(tmp_path: Path) -> None:
    stock = without_strays(stock_specs("flavours", tmp_path))
    assert len(stock) == 30
    assert_equal(stock, own_specs("flavours", tmp_path))


def test_other_kinds_of_tasks_find_their_code_in_an_archive_as_stocks_do(tmp_path: Path) -> None:
    environment = ["--env", "A=from settings", "--env", "Z=2"]
    stock = without_strays(stock_specs("flavours", tmp_path, "--fast", *environment))
    assert_equal(stock, own_specs("flavours", tmp_path, "fast"))
