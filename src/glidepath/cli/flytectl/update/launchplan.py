"""``flytectl update launchplan``: activate or deactivate a version."""

from __future__ import annotations

import click

from glidepath.cli.flytectl.command import Command, switch
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.update.change import Change, carry_out, refuse_both
from glidepath.errors import FlyteValueException
from glidepath.idl import admin


@click.command(cls=Command)
@click.argument("name")
@click.option("--version", default="", help="The version to change.")
@switch("--activate", help="Make it the active version; its schedule starts.")
@switch("--deactivate", help="Stop its schedule.")
@switch("--archive", help="The old name of --deactivate.")
@switch("dry_run", "--dryRun", help="Show the change, make none.")
@switch("--force", help="Do not ask.")
@pass_session
def launchplan(
    session: Session, /, *, name: str, version: str, activate: bool, deactivate: bool, archive: bool, dry_run: bool, force: bool
) -> None:
    """Activate or deactivate a version of a launch plan. Activating one deactivates the version that was active.

    \b
    flytectl update launchplan hello.hello_wf --version v1 --activate -p flytesnacks -d development
    flytectl update launchplan hello.hello_wf --version v1 --deactivate --force -p flytesnacks -d development
    """
    refuse_both(activate, deactivate or archive, "activate or deactivate")
    scope = session.scope
    if not version:
        raise FlyteValueException("launch plan version wasn't passed", hint="add --version VERSION")
    plan = session.client.launch_plan(scope.project, scope.domain, name, version)
    state = plan.closure.state
    if activate or deactivate or archive:
        state = admin.LaunchPlanState.ACTIVE if activate else admin.LaunchPlanState.INACTIVE
    change = Change(
        before=admin.LaunchPlanClosure(state=plan.closure.state),
        after=admin.LaunchPlanClosure(state=state),
        done=f"updated launch plan successfully on {name}",
        skipped="skipping LaunchPlanUpdate request (DryRun)",
    )
    carry_out(change, lambda: session.client.set_launch_plan_state(plan.id, activate), dry_run=dry_run, force=force)
