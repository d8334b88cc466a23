"""``flytectl version``: the versions of this program and of the control plane."""

from __future__ import annotations

import json

import click

import glidepath
from glidepath.cli.flytectl.command import Command
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.idl import admin


@click.command(cls=Command)
@pass_session
def version(session: Session) -> None:
    """Print the versions of this program and of the control plane, a JSON object each.

    \b
    flytectl version
    """
    _show("flytectl", "", glidepath.__version__, "")
    found = session.client.raw.get_version(admin.GetVersionRequest()).control_plane_version
    _show("controlPlane", found.Build, found.Version, found.BuildTime)


def _show(app: str, build: str, version: str, time: str) -> None:
    fields = {"App": app, "Build": build, "Version": version, "BuildTime": time}
    click.echo(json.dumps({key: value for key, value in fields.items() if value}, indent="\t"))
