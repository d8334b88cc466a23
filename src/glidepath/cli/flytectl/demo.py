"""``flytectl demo``: a control plane on this machine, as a background process with a data folder that survives restarts."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from glidepath.admin import embedded
from glidepath.admin.config import EMBEDDED_PORT, default_data_dir
from glidepath.admin.data_folder import DataFolder, Running
from glidepath.cli.flytectl.command import Command, Group, switch

NOT_RUNNING = 3
"""The exit code of ``status`` when no server runs, as of service scripts."""
NOT_HEALTHY = 4

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


def data_option(command: Decorated) -> Decorated:
    """``--data``: which server is meant."""
    return click.option(
        "--data",
        type=click.Path(path_type=Path, file_okay=False),
        help="Data folder.  [default: $GLIDEPATH_HOME or ~/.flyte/glidepath]",
    )(command)


@click.group("demo", cls=Group)
def group() -> None:
    """Run a control plane on this machine: no Docker, no cluster.

    \b
    flytectl demo start
    flytectl demo status
    flytectl demo stop
    flytectl demo teardown --volume
    """


@group.command(cls=Command)
@data_option
@click.option(
    "--port", type=int, default=EMBEDDED_PORT, show_default=True, help="Port for gRPC and HTTP; a free one when it is taken."
)
@click.option("--server-config", type=click.Path(path_type=Path, dir_okay=False, exists=True), help="YAML file of the server.")
@switch("--force", help="Stop a running server first.")
def start(data: Path | None, port: int, server_config: Path | None, force: bool) -> None:
    """Start the server in the background and wait until it is healthy.

    \b
    flytectl demo start
    flytectl demo start --port 31000 --data ./flyte-data
    """
    folder = _folder(data)
    running = folder.announced()
    if running and force:
        embedded.stop(folder)
        running = None
    if running:
        click.echo("The server is running already.")
        _describe(running, folder, data)
        return
    arguments = ["--single-port", str(port), "--any-port"]
    if server_config:
        arguments += ["--config", str(server_config.absolute())]
    running = embedded.start(folder, arguments)
    click.echo("The server is healthy.")
    if port and not running.grpc.endswith(f":{port}"):
        click.echo(f"Port {port} is taken by another program. Clients need to be told the endpoint below (admin.endpoint).")
    _describe(running, folder, data)


@group.command(cls=Command)
@data_option
def status(data: Path | None) -> None:
    """Say whether the server runs. Exit code: 0 healthy, 3 not running, 4 running but not healthy.

    \b
    flytectl demo status
    """
    folder = _folder(data)
    running = folder.announced()
    if running and embedded.healthy(running):
        click.echo("The server is healthy.")
        _describe(running, folder, data)
        return
    if running or folder.holder():
        click.echo(f"The server runs (pid {folder.holder()}) but does not answer; its log is {folder.log}")
        click.get_current_context().exit(NOT_HEALTHY)
    ended = " It ended without being stopped." if folder.running.exists() else ""
    click.echo(
        f"The server is not running.{ended} Data folder: {folder.path}{'' if folder.path.exists() else ' (not made yet)'}"
    )
    click.get_current_context().exit(NOT_RUNNING)


@group.command(cls=Command)
@data_option
def stop(data: Path | None) -> None:
    """Stop the server and wait until it has ended. Data stay; executions go on at the next start.

    \b
    flytectl demo stop
    """
    folder = _folder(data)
    stopped = embedded.stop(folder)
    click.echo(f"The server has been stopped. Its data stay in {folder.path}" if stopped else "The server is not running.")


@group.command(cls=Command)
@data_option
@switch("--volume", "-v", help="Remove the data folder too.")
@switch("--force", help="Do not ask before removing data.")
def teardown(data: Path | None, volume: bool, force: bool) -> None:
    """Stop the server; with --volume also remove everything that it has stored.

    \b
    flytectl demo teardown
    flytectl demo teardown --volume --force
    """
    folder = _folder(data)
    remove = volume and folder.path.exists()
    if remove and not _is_ours(folder):
        raise click.ClickException(f"{folder.path} is no data folder of a server; nothing has been removed")
    if remove and not force:
        click.confirm(f"Remove {folder.path} with all executions, inputs and outputs?", abort=True)
    click.echo("The server has been stopped." if embedded.stop(folder) else "The server is not running.")
    if remove:
        shutil.rmtree(folder.path)
        click.echo(f"{folder.path} has been removed.")


def _folder(data: Path | None) -> DataFolder:
    return DataFolder((data or default_data_dir(os.environ)).expanduser().absolute())


def _is_ours(folder: DataFolder) -> bool:
    return folder.lock.is_file() or not any(folder.path.iterdir())


def _describe(running: Running, folder: DataFolder, data: Path | None) -> None:
    own = f" --data {data}" if data else ""
    rows = (
        ("gRPC", running.grpc),
        ("HTTP", running.http),
        ("Console", running.console),
        ("Data", str(folder.path)),
        ("Log", str(folder.log)),
        ("Stop it", f"flytectl demo stop{own}"),
    )
    for name, value in rows:
        click.echo(f"  {name:8} {value}")
