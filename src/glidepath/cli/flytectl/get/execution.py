"""``flytectl get execution``: list executions, show one, or all its nodes as a tree."""

from __future__ import annotations

import click

from glidepath.cli.flytectl.command import Command, switch
from glidepath.cli.flytectl.context import Scope, Session, pass_session
from glidepath.cli.flytectl.filters import filter_options
from glidepath.cli.flytectl.get.details import nodes_of
from glidepath.cli.flytectl.get.tree import draw
from glidepath.cli.output import Column, Format, render, render_documents
from glidepath.clients.pages import Query
from glidepath.errors import FlyteValueException
from glidepath.idl import admin, core

_TRUNCATED = 100
COLUMNS = (
    Column("Name", "id.name"),
    Column("Launch Plan Name", "spec.launchPlan.name"),
    Column("Version", "spec.launchPlan.version"),
    Column("Type", "spec.launchPlan.resourceType"),
    Column("Phase", "closure.phase"),
    Column("Scheduled Time", "spec.metadata.scheduledAt"),
    Column("Started", "closure.startedAt"),
    Column("Elapsed Time", "closure.duration"),
    Column("Abort data (Trunc)", "closure.abortMetadata.cause", _TRUNCATED),
    Column("Error data (Trunc)", "closure.error.message", _TRUNCATED),
)


@click.command(cls=Command)
@click.argument("name", required=False)
@switch("--details", help="All nodes and attempts of the execution, with inputs and outputs.")
@click.option("node_id", "--nodeID", default="", help="Only this node and what is below it.")
@filter_options()
@pass_session
def execution(session: Session, name: str | None, details: bool, node_id: str, query: Query) -> None:
    """List executions, newest first, or show one.

    \b
    flytectl get execution -p flytesnacks -d development
    flytectl get execution --filter.fieldSelector="phase=FAILED" -p flytesnacks -d development
    flytectl get execution NAME --details -p flytesnacks -d development
    flytectl get execution NAME --nodeID n0 -o yaml -p flytesnacks -d development
    """
    scope = session.scope
    if name is None:
        if details or node_id:
            raise FlyteValueException(
                "--details and --nodeID need the name of an execution", hint="flytectl get execution NAME --details"
            )
        found = list(session.client.executions(scope.project, scope.domain, query))
        if not found:
            click.echo(f"no executions in {scope}", err=True)
        render(found, COLUMNS, session.output)
        return
    identifier = core.WorkflowExecutionIdentifier(project=scope.project, domain=scope.domain, name=name)
    if details or node_id:
        _show_nodes(session, identifier, node_id, scope)
        return
    render([session.client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=identifier))], COLUMNS, session.output)


def _show_nodes(session: Session, identifier: core.WorkflowExecutionIdentifier, node_id: str, scope: Scope) -> None:
    execution = session.client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=identifier))
    nodes = nodes_of(session.client, identifier, node_id)
    if session.output is not Format.TABLE:
        render_documents([node.document() for node in nodes], (), session.output)
        return
    click.echo("TABLE format is not supported on detailed view and defaults to tree view. Choose either json/yaml", err=True)
    click.echo(draw(execution, nodes))
    if not nodes:
        click.echo(f"no nodes yet in {scope}/{identifier.name}", err=True)
