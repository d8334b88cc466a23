"""Cached tasks in the terminal and on the embedded server: found again, explained, waited for, overwritten."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from glidepath import FlyteRemote
from glidepath.idl import admin, core

pytestmark = pytest.mark.slow
EXAMPLE = Path(__file__).parents[2] / "examples" / "caching.py"
SCOPE = ("-p", "flytesnacks", "-d", "development")
NAME = re.compile(r"executions/(\S+) to see")
DIVIDED = """
import functools
import time
from pathlib import Path
from glidepath import Cache, map_task, task, workflow

@task(cache=Cache(version="1", serialize=True))
def slow(n: int, folder: str) -> int:
    Path(folder, f"run-{time.time_ns()}").write_text(str(n))
    time.sleep(1.0)
    return n + 1

@workflow
def one(n: int, folder: str) -> int:
    return slow(n=n, folder=folder)

@task(cache=Cache(version="1", ignored_inputs=("folder",)))
def noted(n: int, folder: str) -> int:
    Path(folder, f"item-{n}-{time.time_ns()}").write_text("")
    return 10 * n

@workflow
def many(numbers: list[int], folder: str) -> list[int]:
    return map_task(functools.partial(noted, folder=folder))(n=numbers)
"""


@pytest.fixture
def remote(embedded_server: Any) -> Any:
    with FlyteRemote.for_endpoint(embedded_server.endpoint, insecure=True) as handle:
        yield handle


def launch(connected: Any, *args: str) -> str:
    """The name of an execution that succeeded."""
    found = NAME.search(connected.ok("pyflyte", "run", "--remote", "--wait", *args))
    assert found
    return found.group(1)


def statuses(remote: FlyteRemote, name: str) -> dict[str, str]:
    """The cache status of each task node."""
    scope = core.WorkflowExecutionIdentifier(project="flytesnacks", domain="development", name=name)
    request = admin.NodeExecutionListRequest(workflow_execution_id=scope, limit=100)
    nodes = remote.client.raw.list_node_executions(request).node_executions
    found = {node.id.node_id: core.CatalogCacheStatus.Name(node.closure.task_node_metadata.cache_status) for node in nodes}
    return {uid: status for uid, status in found.items() if uid not in ("start-node", "end-node")}


def test_a_second_run_in_the_terminal_computes_nothing(connected: Any) -> None:
    first = connected.ok("pyflyte", "run", str(EXAMPLE), "report_wf", "--size", "2000")
    second = connected.ok("pyflyte", "-vv", "run", str(EXAMPLE), "report_wf", "--size", "2000")
    assert first == second
    assert "168 primes" in first
    explained = connected.ok("pyflyte", "local-cache", "explain", "count_primes")
    assert "no outputs of caching.count_primes were kept before" in explained.replace("examples.", "")


def test_a_second_run_on_the_server_finds_everything(connected: Any, remote: FlyteRemote) -> None:
    first = launch(connected, str(EXAMPLE), "report_wf", "--size", "3000")
    second = launch(connected, str(EXAMPLE), "report_wf", "--size", "3000", "--greeting", "Again")
    hits = [status for status in statuses(remote, second).values() if status != "CACHE_DISABLED"]
    assert sorted(hits) == ["CACHE_HIT"] * 4
    assert sorted(set(statuses(remote, first).values())) == ["CACHE_DISABLED", "CACHE_POPULATED"]
    assert dict(remote.fetch_execution(name=first).outputs) == dict(remote.fetch_execution(name=second).outputs)


def test_flytectl_explains_a_miss(connected: Any) -> None:
    launch(connected, str(EXAMPLE), "report_wf", "--size", "4000")
    second = launch(connected, str(EXAMPLE), "report_wf", "--size", "5000")
    every = json.loads(connected.ok("flytectl", "get", "cache", second, *SCOPE, "-o", "json"))
    [counted] = [each for each in every if each["task"].endswith("count_primes")]
    assert counted["nearest"]["differences"][0]["what"] == "input below"
    shown = connected.ok("flytectl", "get", "cache", second, "--nodeID", counted["node"], *SCOPE)
    assert "input below: 2000 -> 2500" in shown or "input below: 1500 -> 2500" in shown


def test_overwriting_runs_everything_again(connected: Any, remote: FlyteRemote) -> None:
    launch(connected, str(EXAMPLE), "report_wf", "--size", "6000")
    again = launch(connected, "--overwrite-cache", str(EXAMPLE), "report_wf", "--size", "6000")
    assert "CACHE_HIT" not in statuses(remote, again).values()


@pytest.mark.parametrize("where", [(), ("--remote", "--wait")], ids=["local", "server"])
def test_items_of_a_map_are_found_one_by_one(connected: Any, tmp_path: Path, where: tuple[str, ...]) -> None:
    (connected.folder / "divided.py").write_text(DIVIDED)
    notes = tmp_path / "notes"
    notes.mkdir()
    for numbers in ([1, 2, 3], [2, 3, 4]):
        given = ("--numbers", json.dumps(numbers), "--folder", str(notes))
        connected.ok("pyflyte", "run", *where, "divided.py", "many", *given)
    assert sorted(path.name.split("-")[1] for path in notes.iterdir()) == ["1", "2", "3", "4"]


def test_of_equal_executions_at_once_one_computes(connected: Any, remote: FlyteRemote, tmp_path: Path) -> None:
    (connected.folder / "divided.py").write_text(DIVIDED)
    notes = tmp_path / "notes"
    notes.mkdir()
    run: Callable[[], str] = lambda: connected.ok(  # noqa: E731
        "pyflyte", "run", "--remote", "divided.py", "one", "--n", "1", "--folder", str(notes)
    )
    names = [found.group(1) for found in (NAME.search(run()) for _ in range(3)) if found]
    ended = [remote.wait(remote.fetch_execution(name=name)) for name in names]
    assert [execution.outputs["o0"] for execution in ended] == [2, 2, 2]
    assert len(list(notes.iterdir())) == 1
