"""Stock flytekit's commands on the embedded server, and our examples in stock's hands."""

import re
import shutil
import subprocess
from dataclasses import replace

import pytest
from journey_world import EXAMPLES, STOCK_PYTHON

pytestmark = pytest.mark.slow
SCOPE = ("-p", "flytesnacks", "-d", "development")
BEST = "Score(model='forest', accuracy=0.9815"
COLOURS = re.compile(r"\x1b\[[0-9;]*m")


@pytest.fixture
def stock(interop, tmp_path):
    """Stock's commands in an empty folder."""
    return replace(interop.stock, folder=tmp_path)


def test_register_names_every_entity(interop):
    said = interop.registration
    assert "[✔] Task: interop.values.bulky\n" in said
    assert "[✔] Workflow: interop.graphs.plans_wf\n" in said
    assert "[✔] Launch Plan: interop.fixed\n" in said
    assert "Successfully registered 37 entities" in said


def test_register_again_changes_nothing(interop):
    assert "Successfully registered 37 entities" in interop.stock.ok(
        "pyflyte", "register", *SCOPE, "--version", "stock", "interop"
    )


def test_run_remote_trains_on_wine(stock, remote):
    """A DataFrame, a dataclass, a file and a NamedTuple between tasks and sub-workflows, all run by stock's entrypoint."""
    shutil.copy(EXAMPLES / "wine.py", stock.folder)
    run = ("pyflyte", "run", "--remote", "--wait", "--poll-interval", "1", "wine.py", "training_wf", "--test_size", "0.3")
    said = COLOURS.sub("", stock.ok(*run))
    name = re.search(r"/executions/(\w+)\b", said)[1]
    assert f"Execution {name} has succeeded." in said
    execution = remote.fetch_execution(name=name)
    assert vars(execution.outputs["best"])["model"] == "forest"
    assert vars(execution.outputs["best"])["accuracy"] == 0.9815
    with open(execution.outputs["report"]) as report:
        assert report.readline() == "# 178 wines, 3 cultivars\n"


def test_run_remote_of_a_failing_workflow_shows_its_error(stock, interop):
    run = ("pyflyte", "run", "--remote", "--wait", "--poll-interval", "1", "interop/graphs.py", "broken_wf", "--text", "x y")
    done = replace(stock, folder=interop.stock.folder).run(*run)
    assert done.returncode != 0
    assert "invalid literal for int() with base 10: 'x y'" in done.stdout + done.stderr


def test_run_local_trains_on_wine(stock):
    said = stock.ok("pyflyte", "run", str(EXAMPLES / "wine.py"), "training_wf", "--test_size", "0.3")
    assert BEST in said


def test_fetch_downloads_what_a_task_made(stock, interop):
    name = interop.facts["default"]["executions"]["values"]
    stock.ok("pyflyte", "fetch", "--recursive", f"flyte://v1/flytesnacks/development/{name}/n2/o", "got")
    assert (stock.folder / "got/file/copy.txt").read_text() == "one\ntwo\nand a task's\n"
    assert (stock.folder / "got/folder/deep/b.txt").read_text() == "B"


def test_launch_plans_are_shown_and_activated(stock):
    shown = stock.ok("pyflyte", "get", "launchplan", *SCOPE, "interop.doubled", "ours")
    assert '"version": "ours"' in shown
    assert '"state": "ACTIVE"' not in shown
    assert "Launchplan was set to ACTIVE: interop.doubled:ours" in COLOURS.sub(
        "", stock.ok("pyflyte", "launchplan", *SCOPE, "--activate", "interop.doubled", "ours")
    )
    assert '"state": "ACTIVE"' in stock.ok("pyflyte", "get", "launchplan", *SCOPE, "interop.doubled", "ours")


def test_stock_environment_holds_no_glidepath(interop):
    code = "import importlib.util; print(importlib.util.find_spec('glidepath'))"
    assert subprocess.run([STOCK_PYTHON, "-c", code], capture_output=True, text=True).stdout == "None\n"
