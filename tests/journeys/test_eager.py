"""Eager functions on the embedded server: children, failures, cancelling, crashes; the same as in a local run."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_world import World, free_port, until
from journey_world import Shell

from glidepath import FlyteRemote
from glidepath.clients.pages import Query
from glidepath.executors.processes.warm import records
from glidepath.idl import admin, core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parent / "sources" / "eagers.py"
PROJECT, DOMAIN = "flytesnacks", "development"
PHASE = core.WorkflowExecution.Phase


@pytest.fixture
def eagers(connected: Shell) -> Shell:
    shutil.copy(SOURCE, connected.folder / "eagers.py")
    return connected


def start(shell: Shell, function: str, *inputs: str, wait: bool = True) -> str:
    """Launch an eager function; its execution's name."""
    waiting = ("--wait",) if wait else ()
    done = shell.run("pyflyte", "run", "--remote", *waiting, "eagers.py", function, *inputs)
    return done.stdout.partition("/executions/")[2].split()[0]


def children(remote: FlyteRemote, name: str) -> list[admin.Execution]:
    """The executions that carry the label of an eager one."""
    query = Query(filters=f"eq(execution_tag.key,eager-exec)+eq(execution_tag.value,{name})", ascending=True)
    return list(remote.client.executions(PROJECT, DOMAIN, query))


def phases(found: list[admin.Execution]) -> list[str]:
    return [PHASE.Name(each.closure.phase) for each in found]


def test_a_local_run_and_the_server_give_the_same(eagers: Shell, remote: FlyteRemote) -> None:
    expected = [4, 16, 17, 17, 4, 8, -1]
    assert json.loads(eagers.ok("pyflyte", "run", "eagers.py", "composed", "--x", "2").splitlines()[-1]) == expected
    execution = remote.fetch_execution(name=start(eagers, "composed", "--x", "2"))
    assert execution.phase == "SUCCEEDED"
    assert execution.outputs.get("o0", as_type=list[int]) == expected


def test_children_are_linked_to_the_node_that_launched_them(eagers: Shell, remote: FlyteRemote) -> None:
    name = start(eagers, "nested", "--depth", "1")
    (child,) = children(remote, name)
    node = child.spec.metadata.parent_node_execution
    assert (node.execution_id.name, child.spec.metadata.nesting) == (name, 1)
    assert child.id.name.startswith(f"e-nested-{name[:5]}-nested-")
    (grandchild,) = children(remote, child.id.name)
    assert grandchild.spec.labels.values["eager-root-exec"] == name
    assert grandchild.spec.metadata.nesting == 2
    parent = next(found for found in remote.fetch_execution(name=name).node_executions.values() if found.id == node)
    deck = remote.storage.get(parent.closure.deck_uri).decode()
    assert "Eager Executions" in deck
    assert child.id.name in deck


def test_children_are_shown_where_people_look(eagers: Shell, remote: FlyteRemote) -> None:
    name = start(eagers, "inner", "--x", "1")
    (child,) = children(remote, name)
    scope = ("-p", PROJECT, "-d", DOMAIN)
    tree = eagers.ok("flytectl", "get", "execution", name, "--details", *scope)
    assert f"{child.id.name} - eagers.add_one - SUCCEEDED" in tree
    document = json.loads(eagers.ok("flytectl", "get", "execution", name, "--details", "-o", "json", *scope))
    assert child.id.name in json.dumps(document)
    node = child.spec.metadata.parent_node_execution.node_id
    url = f"{remote.config.console_url}/console/projects/{PROJECT}/domains/{DOMAIN}/executions/{name}/nodes/{node}"
    with urllib.request.urlopen(url) as page:
        assert f"/executions/{child.id.name}" in page.read().decode()


def test_a_failure_that_nobody_catches_is_passed_on(eagers: Shell, remote: FlyteRemote) -> None:
    execution = remote.fetch_execution(name=start(eagers, "failing", "--x", "3"))
    assert execution.phase == "FAILED"
    assert execution.error is not None
    assert execution.error.kind == core.ExecutionError.USER
    assert "eagers.picky ended with FAILED" in execution.error.message
    assert "three is not allowed" in execution.error.message


def test_nesting_deeper_than_the_machine_has_slots_comes_to_an_end(eagers: Shell, remote: FlyteRemote) -> None:
    depth = 2 * (os.cpu_count() or 1) + 2
    execution = remote.fetch_execution(name=start(eagers, "nested", "--depth", str(depth)))
    assert execution.phase == "SUCCEEDED"
    assert execution.outputs["o0"] == depth + 1


def test_many_side_by_side(eagers: Shell, remote: FlyteRemote) -> None:
    name = start(eagers, "wide", "--n", "100")
    assert remote.fetch_execution(name=name).outputs["o0"] == 100 * 101 / 2
    assert phases(children(remote, name)) == ["SUCCEEDED"] * 100


def test_what_is_cancelled_or_left_running_ends(eagers: Shell, remote: FlyteRemote) -> None:
    ledger = eagers.folder / "ledger"
    name = start(eagers, "impatient", "--ledger", str(ledger))
    assert remote.fetch_execution(name=name).outputs["o0"] == "cancelled, the other runs"
    until(lambda: phases(children(remote, name)) == ["ABORTED"] * 2, "a child goes on")
    assert "end" not in ledger.read_text()


def test_children_end_with_an_eager_execution_that_is_terminated(eagers: Shell, remote: FlyteRemote) -> None:
    ledger = eagers.folder / "ledger"
    name = start(eagers, "long_running", "--ledger", str(ledger), wait=False)
    until(ledger.exists, "the child did not begin", 60)
    remote.terminate(remote.fetch_execution(name=name), "enough")
    until(lambda: phases(children(remote, name)) == ["ABORTED"], "the child goes on")
    assert remote.fetch_execution(name=name).phase == "ABORTED"


def test_an_attempt_after_a_crash_finds_what_was_done(eagers: Shell, remote: FlyteRemote) -> None:
    ledger = eagers.folder / "ledger"
    name = start(eagers, "dying", "--ledger", str(ledger), "--marker", str(eagers.folder / "marker"))
    assert remote.fetch_execution(name=name).outputs["o0"] == 0 + 1 + 2 + 10 + 100
    assert sorted(ledger.read_text().splitlines()) == [
        *("attempt 0", "attempt 1"),
        *("counted 0", "counted 1", "counted 100", "counted 2"),
    ]
    assert phases(children(remote, name)).count("FAILED") == 1


def test_a_retry_tries_again_what_had_failed_and_nothing_else(eagers: Shell, remote: FlyteRemote) -> None:
    ledger = eagers.folder / "ledger"
    name = start(eagers, "retrying", "--ledger", str(ledger), "--marker", str(eagers.folder / "marker"))
    assert remote.fetch_execution(name=name).outputs["o0"] == 6
    assert ledger.read_text().splitlines() == ["counted 1", "lucky?", "lucky?"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    """A server of its own, which may be killed."""
    port = free_port()
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTE", "GLIDEPATH", "_FLYTE"))}
    env = {**kept, "HOME": str(tmp_path), "FLYTE_PLATFORM_URL": f"localhost:{port}", "FLYTE_PLATFORM_INSECURE": "true"}
    folder = tmp_path / "sources"
    folder.mkdir()
    shutil.copy(SOURCE, folder / "eagers.py")
    made = World(Shell(folder, env), tmp_path / "data", port)
    made.start()
    yield made
    with contextlib.suppress(Exception):
        made.stop()


@pytest.mark.parametrize("seed", [1, 2])
def test_no_child_runs_twice_when_server_and_attempts_are_killed(world: World, tmp_path: Path, seed: int) -> None:
    ledger = tmp_path / "ledger"
    name = start(world.shell, "steps", "--n", "12", "--ledger", str(ledger), wait=False)
    until(lambda: ledger.exists() and ledger.read_text().count("end") >= 3, "nothing goes on", 60)
    world.kill()
    time.sleep(0.1 * seed)
    world.start()
    until(lambda: ledger.read_text().count("end") >= 6, "nothing goes on", 60)
    parents = [path.parent for path in (world.data / "processes" / "attempts").glob(f"*{name}/*/{records.BEGIN}")]
    os.kill(json.loads((parents[0] / records.BEGIN).read_text())["pid"], signal.SIGKILL)
    with world.client() as client:
        this = core.WorkflowExecutionIdentifier(project=PROJECT, domain=DOMAIN, name=name)

        def ended() -> admin.Execution | None:
            found = client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=this))
            return found if found.closure.phase in TERMINAL_WORKFLOW_PHASES else None

        until(lambda: ended() is not None, "the eager execution does not end", 90)
        found = ended()
    assert found is not None
    assert PHASE.Name(found.closure.phase) == "SUCCEEDED", found.closure.error.message
    lines = ledger.read_text().splitlines()
    assert sorted(line for line in lines if line.startswith("end")) == sorted(f"end {index}" for index in range(12))


def test_stock_runs_an_eager_function_on_our_server(eagers: Shell, remote: FlyteRemote, stock_pyflyte: Path) -> None:
    stock = Shell(eagers.folder, eagers.environment, stock_pyflyte)
    name = start(stock, "inner", "--x", "4")
    assert remote.fetch_execution(name=name).outputs["o0"] == 5
    assert phases(children(remote, name)) == ["SUCCEEDED"]


def test_stocks_failure_handler_runs_on_our_server(eagers: Shell, remote: FlyteRemote, stock_pyflyte: Path) -> None:
    stock = Shell(eagers.folder, eagers.environment, stock_pyflyte)
    stock.ok("pyflyte", "register", "-p", PROJECT, "-d", DOMAIN, "--version", "stock-eager", "eagers.py")
    plan = remote.fetch_launch_plan(name="eagers.failing", version="stock-eager")
    execution = remote.execute(plan, {"x": 3}, wait=True)
    assert execution.phase == "FAILED"
    handler = next(node for key, node in execution.node_executions.items() if key.startswith("efn"))
    assert core.NodeExecution.Phase.Name(handler.closure.phase) == "SUCCEEDED"


def test_our_failure_handler_runs_as_well(eagers: Shell, remote: FlyteRemote) -> None:
    eagers.ok("pyflyte", "register", "-p", PROJECT, "-d", DOMAIN, "--version", "own-eager", "eagers.py")
    plan = remote.fetch_launch_plan(name="eagers.failing", version="own-eager")
    execution = remote.execute(plan, {"x": 3}, wait=True)
    assert execution.phase == "FAILED"
    assert "three is not allowed" in (execution.error.message if execution.error else "")
    handler = next(node for key, node in execution.node_executions.items() if key.startswith("efn"))
    assert core.NodeExecution.Phase.Name(handler.closure.phase) == "SUCCEEDED"
