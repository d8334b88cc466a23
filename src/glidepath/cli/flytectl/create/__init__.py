"""``flytectl create``: projects and executions."""

from glidepath.cli.flytectl.command import Group
from glidepath.cli.lazy import Entry

_HERE = "glidepath.cli.flytectl.create"

group = Group(
    "create",
    help="Create a project or an execution.",
    table={
        "project": Entry(f"{_HERE}.project:project", "Create a project.", ("projects",)),
        "execution": Entry(f"{_HERE}.execution:execution", "Start, relaunch or recover an execution.", ("executions",)),
    },
)
