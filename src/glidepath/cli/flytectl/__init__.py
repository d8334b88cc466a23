"""``flytectl``: the command line that talks to a control plane and knows no user code."""

from typing import NoReturn

from glidepath.cli.errors import Program, run
from glidepath.cli.flytectl.command import Group
from glidepath.cli.lazy import Entry

_HERE = "glidepath.cli.flytectl"

root = Group(
    "flytectl",
    help="""Talk to a Flyte control plane: look at entities and executions, register, launch, change.

    \b
    flytectl demo start                                        a control plane on this machine
    flytectl get execution -p flytesnacks -d development       the newest executions
    flytectl register files --archive wf.tgz -p flytesnacks -d development --version v1
    """,
    table={
        "get": Entry(f"{_HERE}.get:group", "Show projects, tasks, workflows, launch plans, executions."),
        "create": Entry(f"{_HERE}.create:group", "Create a project or an execution."),
        "update": Entry(f"{_HERE}.update:group", "Change a project, a launch plan, an execution."),
        "delete": Entry(f"{_HERE}.delete:group", "Terminate executions."),
        "register": Entry(f"{_HERE}.register:group", "Register what pyflyte packaged."),
        "config": Entry(f"{_HERE}.config:group", "Write, find and check the configuration."),
        "demo": Entry(f"{_HERE}.demo:group", "Run a control plane on this machine.", ("sandbox",)),
        "completion": Entry(f"{_HERE}.completion:completion", "Print a completion script for a shell."),
        "version": Entry(f"{_HERE}.version:version", "Print the versions of this program and of the server.", ("versions",)),
    },
)


def main() -> NoReturn:
    """The console script."""
    run(root, Program("flytectl", usage_exit=1))
