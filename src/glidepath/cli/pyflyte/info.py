"""``pyflyte info``: versions and the control plane in use."""

from __future__ import annotations

import click

import glidepath
from glidepath.cli.pyflyte.session import Session, pass_session
from glidepath.idl import admin


@click.command("info")
@pass_session
def info(session: Session) -> None:
    """Show the versions of Glidepath and of the control plane, its endpoint, and where the configuration comes from."""
    config = session.config()
    click.echo(f"Glidepath Version: {glidepath.__version__}")
    click.echo(f"Flyte Backend Endpoint: {config.endpoint} ({'plain text' if config.insecure else 'TLS'})")
    click.echo(f"Configuration: {config.source or 'none; the defaults of the embedded server'}")
    with session.remote() as remote:
        answer = remote.client.raw.get_version(admin.GetVersionRequest())
    click.echo(f"Flyte Backend Version: {answer.control_plane_version.Version}")
