"""``pyflyte run --signal``: gates of local runs without a terminal."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from glidepath.cli.errors import explain
from glidepath.cli.pyflyte import pyflyte

GATES = str(Path(__file__).parents[3] / "examples" / "gates.py")


def run(*arguments: str, stdin: str = "") -> Result:
    return CliRunner().invoke(pyflyte, ["run", *arguments], input=stdin)


def test_signals_answer_the_gates() -> None:
    done = run("--signal", "title=Spring", "--signal", "approved=yes", GATES, "release_wf")
    assert done.output.splitlines()[-1] == "3"


def test_without_them_and_without_a_terminal_the_gate_is_named() -> None:
    done = run(GATES, "release_wf")
    assert "gate title waits for a value of type str" in explain(done.exception)


def test_what_is_typed_answers_them_too() -> None:
    assert run(GATES, "release_wf", stdin="Spring\ny\n").output.splitlines()[-1] == "3"


@pytest.mark.parametrize("arguments", [["--remote", "--signal", "a=b"], ["--signal", "a"]])
def test_signals_that_cannot_be_are_refused(arguments: list[str]) -> None:
    assert run(*arguments, GATES, "release_wf").exit_code == 2
