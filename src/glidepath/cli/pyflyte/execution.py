"""``pyflyte execution recover|relaunch``: start an execution again."""

from __future__ import annotations

from dataclasses import dataclass

import click

from glidepath.cli.pyflyte.options import scope_options
from glidepath.cli.pyflyte.session import Session, pass_session
from glidepath.idl import admin, core


@dataclass(frozen=True)
class _Past:
    """The execution that is started again. Blank parts are filled in from the configuration."""

    project: str | None
    domain: str | None
    name: str


@click.group("execution")
@scope_options
@click.option("--execution-id", required=True, metavar="NAME", help="Name of the execution to start again.")
@click.pass_context
def execution(ctx: click.Context, project: str | None, domain: str | None, execution_id: str) -> None:
    """Start an execution again, whole or where it failed.

    \b
    pyflyte execution --execution-id a1b2c3 relaunch
    """
    ctx.meta[__name__] = _Past(project, domain, execution_id)


@execution.command("recover", short_help="Go on from the nodes that succeeded.")
@pass_session
@click.pass_context
def recover(ctx: click.Context, session: Session) -> None:
    """Start an execution that reuses every node that succeeded in the old one."""
    _start(ctx.meta[__name__], session, recovers=True)


@execution.command("relaunch", short_help="Run the whole thing once more.")
@pass_session
@click.pass_context
def relaunch(ctx: click.Context, session: Session) -> None:
    """Start an execution with the launch plan, inputs and settings of the old one."""
    _start(ctx.meta[__name__], session, recovers=False)


def _start(past: _Past, session: Session, recovers: bool) -> None:
    with session.remote(past.project, past.domain) as remote:
        old = core.WorkflowExecutionIdentifier(project=remote.default_project, domain=remote.default_domain, name=past.name)
        raw = remote.client.raw
        if recovers:
            answer = raw.recover_execution(admin.ExecutionRecoverRequest(id=old))
        else:
            answer = raw.relaunch_execution(admin.ExecutionRelaunchRequest(id=old))
        new = answer.id
        # Stock flytekit's text form of an execution id.
        click.secho(f"Launched execution: ex:{new.project}:{new.domain}:{new.name}", fg="green")
        click.echo(f"See {remote.url_of(new)}", err=True)
