from datetime import datetime, timezone
from pathlib import Path

import pytest

from glidepath import FlyteDirectory, FlyteFile, kwtypes, workflow
from glidepath.authoring import SerializationSettings
from glidepath.errors import FlyteRecoverableException, FlyteValidationException, FlyteValueException
from glidepath.extras.shell import OutputLocation, RawShellTask, ShellTask, get_raw_shell_task
from glidepath.extras.shell_command import CommandFailed, ProcessResult, subproc_execute


def test_inputs_outputs_and_context_are_filled_in(tmp_path):
    shell = ShellTask(
        "s",
        script="echo {inputs.n} > {outputs.y}; echo {ctx.execution_id.name}; echo {{x}} ${{HOME:+home}}",
        inputs=kwtypes(n=int),
        output_locs=[OutputLocation("y", FlyteFile, f"{tmp_path}/{{inputs.n}}.txt")],
    )
    found = shell(n=7)
    assert Path(found).read_text() == "7\n"
    assert shell.result == ProcessResult(0, "local\n{x} home", "")


def test_files_and_times_appear_as_a_shell_wants_them(tmp_path):
    (tmp_path / "f").write_text("x")
    shell = ShellTask("s", script="cat {inputs.f}; echo {inputs.at}", inputs=kwtypes(f=FlyteFile, at=datetime))
    shell(f=str(tmp_path / "f"), at=datetime(2020, 1, 1, tzinfo=timezone.utc))
    assert shell.result.output == "x2020-01-01T00:00:00+00:00"


def test_folder_is_an_output(tmp_path):
    shell = ShellTask(
        "s",
        script="mkdir {outputs.d}; echo x > {outputs.d}/f",
        output_locs=[
            OutputLocation("d", FlyteDirectory, tmp_path / "made"),
            OutputLocation("f", FlyteFile, tmp_path / "made/f"),
        ],
    )
    folder, file = shell()
    assert (Path(f"{folder}/f").read_text(), Path(file).read_text()) == ("x\n", "x\n")


def test_failed_script_tells_code_output_and_folder(tmp_path):
    (tmp_path / "here").touch()
    with pytest.raises(FlyteRecoverableException) as caught:
        ShellTask("s", script="echo said; echo told >&2; exit 3")()
    assert caught.value.message == (
        f"the script of s ended with code 3\nstdout:\nsaid\nstderr:\ntold\n\nin {tmp_path}:\n  here"
    )


def test_script_comes_from_a_file(tmp_path):
    (tmp_path / "s.sh").write_text("echo from a file")
    shell = ShellTask("s", script_file=tmp_path / "s.sh")
    shell()
    assert shell.result.output == "from a file"
    assert shell.script_file == str(tmp_path / "s.sh")


def test_debug_shows_the_script(capsys):
    ShellTask("s", script="echo {inputs.n}", inputs=kwtypes(n=int), debug=True)(n=5)
    assert "\necho 5\n" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({}, "needs one script, and has none"),
        ({"script": "a", "script_file": "b"}, "needs one script, and has two"),
        ({"script_file": "/nowhere/x"}, "/nowhere/x, cannot be read"),
        ({"script": "a", "output_locs": [OutputLocation("y", str, "z")]}, "a script can leave files and folders only"),
    ],
)
def test_wrong_declarations_are_refused(arguments, message):
    with pytest.raises(FlyteValueException, match=message):
        ShellTask("s", **arguments)


@pytest.mark.parametrize(
    ("script", "message"),
    [("echo {inputs.m}", "names inputs.m; its inputs are n"), ("echo {home}", "braces that name nothing: 'home'")],
)
def test_wrong_names_in_a_script_are_told(script, message):
    with pytest.raises(FlyteValueException, match=message):
        ShellTask("s", script=script, inputs=kwtypes(n=int))(n=1)


def test_missing_output_is_told(tmp_path):
    shell = ShellTask("s", script="true", output_locs=[OutputLocation("y", FlyteFile, tmp_path / "nothing")])
    with pytest.raises(Exception, match="output 'y'"):
        shell()


def test_raw_shell_task_runs_any_script_with_arguments_and_variables(tmp_path):
    (tmp_path / "s.sh").write_text('echo "$1 $2 $WHO" > out.txt')
    raw = get_raw_shell_task("raw")
    assert isinstance(raw, RawShellTask)
    folder = raw(script_file=str(tmp_path / "s.sh"), script_args="one two", env={"WHO": "a b"})
    assert Path(f"{folder}/out.txt").read_text() == "one two a b\n"


def test_shell_task_made_inside_a_workflow_runs_here_and_cannot_be_registered():
    @workflow
    def wf(n: int) -> None:
        ShellTask("inner", script="echo {inputs.n}", inputs=kwtypes(n=int))(n=n)

    wf(n=3)
    with pytest.raises(FlyteValidationException, match="assign it at module level"):
        ShellTask("lost", script="true").template(SerializationSettings())


def test_commands_give_what_they_print():
    assert subproc_execute(["sh", "-c", "echo a; echo b >&2"]) == ProcessResult(0, "a\n", "b\n")
    assert subproc_execute("echo a | tr a b", shell=True).output == "b\n"


@pytest.mark.parametrize(
    ("command", "message"),
    [(["sh", "-c", "echo told >&2; exit 7"], "ended with code 7:\ntold"), ("no such thing", "cannot be started: No such file")],
)
def test_commands_that_fail_raise(command, message):
    with pytest.raises(CommandFailed, match=message) as caught:
        subproc_execute(command)
    assert isinstance(caught.value, RuntimeError)
