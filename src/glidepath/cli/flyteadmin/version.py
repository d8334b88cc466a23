"""``flyteadmin version``."""

import click

import glidepath


@click.command()
def version() -> None:
    """Print the version of this program."""
    click.echo(glidepath.__version__)
