"""``flytectl update execution``: archive or activate an execution."""

from __future__ import annotations

import click

from glidepath.cli.flytectl.command import Command, switch
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.update.change import Change, carry_out, refuse_both
from glidepath.idl import admin, core


@click.command(cls=Command)
@click.argument("name")
@switch("--archive", help="Hide it from lists.")
@switch("--activate", help="Show it in lists again.")
@switch("dry_run", "--dryRun", help="Show the change, make none.")
@switch("--force", help="Do not ask.")
@pass_session
def execution(session: Session, /, *, name: str, archive: bool, activate: bool, dry_run: bool, force: bool) -> None:
    """Archive or activate an execution.

    \b
    flytectl update execution a1b2c3 --archive -p flytesnacks -d development
    """
    refuse_both(activate, archive, "activate or archive")
    scope = session.scope
    identifier = core.WorkflowExecutionIdentifier(project=scope.project, domain=scope.domain, name=name)
    found = session.client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=identifier))
    before = found.closure.state_change_details.state
    after = before
    if archive or activate:
        after = admin.ExecutionState.EXECUTION_ARCHIVED if archive else admin.ExecutionState.EXECUTION_ACTIVE
    change = Change(
        before=admin.ExecutionUpdateRequest(id=identifier, state=before),
        after=admin.ExecutionUpdateRequest(id=identifier, state=after),
        done=f"updated execution {name} successfully to state {admin.ExecutionState.Name(after)}",
        skipped="skipping UpdateExecution request (DryRun)",
    )
    request = admin.ExecutionUpdateRequest(id=identifier, state=after)
    carry_out(change, lambda: session.client.raw.update_execution(request), dry_run=dry_run, force=force)
