"""``pyflyte serialize``: write entities into a folder. Older than ``package``, which does the same into an archive."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import click

from glidepath.authoring.images import ImageConfig
from glidepath.authoring.settings import PACKAGE_PLACEHOLDER, FastSettings, SerializationSettings
from glidepath.authoring.specs import specs_of
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.making import BundleOptions, make_bundle
from glidepath.bundle.package import write_folder
from glidepath.cli.pyflyte.images import image_config
from glidepath.cli.pyflyte.options import env_option, image_option
from glidepath.cli.pyflyte.packaging import announce, load
from glidepath.cli.pyflyte.session import Session, pass_session

_folder = click.option(
    "-f",
    "--folder",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="Where the files are written.",
)


@dataclass(frozen=True)
class _Settings:
    """The options of the group."""

    images: ImageConfig
    source: Path
    env: Mapping[str, str]


@click.group("serialize")
@image_option
@click.option(
    "--local-source-root",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    help="The folder from which packages are imported. [default: this folder]",
)
@click.option("--in-container-config-path", hidden=True, expose_value=False)
@click.option("--in-container-virtualenv-root", hidden=True, expose_value=False)
@env_option
@pass_session
@click.pass_context
def serialize(
    ctx: click.Context, /, session: Session, images: tuple[str, ...], local_source_root: Path, env: Mapping[str, str]
) -> None:
    """Write all entities of the packages of -k into a folder, one file each. Deprecated: use package."""
    click.secho("The 'serialize' command is deprecated, please use 'package' instead.", fg="yellow", err=True)
    ctx.meta[__name__] = _Settings(image_config(images, session.config_file), local_source_root, env)


@serialize.command("workflows", short_help="Tasks, workflows and launch plans, whose code is in the image.")
@_folder
@pass_session
@click.pass_context
def workflows(ctx: click.Context, /, session: Session, folder: Path) -> None:
    """Write specs whose code is in the image."""
    _write(ctx, session, folder, BundleOptions(CopyFiles.NONE))


@serialize.group("fast")
def fast() -> None:
    """Write specs whose code goes along in an archive."""


@fast.command("workflows", short_help="Tasks, workflows and launch plans, and an archive of their code.")
@click.option("--deref-symlinks", is_flag=True, help="Pack what links point to.")
@_folder
@pass_session
@click.pass_context
def fast_workflows(ctx: click.Context, /, session: Session, folder: Path, deref_symlinks: bool) -> None:
    """Write specs, and an archive of their code."""
    _write(ctx, session, folder, BundleOptions(CopyFiles.ALL, deref_symlinks))


def _write(ctx: click.Context, session: Session, folder: Path, packing: BundleOptions) -> None:
    settings: _Settings = ctx.meta[__name__]
    click.echo(f"Writing output to {folder}")
    bundle = make_bundle(load(session, settings.source, ctx), packing, folder)
    fast_settings = FastSettings(PACKAGE_PLACEHOLDER) if bundle.archive else None
    specs = specs_of(bundle.entities, SerializationSettings(image_config=settings.images, env=settings.env, fast=fast_settings))
    announce(specs)
    write_folder(folder, specs)
    if bundle.archive is not None:
        click.secho(f"Wrote compressed archive to {bundle.archive.path}", fg="green")
