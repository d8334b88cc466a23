"""``flytectl get workflow``: list workflows, or show the versions of one."""

from __future__ import annotations

import click

from glidepath.cli.flytectl.command import Command, switch
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.filters import filter_options
from glidepath.cli.flytectl.get.cells import dig, variables
from glidepath.cli.flytectl.get.choice import Choice, chosen, say_empty
from glidepath.cli.output import Column, Document, render
from glidepath.clients.pages import Query
from glidepath.idl import core


def _variables(document: Document, side: str) -> str:
    return variables(dig(document, "closure", "compiledWorkflow", "primary", "template", "interface", side, "variables"))


NAME_COLUMNS = (
    Column("Project", "id.project"),
    Column("Domain", "id.domain"),
    Column("Name", "id.name"),
    Column("Description", "metadata.description"),
    Column("State", "metadata.state"),
)
VERSION_COLUMNS = (Column("Version", "id.version"), Column("Name", "id.name"), Column("Created At", "closure.createdAt"))
ONE_COLUMNS = (
    Column("Version", "id.version"),
    Column("Name", "id.name"),
    Column("Inputs", lambda document: _variables(document, "inputs")),
    Column("Outputs", lambda document: _variables(document, "outputs")),
    Column("Created At", "closure.createdAt"),
)


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option("--version", default="", help="Only this version.")
@switch("--latest", help="Only the newest version.")
@filter_options(sort_by="")
@pass_session
def workflow(session: Session, name: str | None, version: str, latest: bool, query: Query) -> None:
    """List the workflows of a project and domain, or the versions of one. One version comes with its compiled closure.

    \b
    flytectl get workflow -p flytesnacks -d development
    flytectl get workflow hello.hello_wf -p flytesnacks -d development
    flytectl get workflow hello.hello_wf --latest -o json -p flytesnacks -d development
    """
    scope, client, choice = session.scope, session.client, Choice("workflow", name, version, latest)
    if name is None and not version and not latest:
        names = list(client.named_entities(core.ResourceType.WORKFLOW, scope.project, scope.domain, query))
        say_empty(names, choice, scope)
        render(names, NAME_COLUMNS, session.output)
        return
    found = chosen(
        choice,
        scope,
        one=client.workflow,
        newest=client.latest_workflow,
        every=lambda: client.workflows(scope.project, scope.domain, name or "", query),
    )
    render(found, ONE_COLUMNS if version or latest else VERSION_COLUMNS, session.output)
