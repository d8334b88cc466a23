"""``flytectl update project``: describe, archive or activate a project."""

from __future__ import annotations

import click

from glidepath.cli.flytectl.command import Command
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.project_options import ProjectOptions, project_options
from glidepath.cli.flytectl.update.change import Change, carry_out
from glidepath.idl import admin


@click.command(cls=Command)
@project_options
@pass_session
def project(session: Session, options: ProjectOptions) -> None:
    """Change a project. What no flag and no file names stays as it is.

    \b
    flytectl update project --id vision --description "Models that see"
    flytectl update project -p vision --archive
    """
    identifier = options.project_id(session.flags.get("project", ""))
    before = session.client.raw.get_project(admin.ProjectGetRequest(id=identifier))
    after = changed(before, options)
    change = Change(before, after, f"project {identifier} updated", "skipping UpdateProject request (dryRun)")
    carry_out(change, lambda: session.client.raw.update_project(after), dry_run=options.dry_run, force=options.force)


def changed(project: admin.Project, options: ProjectOptions) -> admin.Project:
    """The project as the options want it."""
    after = admin.Project()
    after.CopyFrom(project)
    if options.name is not None:
        after.name = options.name
    if options.description is not None:
        after.description = options.description
    if options.labels is not None:
        after.labels.CopyFrom(admin.Labels(values=options.labels))
    if options.activate or options.archive:
        after.state = admin.Project.ACTIVE if options.activate else admin.Project.ARCHIVED
    return after
