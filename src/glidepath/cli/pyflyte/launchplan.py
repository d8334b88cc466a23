"""``pyflyte launchplan``: activate or deactivate a version of a launch plan."""

from __future__ import annotations

import click

from glidepath.cli.pyflyte.options import scope_options
from glidepath.cli.pyflyte.session import Session, pass_session


@click.command("launchplan")
@scope_options
@click.option("--activate/--deactivate", required=True, default=None, help="Which of the two.")
@click.argument("launchplan")
@click.argument("launchplan_version", required=False)
@pass_session
def launchplan(
    session: Session, project: str | None, domain: str | None, activate: bool, launchplan: str, launchplan_version: str | None
) -> None:
    """Activate or deactivate LAUNCHPLAN, by default its newest version. Activating one version deactivates the others.

    \b
    pyflyte launchplan --activate my_module.nightly
    """
    with session.remote(project, domain) as remote:
        plan = remote.fetch_launch_plan(name=launchplan, version=launchplan_version)
        remote.client.set_launch_plan_state(plan.id, activate)
    state = "ACTIVE" if activate else "INACTIVE"
    click.secho(f"Launchplan was set to {state}: {launchplan}:{plan.version}", fg="green")
