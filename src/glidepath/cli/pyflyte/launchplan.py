"""``pyflyte launchplan``: activate or deactivate a version of a launch plan."""

from __future__ import annotations

import click

from glidepath.cli.pyflyte.options import scope_options
from glidepath.cli.pyflyte.session import Session, pass_session


def _given(ctx: click.Context, param: click.Parameter, value: bool | None) -> bool:
    # Click takes the default of a pair of flags for an answer, so it does not miss one itself.
    if value is None:
        raise click.MissingParameter(ctx=ctx, param=param)
    return value


@click.command("launchplan")
@scope_options
@click.option("--activate/--deactivate", default=None, callback=_given, help="Which of the two; one is required.")
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
