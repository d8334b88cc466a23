"""``pyflyte local-cache``."""

import pytest
from click.testing import CliRunner

from glidepath import Cache, task
from glidepath.cli.pyflyte import pyflyte
from glidepath.errors import FlyteEntityNotExistException
from glidepath.local.cache_folder import CacheFolder, cache_root


@task(cache=Cache(version="1"))
def halved(n: int) -> int:
    return n // 2


def test_clear_removes_every_entry_and_says_how_many() -> None:
    halved(n=4)
    halved(n=6)
    result = CliRunner().invoke(pyflyte, ["local-cache", "clear"])
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr == f"removed 2 entries from {cache_root()}\n"
    assert list(CacheFolder(cache_root()).entries()) == []


def test_clearing_nothing_is_fine() -> None:
    assert CliRunner().invoke(pyflyte, ["local-cache", "clear"]).exit_code == 0


def test_explain_names_the_input_that_changed() -> None:
    halved(n=4)
    halved(n=6)
    result = CliRunner().invoke(pyflyte, ["local-cache", "explain", "halved"])
    lines = result.stdout.splitlines()
    assert lines[0] == "CACHE_POPULATED: nothing was kept for this key; the nearest earlier one differs in input n"
    assert lines[-1] == "  input n: 4 -> 6"


def test_explaining_what_is_not_kept_is_an_error() -> None:
    result = CliRunner().invoke(pyflyte, ["local-cache", "explain", "nobody"])
    assert isinstance(result.exception, FlyteEntityNotExistException)
    assert str(result.exception).startswith("nothing is kept of a task nobody")


@pytest.mark.parametrize("command", [["local-cache", "--help"], ["--help"]])
def test_help_names_the_group(command: list[str]) -> None:
    assert "local-cache" in CliRunner().invoke(pyflyte, command).stdout
