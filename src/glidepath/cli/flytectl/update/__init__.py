"""``flytectl update``: every change is shown as a difference and asked for before it is made."""

from glidepath.cli.flytectl.command import Group
from glidepath.cli.lazy import Entry

_HERE = "glidepath.cli.flytectl.update"

group = Group(
    "update",
    help="Change a project, a launch plan or an execution.",
    table={
        "project": Entry(f"{_HERE}.project:project", "Describe, archive or activate a project."),
        "launchplan": Entry(f"{_HERE}.launchplan:launchplan", "Activate or deactivate a version of a launch plan."),
        "execution": Entry(f"{_HERE}.execution:execution", "Archive or activate an execution."),
    },
)
