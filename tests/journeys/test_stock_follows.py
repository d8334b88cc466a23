"""Stock FlyteRemote looks into executions with branches and dynamic tasks on the embedded server, and answers their gates."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from journey_world import EXAMPLES, STOCK_SIDE, Server, Shell, pointed_at

from glidepath import FlyteRemote

pytestmark = pytest.mark.slow
SOURCES = Path(__file__).parent / "sources" / "again"


@pytest.fixture(scope="module")
def facts(embedded_server: Server, stock_pyflyte: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    shell = Shell(tmp_path_factory.mktemp("follow"), pointed_at(embedded_server))
    shell.ok("pyflyte", "run", "--remote", "--wait", "--name", "follow-tree", str(SOURCES / "nested.py"), "speech_wf")
    shell.ok("pyflyte", "run", "--remote", "--name", "follow-gates", str(EXAMPLES / "gates.py"), "release_wf")
    stock = replace(shell, commands=stock_pyflyte)
    stock.ok("python", str(STOCK_SIDE / "follow.py"), "facts.json", "follow-tree", "follow-gates")
    found: dict[str, Any] = json.loads((shell.folder / "facts.json").read_text())
    return found


def test_the_taken_arm_and_the_nodes_of_its_plan_are_seen(facts: dict[str, Any]) -> None:
    dynamic, inside = facts["tree"]["n0"]
    assert not dynamic
    [(arm, (arm_dynamic, plan))] = inside.items()
    assert (arm, arm_dynamic) == ("n0-0-n0-n0", True)
    bodies = {name: nodes for name, (_, nodes) in plan.items() if not name.endswith("-node")}
    assert len([nodes for nodes in bodies.values() if nodes]) == 2  # two sub-workflows, each with a task inside
    assert facts["outputs"] == {"n0": "HELLO", "n1": "HELLO"}


def test_gates_are_answered(facts: dict[str, Any]) -> None:
    assert facts["gated"] == ["SUCCEEDED", 3]


def test_our_handle_follows_as_deep(facts: dict[str, Any], embedded_server: Server) -> None:
    with FlyteRemote.for_endpoint(embedded_server.endpoint, insecure=True) as remote:
        execution = remote.sync(remote.fetch_execution(name="follow-tree"), sync_nodes=True)
        arm = execution.node_executions["n0"].subworkflow_node_executions["n0-n0"]
        assert arm.outputs["o0"] == "HELLO"
        first = arm.subworkflow_node_executions["dn0"]
        assert first.subworkflow_node_executions["n0"].outputs["o0"] == "HELLO"
