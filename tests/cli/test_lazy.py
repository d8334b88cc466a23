import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from glidepath.cli.lazy import Entry, LazyGroup

GROUP = LazyGroup(
    "g", table={"good": Entry("click:Command", "Say it.", ("fine",)), "gone": Entry("no.such.module:x", "Not there.")}
)


def test_help_imports_nothing():
    result = CliRunner().invoke(GROUP, ["--help"])
    assert result.exit_code == 0 and "good  Say it." in result.output and "gone  Not there." in result.output


def test_aliases_are_found_but_not_listed():
    group = LazyGroup("g", table={"version": Entry("glidepath.cli.flytectl.version:version", "", ("versions",))})
    found = group.get_command(click.Context(group), "versions")
    assert found is not None and found.name == "version" and group.list_commands(click.Context(group)) == ["version"]


def test_an_unknown_command_suggests():
    result = CliRunner().invoke(GROUP, ["goood"])
    assert result.exit_code == 2 and "No such command 'goood'. Did you mean good?" in result.output


def test_what_is_no_command_is_a_bug():
    with pytest.raises(TypeError, match="is no click command"):
        GROUP.get_command(click.Context(GROUP), "good")


@pytest.mark.slow
def test_flytectl_help_loads_nothing_heavy():
    code = (
        "import sys\nfrom glidepath.cli import flytectl\n"
        "try: flytectl.root.main(['--help'])\nexcept SystemExit: pass\n"
        "heavy = ('grpc', 'yaml', 'rich', 'google.protobuf', 'flyteidl', 'asyncio', 'sqlalchemy')\n"
        "print([name for name in heavy if name in sys.modules], file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stderr.strip() == "[]" and "Commands:" in done.stdout
