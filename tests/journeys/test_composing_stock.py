"""Stock flytekit on the same scripts: it registers them, they run on our server, and its specs are ours.

The scripts are those of ``test_composing``, with the import line rewritten. Stock's commands register them twice: with stock's
image, whose tasks stock's entrypoint runs, and with another, whose tasks ours runs.
"""

from __future__ import annotations

import base64
import gzip
import json
import shutil
import sys
import tarfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from composing_journeys import JOURNEYS
from composing_world import (
    OURS_ALONE,
    OWN_IMAGE,
    Journey,
    World,
    own_sources,
    recording_server,
    register,
    stock_sources,
)
from google.protobuf.message import Message
from journey_world import Shell, clean_environment

from glidepath.idl import admin, core
from glidepath.idl.hashes import difference

pytestmark = pytest.mark.slow
BY_STOCK = [journey for journey in JOURNEYS if journey.module not in OURS_ALONE]
VERSIONS = {"stock": "stock's entrypoint runs the tasks", "own": "our runtime runs them"}
MESSAGES = {"1": admin.TaskSpec, "2": admin.WorkflowSpec, "3": admin.LaunchPlan}

Launched = dict[tuple[str, str], core.WorkflowExecutionIdentifier]


@pytest.fixture(scope="module")
def stock_root(stock_pyflyte: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("stock-sources")
    stock_sources(folder)
    return folder


@pytest.fixture(scope="module")
def world(stock_root: Path, stock_pyflyte: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    own = tmp_path_factory.mktemp("sources")
    own_sources(own)
    for name in [name for name in sys.modules if name.partition(".")[0] in ("shown", "composed")]:
        del sys.modules[name]
    sys.path.insert(0, str(own))  # what outputs are read with; the server runs what stock registered
    with recording_server(tmp_path_factory.mktemp("server")) as found:
        stock = replace(found.shell, commands=stock_pyflyte)
        register(stock, stock_root, "stock")
        register(stock, stock_root, "own", "--image", OWN_IMAGE)
        yield found
    sys.path.remove(str(own))


@pytest.fixture(scope="module")
def launched(world: World) -> Launched:
    return {(version, str(journey)): world.launch(journey, version) for version in VERSIONS for journey in BY_STOCK}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("journey", BY_STOCK, ids=str)
def test_what_stock_registers_runs_on_our_server(world: World, launched: Launched, journey: Journey, version: str) -> None:
    outcome = world.outcome(journey, launched[version, str(journey)])
    story = outcome.story
    if journey.fails:
        assert story.phase == "FAILED"
        assert journey.fails in story.error.message
    else:
        assert story.phase == "SUCCEEDED", story.error
        assert journey.outputs is None or outcome.outputs == journey.outputs


def forget_what_may_differ(spec: Message) -> None:
    """The version of the library, and with it the image of SQLite tasks that name none; the order of upstream ids, a set in
    stock's source; and packed settings: see below."""
    if isinstance(spec, admin.TaskSpec):
        spec.template.metadata.runtime.version = ""
        if spec.template.type == "sqlite":
            spec.template.container.image = ""
        for variable in spec.template.container.env:
            if variable.key == "_F_SS_C":
                variable.value = unpacked(variable.value)
    elif isinstance(spec, admin.WorkflowSpec):
        for template in (spec.template, *spec.sub_workflows):
            for node in template.nodes:
                node.upstream_node_ids.sort()


def unpacked(settings: str) -> str:
    """The settings that eager tasks carry, as JSON, without the folder of the sources on the machine that packed them."""
    document = json.loads(gzip.decompress(base64.b64decode(settings)))
    return json.dumps({**document, "source_root": None}, sort_keys=True)


def packaged(shell: Shell, folder: Path, package: str, archive: Path) -> dict[str, Message]:
    """Entities as ``pyflyte package`` writes them, by kind and name, in order."""
    args = ("--pkgs", package, "package", "--image", "img:v1", "--source", ".", "--output", str(archive))
    replace(shell, folder=folder).ok("pyflyte", *args)
    found: dict[str, Message] = {}
    with tarfile.open(archive) as tar:
        for member in sorted(tar.getmembers(), key=lambda member: member.name):
            if member.name.endswith(".pb"):
                name = Path(member.name).stem.partition("_")[2]
                if "._bash." in name:
                    continue  # stock registers a function task beside each shell task, and never runs it
                spec = MESSAGES[name[-1]].FromString(tar.extractfile(member).read())
                forget_what_may_differ(spec)
                found[name] = spec
    return found


@pytest.mark.parametrize("package", ["shown", "composed"])
def test_specs_are_stocks(stock_root: Path, stock_pyflyte: Path, tmp_path: Path, package: str) -> None:
    shell = Shell(tmp_path, clean_environment(tmp_path))
    shutil.copytree(stock_root / package, tmp_path / "ours" / package)
    stock = packaged(replace(shell, commands=stock_pyflyte), stock_root, package, tmp_path / "stock.tgz")
    own = packaged(shell, tmp_path / "ours", package, tmp_path / "own.tgz")
    assert sorted(own) == sorted(stock)
    differing = {name: difference(stock[name], own[name])[:5] for name in stock if stock[name] != own[name]}
    assert not differing
