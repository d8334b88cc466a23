"""``pyflyte register``: register all entities of files and folders."""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import click

import glidepath.compat
from glidepath.authoring.resources import Resources
from glidepath.bundle.files import CopyFiles
from glidepath.bundle.loading import LoadedSources, load_paths
from glidepath.bundle.making import Bundle, BundleOptions, make_bundle
from glidepath.cli.pyflyte.copying import copy_option
from glidepath.cli.pyflyte.images import image_config
from glidepath.cli.pyflyte.options import env_option, image_option, resource_options, scope_options
from glidepath.cli.pyflyte.registering import register_entities
from glidepath.cli.pyflyte.session import Session, pass_session
from glidepath.errors import FlyteValueException
from glidepath.remote.deployment import Target, prepare
from glidepath.remote.handle import FlyteRemote


@dataclass(frozen=True)
class _Options:
    """The options of one call."""

    package_or_module: tuple[Path, ...]
    project: str | None = None
    domain: str | None = None
    images: tuple[str, ...] = ()
    output: Path | None = None
    destination_dir: str = "/root"
    service_account: str = ""
    raw_data_prefix: str = ""
    version: str = ""
    deref_symlinks: bool = False
    copy: CopyFiles = CopyFiles.ALL
    dry_run: bool = False
    activate_launchplans: bool = False
    env: Mapping[str, str] = field(default_factory=dict)
    resource_requests: Mapping[str, str] | None = None
    resource_limits: Mapping[str, str] | None = None
    skip_errors: bool = False

    def target(self, remote: FlyteRemote, session: Session) -> Target:
        return Target(
            project=remote.default_project,
            domain=remote.default_domain,
            version=self.version,
            image_config=image_config(self.images, session.config_file),
            env=self.env,
            destination=self.destination_dir,
            resource_requests=Resources(**self.resource_requests) if self.resource_requests else None,
            resource_limits=Resources(**self.resource_limits) if self.resource_limits else None,
            service_account=self.service_account,
            raw_output_data_prefix=self.raw_data_prefix,
        )


@click.command("register")
@scope_options
@image_option
@click.option("-o", "--output", type=click.Path(file_okay=False, path_type=Path), help="Keep the code archive in this folder.")
@click.option("-D", "--destination-dir", default="/root", show_default=True, help="Where tasks find the code.")
@click.option("--service-account", default="", help="Kubernetes service account of launch plans that name none.")
@click.option("--raw-data-prefix", default="", metavar="URI", help="Where launch plans that name no place put files and data.")
@click.option("-v", "--version", default="", help="Version of all entities. [default: computed from code, specs and settings]")
@click.option("--deref-symlinks", is_flag=True, help="Pack what links point to.")
@copy_option(default=CopyFiles.ALL, deprecated="--non-fast", meaning=CopyFiles.NONE)
@click.option("--dry-run", is_flag=True, help="Do all but upload and register.")
@click.option(
    "--activate-launchplans", "--activate-launchplan", "activate_launchplans", is_flag=True, help="Activate every launch plan."
)
@env_option
@resource_options
@click.option("--skip-errors", "--skip-error", "skip_errors", is_flag=True, help="Leave out files that do not import.")
@click.argument("package_or_module", metavar="[FILE|FOLDER]...", nargs=-1, type=click.Path(path_type=Path))
@pass_session
@click.pass_context
def register(ctx: click.Context, session: Session, /, **parameters: Any) -> None:
    """Register all tasks, workflows and launch plans of files and folders under one version.

    What is registered already, and the same, stays as it is.

    \b
    pyflyte register workflows/
    pyflyte register --version v2 --activate-launchplans flows.py
    pyflyte register --dry-run workflows/
    """
    options = _Options(**{name: value for name, value in parameters.items() if value is not None})
    if session.packages:
        raise FlyteValueException(
            "register takes files and folders, not packages of -k", hint="pyflyte register FOLDER, without -k"
        )
    if not options.package_or_module:
        click.echo(ctx.get_help())
        click.secho("Missing argument 'PACKAGE_OR_MODULE...': name at least one file or folder", fg="red")
        ctx.exit(1)
    with ExitStack() as stack:
        remote = stack.enter_context(session.remote(options.project, options.domain))
        folder = options.output or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="pyflyte-")))
        ctx.exit(_register(remote, session, options, folder))


def _register(remote: FlyteRemote, session: Session, options: _Options, folder: Path) -> int:
    """Load, pack, prepare, register; returns the exit code."""
    click.secho(f"Registering against {remote.config.endpoint}", fg="cyan")
    sources = _load(options)
    click.secho(f"Detected Root {sources.root}, using this to create deployable package...", fg="yellow")
    packing = BundleOptions(options.copy, options.deref_symlinks)
    bundle = make_bundle(sources, packing, None if options.dry_run else folder)
    if not bundle.entities:
        click.secho("No Flyte entities were detected. Aborting!", fg="red")
        return 0
    _report(bundle, options)
    target = options.target(remote, session)
    upload = None if options.dry_run else remote.uploader(target.project, target.domain)
    deployment = prepare(bundle, target, upload)
    if not options.version:
        click.secho(f"Computed version is {deployment.version}", fg="yellow")
    click.secho(f"Serializing and registering {len(deployment.specs)} flyte entities", fg="green")
    links = session.verbose > 0
    return register_entities(remote, deployment, options.activate_launchplans, dry_run=options.dry_run, links=links)


def _load(options: _Options) -> LoadedSources:
    glidepath.compat.install()
    sources = load_paths(options.package_or_module, skip_errors=options.skip_errors)
    for failure in sources.failures:
        click.secho(f"Skipped: {failure}", fg="yellow", err=True)
    return sources


def _report(bundle: Bundle, options: _Options) -> None:
    """What the code archive holds, on standard error: standard output is as stock's."""
    if bundle.report is None:
        return
    first, *rest = bundle.report.lines()
    click.echo(f"Code bundle: {first}", err=True)
    for line in rest if bundle.report.is_large or options.dry_run else ():
        click.echo(f"  {line}", err=True)
    if bundle.archive is not None and options.output is not None:
        click.echo(f"Code archive: {bundle.archive.path}", err=True)
