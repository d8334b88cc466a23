"""Code that is wrong, as its author sees it: in a local run, when packing, when registering.

What lies below is tested elsewhere: every check of a call and of a declaration in ``tests/authoring``, import errors in
``tests/bundle/test_loading.py``, options of ``pyflyte run`` in ``tests/cli/pyflyte/test_inputs.py``.
"""

import pytest
from bad_input import GOOD, HEAD, fails, write

SHOUT = "@task\ndef shout(text: str) -> str:\n    return text.upper()\n\n\n"
MISMATCH = f"{HEAD}{SHOUT}@workflow\ndef wf(n: int) -> str:\n    return shout(text=double(n=n))\n"


@pytest.mark.parametrize(
    ("source", "message"),
    [
        (
            MISMATCH,
            "input 'text' of bad.shout takes str, but Promise(n0.o0), which bad.double returns, is int\n"
            "  at: node n1 of workflow bad.wf, {folder}/bad.py:16\n"
            "  try: change one of the two annotations, or put a task between them that makes str of int\n",
        ),
        (
            f'{HEAD}@workflow\ndef wf(n: int) -> int:\n    return double(n="four")\n',
            "input 'n' of bad.double takes int: expected a value of type int, got 'four' of type str\n"
            "  at: node n0 of workflow bad.wf, {folder}/bad.py:11\n",
        ),
        (
            f"{HEAD}@workflow\ndef wf(n: int) -> int:\n    return double(m=n)\n",
            "bad.double has no input 'm'\n  at: the body of workflow bad.wf, {folder}/bad.py:11\n  try: its inputs are n\n",
        ),
        (
            f"{HEAD}@workflow\ndef wf(n: int) -> str:\n    return double(n=n)\n",
            "output 'o0' of bad.wf takes str, but Promise(n0.o0), which bad.double returns, is int\n"
            "  at: {folder}/bad.py:9\n"
            "  try: change one of the two annotations, or put a task between them that makes str of int\n",
        ),
        (
            "from glidepath import task\n\n\n@task\ndef wf(n) -> int:\n    return n\n",
            "{folder}/bad.py does not import: FlyteMissingTypeException: parameter 'n' of bad.wf has no type annotation\n"
            "  at: {folder}/bad.py:4\n"
            "  try: write n: int, or whatever it is; pickle_untyped=True lets untyped values travel as pickles\n",
        ),
    ],
    ids=["between tasks", "constant", "unknown input", "output", "no annotation"],
)
def test_types_that_do_not_fit_are_told_with_place_and_way_out(shell, source, message):
    write(shell, "bad.py", source)
    said = fails(shell, "pyflyte", "run", "bad.py", "wf", "--n", "1")
    assert said == f"Error: {message.format(folder=shell.folder)}"


def test_a_package_of_types_that_do_not_fit_is_not_written(shell):
    write(shell, "bad.py", MISMATCH)
    said = fails(shell, "pyflyte", "-k", "bad", "package", "--image", "img:v1", "-o", "wf.tgz")
    assert said.startswith("Error: input 'text' of bad.shout takes str")
    assert [path.name for path in shell.folder.iterdir() if path.suffix == ".tgz"] == []


@pytest.mark.parametrize(
    ("inputs", "message"),
    [
        (["--n", "four"], "Invalid value for '--n': 'four' is no whole number"),
        ([], "Missing option '--n'"),
        (["--n", "1", "--mm", "2"], "No such option '--mm'. Did you mean '--m'?"),
    ],
    ids=["mismatch", "missing", "unknown"],
)
def test_inputs_that_do_not_fit_are_a_wrong_call(shell, inputs, message):
    said = fails(shell, "pyflyte", "run", write(shell, "good.py", GOOD), "wf", *inputs, code=2)
    assert f"Try 'pyflyte run good.py wf --help' for help.\n\nError: {message}" in said


BROKEN = 'from glidepath import task\n\nLIMITS = {"low": 1}\nHIGH = LIMITS["high"]\n'


@pytest.mark.parametrize(
    "command",
    [
        ("pyflyte", "run", "broken.py", "wf"),
        ("pyflyte", "-k", "broken", "package", "--image", "img:v1"),
        ("pyflyte", "-c", "nowhere.yaml", "register", "broken.py"),
    ],
    ids=["run", "package", "register"],
)
def test_a_file_that_does_not_import_shows_the_users_line(shell, command):
    write(shell, "broken.py", BROKEN)
    write(shell, "nowhere.yaml", "admin: {endpoint: localhost:1, insecure: true}\n")
    said = fails(shell, *command)
    place = f"{shell.folder}/broken.py"
    assert f'Traceback (most recent call last):\n  File "{place}", line 4, in <module>\n    HIGH = LIMITS["high"]\n' in said
    assert said.count("File ") == 1
    assert said.endswith(f"Error: {place} does not import: KeyError: 'high'\n  at: {place}:4\n")


def test_a_syntax_error_shows_the_users_line(shell):
    write(shell, "broken.py", "def t() -> int\n    return 1\n")
    said = fails(shell, "pyflyte", "run", "broken.py", "t")
    assert "    def t() -> int\n" in said and said.endswith(f"  at: {shell.folder}/broken.py:1\n")
    assert "Traceback" not in said


def test_what_is_not_there_is_named(shell):
    write(shell, "good.py", GOOD)
    assert "File gone.py does not exist" in fails(shell, "pyflyte", "run", "gone.py", "wf")
    said = fails(shell, "pyflyte", "run", "good.py", "wff")
    assert said == "Error: Task/Workflow 'wff' not found in good.py\n  try: there are: wf, double\n"


def test_a_task_that_exits_with_success_is_a_failure_here_too(shell):
    """On a server its process would end without outputs."""
    write(shell, "quits.py", "import sys\n\n" + GOOD.replace("return n * 2", "sys.exit(0)\n    return n"))
    said = fails(shell, "pyflyte", "run", "quits.py", "wf", "--n", "1")
    assert f'File "{shell.folder}/quits.py", line 8, in double\n    sys.exit(0)\n' in said
    assert said.endswith(
        "Error: task quits.double called sys.exit(0)\n  at: node n0, attempt 1, of quits.wf (task quits.double)\n"
        "  try: return from the function to succeed, raise an exception to fail\n"
    )


def test_an_output_of_another_type_is_named(shell):
    write(shell, "bad.py", GOOD.replace("return n * 2", 'return "two"'))
    said = fails(shell, "pyflyte", "run", "bad.py", "wf", "--n", "1")
    assert said.startswith(
        "Error: output 'o0' cannot be converted: expected a value of type int, got 'two' of type str\n  at: "
    )
