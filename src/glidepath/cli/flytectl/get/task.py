"""``flytectl get task``: list tasks, show the versions of one, write a file to launch one from."""

from __future__ import annotations

from pathlib import Path

import click

from glidepath.cli.flytectl.command import Command, switch
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.execfile.write import write_for_task
from glidepath.cli.flytectl.filters import filter_options
from glidepath.cli.flytectl.get.cells import dig, variables
from glidepath.cli.flytectl.get.choice import Choice, chosen, say_empty
from glidepath.cli.output import Column, Document, render
from glidepath.clients.pages import Query

_TEMPLATE = "closure.compiledTask.template"


def _variables(document: Document, side: str) -> str:
    return variables(dig(document, *_TEMPLATE.split("."), "interface", side, "variables"))


COLUMNS = (
    Column("Version", "id.version"),
    Column("Name", "id.name"),
    Column("Type", f"{_TEMPLATE}.type"),
    Column("Inputs", lambda document: _variables(document, "inputs")),
    Column("Outputs", lambda document: _variables(document, "outputs")),
    Column("Discoverable", f"{_TEMPLATE}.metadata.discoverable"),
    Column("Discovery Version", f"{_TEMPLATE}.metadata.discoveryVersion"),
    Column("Created At", "closure.createdAt"),
)


@click.command(cls=Command)
@click.argument("name", required=False)
@click.option("--version", default="", help="Only this version.")
@switch("--latest", help="Only the newest version.")
@click.option("exec_file", "--execFile", type=click.Path(dir_okay=False), help="Write a file for `flytectl create execution`.")
@filter_options()
@pass_session
def task(session: Session, name: str | None, version: str, latest: bool, exec_file: str | None, query: Query) -> None:
    """List the tasks of a project and domain, or the versions of one.

    \b
    flytectl get task -p flytesnacks -d development
    flytectl get task hello.greet --latest -o yaml -p flytesnacks -d development
    flytectl get task hello.greet --version v1 --execFile greet.yaml -p flytesnacks -d development
    """
    scope, client, choice = session.scope, session.client, Choice("task", name, version, latest)
    found = chosen(
        choice,
        scope,
        one=client.task,
        newest=client.latest_task,
        every=lambda: client.tasks(scope.project, scope.domain, name or "", query),
    )
    if exec_file is not None:
        write_for_task(choice.single(found), Path(exec_file))
        return
    say_empty(found, choice, scope)
    render(found, COLUMNS, session.output)
