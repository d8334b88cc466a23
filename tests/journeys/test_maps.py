"""Maps of real Python tasks on the embedded server: retries, failed items, recovery."""

import re
import shutil
from pathlib import Path

import pytest

from glidepath import FlyteRemote
from glidepath.idl import admin, core

pytestmark = pytest.mark.slow
SOURCE = Path(__file__).parent / "sources" / "map_items.py"
LINK = re.compile(r"/executions/(\S+) to see execution in the console\.")
PHASE = core.TaskExecution.Phase.Name


@pytest.fixture
def remote(embedded_server):
    with FlyteRemote.for_endpoint(embedded_server.endpoint, insecure=True) as handle:
        yield handle


@pytest.fixture
def marks(connected):
    shutil.copy(SOURCE, connected.folder)
    folder = connected.folder / "marks"
    folder.mkdir()
    return folder


def launch(connected, workflow, *args):
    """The name of an execution that has ended, and what the command said."""
    said = connected.run("pyflyte", "run", "--remote", "--wait", SOURCE.name, workflow, *args).stdout
    return LINK.search(said).group(1), said


def items(remote, execution):
    """Index, attempt and phase of each external resource of the array ``n0``."""
    node = core.NodeExecutionIdentifier(node_id="n0", execution_id=execution.id)
    request = admin.TaskExecutionListRequest(node_execution_id=node, limit=10)
    (found,) = remote.client.raw.list_task_executions(request).task_executions
    return [(each.index, each.retry_attempt, PHASE(each.phase)) for each in found.closure.metadata.external_resources]


def test_an_item_is_tried_again_alone(connected, remote, marks):
    name, _ = launch(connected, "squares", "--ns", "[1,2,3,4]", "--marks", str(marks))
    execution = remote.fetch_execution(name=name)
    assert execution.outputs["o0"] == [1, 4, 9, 16]
    assert sorted(path.name for path in marks.iterdir()) == ["1-0", "2-0", "3-0", "3-1", "4-0"]
    assert items(remote, execution) == [
        (0, 0, "SUCCEEDED"),
        (1, 0, "SUCCEEDED"),
        (2, 0, "FAILED"),
        (2, 1, "SUCCEEDED"),
        (3, 0, "SUCCEEDED"),
    ]


def test_the_logs_of_an_item_can_be_read(connected, remote, marks):
    name, _ = launch(connected, "inverses", "--ns", "[1,0]")
    node = core.NodeExecutionIdentifier(node_id="n0", execution_id=remote.fetch_execution(name=name).id)
    request = admin.TaskExecutionListRequest(node_execution_id=node, limit=10)
    (found,) = remote.client.raw.list_task_executions(request).task_executions
    logs = [log for each in found.closure.metadata.external_resources for log in each.logs]
    assert [log.name for log in logs] == ["Logs-0", "Logs-1"]
    assert all(log.uri.endswith(f"-n0-0-n{index}-0") for index, log in enumerate(logs))


def test_enough_items_are_enough(connected, remote, marks):
    name, _ = launch(connected, "inverses", "--ns", "[1,0,4]")
    execution = remote.fetch_execution(name=name)
    assert execution.outputs.get("o0", as_type=list[float | None]) == [1.0, None, 0.25]
    assert items(remote, execution) == [(0, 0, "SUCCEEDED"), (1, 0, "FAILED"), (2, 0, "SUCCEEDED")]


def test_too_few_items_fail_the_execution_and_say_which(connected, marks):
    _, said = launch(connected, "inverses", "--ns", "[0,0,4]")
    assert "[0-1]: " in said
    assert "division by zero" in said


def test_recover_runs_only_the_items_that_failed(connected, remote, marks):
    (marks / "closed").touch()
    name, said = launch(connected, "visits", "--ns", "[2,3,4]", "--marks", str(marks))
    assert "3 is closed" in said
    (marks / "closed").unlink()
    source = remote.fetch_execution(name=name).id
    recovered = remote.client.raw.recover_execution(admin.ExecutionRecoverRequest(id=source)).id
    execution = remote.wait(remote.fetch_execution(name=recovered.name))
    assert execution.outputs["o0"] == [2, 3, 4]
    assert {path.name: path.read_text() for path in marks.iterdir()} == {"visits-2": "x", "visits-3": "xx", "visits-4": "x"}
