"""``flytectl get``: lists and single entities."""

from glidepath.cli.flytectl.command import Group
from glidepath.cli.lazy import Entry

_HERE = "glidepath.cli.flytectl.get"

group = Group(
    "get",
    help="Show projects, tasks, workflows, launch plans and executions.",
    table={
        "project": Entry(f"{_HERE}.project:project", "List projects.", ("projects",)),
        "task": Entry(f"{_HERE}.task:task", "List tasks, or show the versions of one.", ("tasks",)),
        "workflow": Entry(f"{_HERE}.workflow:workflow", "List workflows, or show the versions of one.", ("workflows",)),
        "launchplan": Entry(
            f"{_HERE}.launchplan:launchplan", "List launch plans, or show the versions of one.", ("launchplans",)
        ),
        "execution": Entry(f"{_HERE}.execution:execution", "List executions, or show one.", ("executions",)),
        "cache": Entry(f"{_HERE}.cache:cache", "Explain what the cache said to the nodes of an execution."),
    },
)
