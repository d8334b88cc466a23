"""What ``package`` and ``serialize`` share: load packages, make specs without ids, say which files they become."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import click

import glidepath.compat
from glidepath.authoring.specs import Spec
from glidepath.bundle.loading import LoadedSources, load_packages
from glidepath.bundle.package import file_names
from glidepath.cli.pyflyte.session import Session


def load(session: Session, source: Path, ctx: click.Context) -> LoadedSources:
    """The packages of ``-k``, imported from ``source``. Ends the command with exit code 1 when there are none."""
    names = session.packages_or_configured()
    if not names:
        click.echo(ctx.get_help())
        click.secho("\nNo packages to scan for flyte entities. Aborting!", fg="red")
        ctx.exit(1)
    glidepath.compat.install()
    click.secho(f"Loading packages {list(names)} under source root {source.resolve()}", fg="cyan")
    return load_packages(names, source)


def announce(specs: Sequence[Spec]) -> None:
    """One line for each file."""
    click.secho(f"Successfully serialized {len(specs)} flyte entities", fg="green")
    for spec, name in zip(specs, file_names(specs), strict=True):
        click.echo(f"  Packaging {spec.id.name} -> {name}")
