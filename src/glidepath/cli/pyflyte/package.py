"""``pyflyte package``: write all entities of packages into an archive that ``flytectl register files`` registers."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from pathlib import Path

import click

from glidepath.authoring.settings import PACKAGE_PLACEHOLDER, FastSettings, SerializationSettings
from glidepath.authoring.specs import specs_of
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.making import BundleOptions, make_bundle
from glidepath.bundle.package import write_package
from glidepath.cli.pyflyte.copying import copy_option
from glidepath.cli.pyflyte.images import image_config
from glidepath.cli.pyflyte.options import env_option, image_option
from glidepath.cli.pyflyte.packaging import announce, load
from glidepath.cli.pyflyte.session import Session, pass_session


@click.command("package")
@image_option
@click.option(
    "-s",
    "--source",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    default=".",
    show_default=True,
    help="The folder from which packages are imported.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(dir_okay=False, path_type=Path),
    default="flyte-package.tgz",
    show_default=True,
    help="The archive to write.",
)
@copy_option(default=CopyFiles.NONE, deprecated="--fast", meaning=CopyFiles.ALL)
@click.option("-f", "--force", is_flag=True, help="Replace an archive that exists.")
@click.option("-p", "--python-interpreter", default="/opt/venv/bin/python3", show_default=True, help="Python of the image.")
@click.option("-d", "--in-container-source-path", default="/root", show_default=True, help="Where tasks find the code.")
@click.option("--deref-symlinks", is_flag=True, help="Pack what links point to.")
@env_option
@pass_session
@click.pass_context
def package(
    ctx: click.Context,
    /,
    session: Session,
    images: tuple[str, ...],
    source: Path,
    output: Path,
    copy: CopyFiles,
    force: bool,
    python_interpreter: str,
    in_container_source_path: str,
    deref_symlinks: bool,
    env: Mapping[str, str],
) -> None:
    """Write all tasks, workflows and launch plans of the packages of -k into an archive.

    \b
    pyflyte -k workflows package --image ghcr.io/acme/flows:v1
    pyflyte -k workflows package --image ghcr.io/acme/flows:v1 --copy all -o flows.tgz
    flytectl register files --archive flows.tgz -p flytesnacks -d development --version v1
    """
    if output.exists() and not force:
        raise click.BadParameter(f"Output file {output} already exists, specify -f to override.")
    settings = SerializationSettings(
        image_config=image_config(images, session.config_file),
        env=env,
        fast=None if copy is CopyFiles.NONE else FastSettings(PACKAGE_PLACEHOLDER, in_container_source_path),
        python_interpreter=python_interpreter,
    )
    sources = load(session, source, ctx)
    with tempfile.TemporaryDirectory(prefix="pyflyte-") as folder:
        # An archive of an earlier call that lies among the sources is no source.
        packing = BundleOptions(copy, deref_symlinks, without=(output.resolve(),))
        bundle = make_bundle(sources, packing, Path(folder))
        specs = specs_of(bundle.entities, settings)
        announce(specs)
        if not specs:
            click.secho(f"No flyte objects found in packages {list(session.packages_or_configured())}", fg="yellow")
            return
        write_package(output, specs, bundle.archive)
        if bundle.archive is not None and bundle.report is not None:
            click.echo(
                f"Fast mode enabled: compressed archive {bundle.archive.path.name} ({bundle.report.lines()[0]})", err=True
            )
    click.secho(f"Successfully packaged {len(specs)} flyte objects into {output.resolve()}", fg="green")
