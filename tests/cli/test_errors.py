import os
import subprocess
import sys

import click
import pytest

from glidepath.cli.errors import Program, explain, run
from glidepath.errors import FlyteEntityNotExistException, FlyteUserRuntimeException


def finish(body, capsys, usage_exit=2, args=()):
    with pytest.raises(SystemExit) as caught:
        run(click.Command("c", callback=body, params=[click.Option(["--n"], type=int)]), Program("prog", usage_exit), args)
    return caught.value.code, capsys.readouterr()


def raising(error):
    def body(n):
        raise error

    return body


def test_success_is_zero(capsys):
    assert finish(lambda n: None, capsys)[0] == 0


def test_a_command_may_choose_its_code(capsys):
    assert finish(lambda n: click.get_current_context().exit(255), capsys)[0] == 255


def test_an_error_of_the_tree_is_one_text(capsys):
    error = FlyteEntityNotExistException("no such thing", where="p/d", hint="look elsewhere")
    code, output = finish(raising(error), capsys)
    assert (code, output.out, output.err) == (1, "", "Error: no such thing\n  at: p/d\n  try: look elsewhere\n")


@pytest.mark.parametrize("usage_exit", [1, 2])
def test_a_wrong_call_has_the_programs_code(capsys, usage_exit):
    code, output = finish(lambda n: None, capsys, usage_exit, ["--n", "x"])
    assert code == usage_exit and "'x' is not a valid integer" in output.err and "Try 'prog --help'" in output.err


def test_ctrl_c_is_quiet(capsys):
    code, output = finish(raising(KeyboardInterrupt()), capsys)
    assert (code, output.err.strip()) == (130, "")


def test_a_fault_of_ours_is_no_traceback(capsys):
    code, output = finish(lambda n: __import__("json").loads("{"), capsys)
    assert code == 1 and "Error" in output.err


def test_users_frames_are_shown_and_ours_are_not(tmp_path):
    path = tmp_path / "user_code.py"
    path.write_text("def work():\n    raise KeyError('price')\n")
    scope: dict = {}
    exec(compile(path.read_text(), str(path), "exec"), scope)
    try:
        try:
            scope["work"]()
        except KeyError as error:
            raise FlyteUserRuntimeException("task failed", where="n0") from error
    except FlyteUserRuntimeException as error:
        text = click.unstyle(explain(error))
    assert "user_code.py" in text and "raise KeyError('price')" in text and "KeyError: 'price'" in text
    assert text.endswith("Error: task failed\n  at: n0") and "glidepath/cli" not in text


def test_a_syntax_error_of_the_user_shows_the_line():
    try:
        compile("x = (", "user.py", "exec")
    except SyntaxError as error:
        assert "user.py" in explain(error) and "SyntaxError" in explain(error)


def test_everything_is_shown_on_demand(monkeypatch):
    monkeypatch.setenv("GLIDEPATH_TRACEBACK", "1")
    try:
        raise FlyteEntityNotExistException("gone")
    except FlyteEntityNotExistException as error:
        assert "Traceback" in explain(error) and "test_errors.py" in explain(error)


def test_a_closed_pipe_is_quiet():
    code = (
        "import click\nfrom glidepath.cli.errors import Program, run\n"
        "run(click.Command('c', callback=lambda: [click.echo('x' * 1000) for _ in range(1000)]), Program('p'), [])"
    )
    read, write = os.pipe()
    process = subprocess.Popen([sys.executable, "-c", code], stdout=write, stderr=subprocess.PIPE, text=True)
    os.close(write)
    os.read(read, 10)
    os.close(read)
    _, err = process.communicate(timeout=30)
    assert err == "" and process.returncode in (1, 141)
