import pytest

from glidepath.runtime.arguments import ExecuteArguments, FastExecuteArguments, parse_execute, parse_fast_execute

NEEDED = ["--inputs", "i", "--output-prefix", "o"]


def test_reads_the_stock_command_line() -> None:
    argv = [*NEEDED, "--raw-output-data-prefix", "raw", "--checkpoint-path", "c", "--prev-checkpoint", "p", "--test"]
    argv += ["--dynamic-addl-distro", "d", "--dynamic-dest-dir", ".", "--resolver", "r", "--", "task-module", "m", "--x"]
    assert parse_execute(argv) == ExecuteArguments("i", "o", "raw", "c", "p", "r", ["task-module", "m", "--x"], "d", ".")


def test_the_two_dashes_may_be_left_out() -> None:
    assert parse_execute([*NEEDED, "--resolver", "r", "task-module", "m"]).resolver_args == ["task-module", "m"]


@pytest.mark.parametrize("empty", ['""', "", "{{.prevCheckpointPrefix}}"])
def test_what_stands_for_nothing_is_nothing(empty: str) -> None:
    assert parse_execute([*NEEDED, "--prev-checkpoint", empty]).prev_checkpoint == ""


@pytest.mark.parametrize(
    ("argv", "told"),
    [
        ([], "--inputs, --output-prefix"),
        ([*NEEDED, "--bogus"], "--bogus"),
        (["--inputs"], "expected one argument"),
        (["--inp", "i", "--output-prefix", "o"], "--inp"),
    ],
)
def test_wrong_arguments_end_with_code_2_and_a_message(argv: list[str], told: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as end:
        parse_execute(argv)
    assert end.value.code == 2
    message = capsys.readouterr().err
    assert told in message
    assert "Try 'pyflyte-execute --help' for help." in message


def test_reads_the_fast_command_line() -> None:
    argv = ["--additional-distribution", "s3://b/c.tgz", "--dest-dir", "/root", "--", "pyflyte-execute", "--inputs", "i"]
    assert parse_fast_execute(argv) == FastExecuteArguments("s3://b/c.tgz", "/root", ["pyflyte-execute", "--inputs", "i"])


def test_a_fast_command_line_without_a_command_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        parse_fast_execute(["--dest-dir", "."])
    assert "no command to run" in capsys.readouterr().err
