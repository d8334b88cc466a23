"""``flytectl create project``."""

from __future__ import annotations

import click

from glidepath.cli.flytectl.command import Command
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.project_options import ProjectOptions, project_options
from glidepath.errors import FlyteValueException
from glidepath.idl import admin


@click.command(cls=Command)
@project_options
@pass_session
def project(session: Session, options: ProjectOptions) -> None:
    """Create a project; the server gives it its domains.

    \b
    flytectl create project --id vision --name "Vision" --description "All our models" --labels team=blue
    flytectl create project --file project.yaml
    """
    identifier = options.project_id(session.flags.get("project", ""))
    if not options.name:
        raise FlyteValueException("project name is a required flag", hint="add --name TEXT")
    new = admin.Project(
        id=identifier,
        name=options.name,
        description=options.description or "",
        labels=admin.Labels(values=options.labels or {}),
    )
    if options.dry_run:
        click.echo("skipping RegisterProject request (dryRun)")
        return
    session.client.raw.register_project(admin.ProjectRegisterRequest(project=new))
    click.echo("project created successfully.")
