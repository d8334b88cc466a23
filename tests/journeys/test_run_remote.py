"""Journey 3: ``pyflyte run --remote`` and ``pyflyte register`` against the embedded control plane."""

import json
import re
import shutil
import urllib.request
from pathlib import Path

import pytest

from glidepath import FlyteRemote

pytestmark = pytest.mark.slow
EXAMPLES = Path(__file__).parents[2] / "examples"
SCOPE = ("-p", "flytesnacks", "-d", "development")
LINK = re.compile(r"\[✔\] Go to (http://\S+/executions/(\S+)) to see execution in the console\.")


def launch(connected, *args: str) -> tuple[str, str]:
    """The console link and the name of an execution that succeeded."""
    out = connected.ok("pyflyte", "run", "--remote", "--wait", *args)
    found = LINK.search(out)
    assert found, out
    return found.group(1), found.group(2)


@pytest.fixture
def remote(embedded_server):
    with FlyteRemote.for_endpoint(embedded_server.endpoint, insecure=True) as handle:
        yield handle


def test_hello_runs_and_its_output_can_be_read(connected, remote):
    _, name = launch(connected, str(EXAMPLES / "hello.py"), "hello_wf", "--name", "Ada")
    execution = remote.fetch_execution(name=name)
    assert execution.outputs["o0"] == "Hello, Ada!"
    assert execution.node_executions["n0"].outputs["o0"] == "Hello, Ada!"


def test_wine_finds_the_same_model_as_a_local_run(connected, remote):
    _, name = launch(connected, str(EXAMPLES / "wine.py"), "training_wf", "--test_size", "0.3")
    outputs = remote.fetch_execution(name=name).outputs
    assert json.loads(json.dumps(outputs["best"], default=vars))["model"] == "forest"
    assert "178 wines" in Path(outputs["report"].download()).read_text()


def test_a_local_file_travels_to_the_task(connected, remote):
    (connected.folder / "poem.txt").write_text("one two\nthree\n")
    _, name = launch(connected, str(EXAMPLES / "files.py"), "words_wf", "--text", "poem.txt", "--lines", "1")
    assert remote.fetch_execution(name=name).outputs.get("o0", as_type=dict[str, int]) == {"000000.txt": 2, "000001.txt": 1}


def test_the_console_page_shows_the_outputs(connected):
    url, _ = launch(connected, str(EXAMPLES / "hello.py"), "hello_wf", "--name", "Grace")
    with urllib.request.urlopen(url) as page:
        assert "Hello, Grace!" in page.read().decode()


def test_flytectl_shows_the_execution(connected):
    _, name = launch(connected, str(EXAMPLES / "hello.py"), "hello_wf", "--name", "Ada")
    shown = json.loads(connected.ok("flytectl", "get", "execution", name, *SCOPE, "-o", "json"))
    assert shown["closure"]["phase"] == "SUCCEEDED"


def test_a_second_attempt_goes_on_from_the_checkpoint_of_the_first(connected, remote):
    _, name = launch(connected, str(EXAMPLES / "retries.py"), "patient_wf", "--url", "abc")
    execution = remote.sync(remote.fetch_execution(name=name), sync_nodes=True)
    assert execution.outputs["o0"] == len("content of abc")
    assert [attempt.phase for attempt in execution.node_executions["n0"].task_executions] == ["FAILED", "SUCCEEDED"]


def test_a_failed_execution_exits_255_with_the_tasks_error(connected):
    done = connected.run("pyflyte", "run", "--remote", "--wait", str(EXAMPLES / "retries.py"), "careful_wf")
    assert done.returncode == 255
    assert "division by zero" in done.stdout


def test_register_says_created_then_unchanged(connected):
    shutil.copytree(EXAMPLES, connected.folder / "examples")
    first = connected.ok("pyflyte", "register", *SCOPE, "examples")
    assert "[✔] Task: examples.hello.greet\n" in first
    assert "[✔] Workflow: examples.wine.training_wf\n" in first
    assert "[✔] Launch Plan: summary_nightly\n" in first
    second = connected.ok("pyflyte", "register", *SCOPE, "examples")
    assert "[✔] Task: examples.hello.greet (unchanged)\n" in second
    count = re.compile(r"Successfully registered (\d+) entities")
    assert count.search(first).group(1) == count.search(second).group(1)


def test_a_type_mismatch_is_refused_before_anything_is_sent(connected):
    done = connected.run("pyflyte", "run", "--remote", str(EXAMPLES / "wine.py"), "training_wf", "--test_size", "many")
    assert done.returncode == 2
    assert "--test_size" in done.stderr
