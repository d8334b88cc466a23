"""Journey 2: ``pyflyte run FILE ENTITY`` in this process."""

from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_hello(shell):
    assert shell.ok("pyflyte", "run", str(EXAMPLES / "hello.py"), "hello_wf", "--name", "Ada") == (
        "Running Execution on local.\nHello, Ada!\n"
    )


@pytest.mark.slow
def test_wine_finds_the_better_model(shell):
    out = shell.ok("pyflyte", "run", str(EXAMPLES / "wine.py"), "training_wf", "--test_size", "0.3")
    assert "Training(best=Score(model='forest', accuracy=0.9815" in out


def test_files_stay_where_they_are(shell):
    (shell.folder / "poem.txt").write_text("one two\nthree\n")
    out = shell.ok("pyflyte", "run", str(EXAMPLES / "files.py"), "words_wf", "--text", "poem.txt", "--lines", "1")
    assert "o0={'000000.txt': 2, '000001.txt': 1}" in out


@pytest.mark.parametrize(
    ("script", "arguments", "expected"),
    [
        ("schedules.py", ["summary_wf"], "eu: top 10 of the day before 2026-01-01"),
        ("schedules.py", ["american"], "us: top 3 of the day before 2026-01-01"),
        ("resources.py", ["sizes_wf", "--n", "4"], "DefaultNamedTupleOutput(o0='4 bytes', o1='16 bytes', o2=False)"),
    ],
)
def test_every_example_runs(shell, script, arguments, expected):
    assert shell.ok("pyflyte", "run", str(EXAMPLES / script), *arguments).splitlines()[-1] == expected


def test_a_task_that_raises_shows_the_users_line_and_exits_1(shell):
    done = shell.run("pyflyte", "run", str(EXAMPLES / "retries.py"), "careful_wf", "--b", "0")
    assert done.returncode == 1
    assert "return a / b" in done.stderr
    assert "ZeroDivisionError: division by zero" in done.stderr
    assert "glidepath/local" not in done.stderr
