import pytest

from glidepath.errors import FlyteValueException
from glidepath.executors.processes.command import FastCommand, split_fast

RUN = ["pyflyte-execute", "--inputs", "i", "--resolver", "r", "--", "task-module", "m"]
TOLD = ["pyflyte-execute", "--inputs", "i", "--dynamic-addl-distro", "s3://b/c.tgz", "--dynamic-dest-dir", "/root"]


def test_takes_the_code_out_and_tells_the_inner_command_of_it() -> None:
    argv = ["pyflyte-fast-execute", "--additional-distribution", "s3://b/c.tgz", "--dest-dir", "/root", "--", *RUN]
    assert split_fast(argv) == FastCommand("s3://b/c.tgz", "/root", [*TOLD, "--resolver", "r", "--", "task-module", "m"])


def test_takes_options_with_an_equals_sign() -> None:
    found = split_fast(["pyflyte-fast-execute", "--additional-distribution=u", "--", "sh", "-c", "x"])
    assert found == FastCommand("u", ".", ["sh", "-c", "x"])


@pytest.mark.parametrize("argv", [[], RUN, ["pyflyte-fast-execute", "--dest-dir", ".", "--", "sh"], ["pyflyte-fast-execute"]])
def test_leaves_everything_else_alone(argv: list[str]) -> None:
    assert split_fast(argv) is None


def test_refuses_an_unknown_option() -> None:
    with pytest.raises(FlyteValueException, match="does not know '--bogus'"):
        split_fast(["pyflyte-fast-execute", "--bogus", "1", "--", "sh"])
