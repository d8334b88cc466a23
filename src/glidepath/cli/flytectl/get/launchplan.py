"""``flytectl get launchplan``: list launch plans, show the versions of one, write a file to launch one from."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import click

from glidepath.cli.flytectl.command import Command, switch
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.execfile.write import write_for_launch_plan
from glidepath.cli.flytectl.filters import filter_options
from glidepath.cli.flytectl.get.cells import dig, variables
from glidepath.cli.flytectl.get.choice import Choice, chosen, say_empty
from glidepath.cli.output import Column, Document, render
from glidepath.clients.pages import Query
from glidepath.errors import FlyteValueException

_INACTIVE = "INACTIVE"


def _schedule(document: Document) -> str:
    schedule = dig(document, "spec", "entityMetadata", "schedule")
    cron, rate = dig(schedule, "cronSchedule"), dig(schedule, "rate")
    if rate:
        return f"every {rate.get('value', 0)} {str(rate.get('unit', 'MINUTE')).lower()}"
    return str(cron.get("schedule") or schedule.get("cronExpression", ""))


def _inputs(document: Document) -> str:
    parameters = dig(document, "closure", "expectedInputs", "parameters")
    return variables({name: dig(parameters, name, "var") for name in parameters})


COLUMNS = (
    Column("Version", "id.version"),
    Column("Name", "id.name"),
    Column("Type", "id.resourceType"),
    Column("State", lambda document: dig(document, "closure").get("state", _INACTIVE)),
    Column("Schedule", _schedule),
    Column("Inputs", _inputs),
    Column("Outputs", lambda document: variables(dig(document, "closure", "expectedOutputs", "variables"))),
)
LIST_COLUMNS = (
    Column("Version", "id.version"),
    Column("Name", "id.name"),
    Column("Type", "id.resourceType"),
    Column("CreatedAt", "closure.createdAt"),
)


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option("--version", default="", help="Only this version.")
@switch("--latest", help="Only the newest version.")
@click.option("--workflow", default="", help="Only launch plans of this workflow.")
@click.option("exec_file", "--execFile", type=click.Path(dir_okay=False), help="Write a file for `flytectl create execution`.")
@filter_options()
@pass_session
def launchplan(
    session: Session, /, *, name: str | None, version: str, latest: bool, workflow: str, exec_file: str | None, query: Query
) -> None:
    """List the launch plans of a project and domain, or the versions of one.

    \b
    flytectl get launchplan -p flytesnacks -d development
    flytectl get launchplan hello.hello_wf --latest -o yaml -p flytesnacks -d development
    flytectl get launchplan hello.hello_wf --latest --execFile hello.yaml -p flytesnacks -d development
    """
    if workflow:
        if query.filters:
            raise FlyteValueException("fieldSelector cannot be specified with workflow flag", hint="drop one of the two")
        query = replace(query, filters=f"eq(workflow.name,{workflow})")
    scope, client, choice = session.scope, session.client, Choice("launchplan", name, version, latest)
    found = chosen(
        choice,
        scope,
        one=client.launch_plan,
        newest=client.latest_launch_plan,
        every=lambda: client.launch_plans(scope.project, scope.domain, name or "", query),
    )
    if exec_file is not None:
        write_for_launch_plan(choice.single(found), Path(exec_file))
        return
    say_empty(found, choice, scope)
    render(found, COLUMNS if name else LIST_COLUMNS, session.output)
