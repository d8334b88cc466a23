"""``flytectl delete``: terminate executions."""

from __future__ import annotations

import click

from glidepath.cli.flytectl.command import Command, Group, switch
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.lazy import Entry
from glidepath.idl import core

_CAUSE = "terminated with flytectl delete execution"


@click.command(cls=Command)
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@switch("dry_run", "--dryRun", help="Say what would be terminated, terminate nothing.")
@pass_session
def execution(session: Session, names: tuple[str, ...], dry_run: bool) -> None:
    """Terminate executions; their running tasks are aborted. Stops at the first that cannot be terminated.

    \b
    flytectl delete execution a1b2c3 -p flytesnacks -d development
    flytectl delete execution a1b2c3 d4e5f6 --dryRun -p flytesnacks -d development
    """
    scope = session.scope
    for name in names:
        if dry_run:
            click.echo(f"skipping TerminateExecution request of {name} (dryRun)")
            continue
        session.client.terminate(
            core.WorkflowExecutionIdentifier(project=scope.project, domain=scope.domain, name=name), _CAUSE
        )
        click.echo(f"{name} is being terminated", err=True)


group = Group(
    "delete",
    help="Terminate executions.",
    table={"execution": Entry("glidepath.cli.flytectl.delete:execution", "Terminate executions.", ("executions",))},
)
