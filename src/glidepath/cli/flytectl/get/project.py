"""``flytectl get project``: list projects."""

from __future__ import annotations

import click

from glidepath.cli.flytectl.command import Command
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.filters import filter_options
from glidepath.cli.output import Column, render
from glidepath.clients.pages import Query

COLUMNS = (Column("ID", "id"), Column("Name", "name"), Column("Description", "description"))


@click.command(cls=Command)
@click.argument("name", required=False)
@filter_options()
@pass_session
def project(session: Session, name: str | None, query: Query) -> None:
    """List projects; a NAME shows the one with this id. Archived projects need a filter that names their state.

    \b
    flytectl get project
    flytectl get project flytesnacks -o yaml
    flytectl get project --filter.fieldSelector="state=1" --filter.sortBy=name
    """
    found = [item for item in session.client.projects(query) if name in (None, item.id)]
    if not found:
        click.echo(f"no project {name}" if name else "no projects", err=True)
    render(found, COLUMNS, session.output)
