"""Reference tasks and launch plans: what lies on the control plane, used without its code."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from journey_world import Shell

pytestmark = pytest.mark.slow
SOURCES = Path(__file__).parent / "sources"
SCOPE = ("-p", "flytesnacks", "-d", "development")


@pytest.fixture
def referring(connected: Shell) -> Shell:
    """A folder with the code that refers, and a server that has what it refers to."""
    shutil.copytree(SOURCES / "composed", connected.folder / "far" / "composed", ignore=shutil.ignore_patterns("own_*"))
    (connected.folder / "far" / "composed" / "__init__.py").touch()
    Shell(connected.folder / "far", connected.environment).ok("pyflyte", "register", *SCOPE, "--version", "far", "composed")
    shutil.copy(SOURCES / "referring" / "late.py", connected.folder)
    return connected


def test_references_run_on_the_control_plane_that_has_them(referring, remote):
    runs = {
        ("all_kinds", "--n", "3"): 5 + 5 + 7,
        ("mapped", "--ns", "[1, 2, 3]"): 12,
        ("chosen", "--n", "9"): 10,
        ("chosen", "--n", "2"): 2,
        ("drawn_wf", "--n", "2"): 6 + 4 + 5,
    }
    found = {}
    for arguments in runs:
        said = referring.run("pyflyte", "run", "--remote", "--wait", "late.py", *arguments).stdout
        name = re.search(r"/executions/(\S+) to see", said)
        execution = remote.fetch_execution(name=name.group(1))
        found[arguments] = execution.outputs["o0"] if execution.is_successful else execution.error.message
    assert found == runs


def test_a_reference_in_a_local_run_names_itself_and_says_where_it_can_run(referring):
    done = referring.run("pyflyte", "run", "late.py", "all_kinds", "--n", "3")
    assert done.returncode == 1
    assert re.search(r"composed\.\S+, which is a reference: there is no code of it to run here", done.stderr)
    assert "pyflyte run --remote" in done.stderr
