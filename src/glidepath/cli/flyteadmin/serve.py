"""``flyteadmin serve``: run a control plane in the foreground."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import Any

import click

from glidepath.cli.flyteadmin.options import configuration, configuration_options

LOG_FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"


@click.command()
@configuration_options
@click.option("--host", help="Name or address to listen on.  [default: localhost, IPv4 and IPv6]")
@click.option("--grpc-port", type=int, help="Port for gRPC.  [default: 8089]")
@click.option("--http-port", type=int, help="Port for HTTP.  [default: 8088]")
@click.option("--single-port", type=int, help="One port for both.")
@click.option("--any-port", is_flag=True, default=None, help="Take a free port when the wanted one is taken.")
@click.option("--public-url", help="How browsers reach the HTTP port.  [default: http://localhost:<port>]")
@click.option("--storage", "storage_root", help="URI for inputs, outputs and uploads.  [default: in the data folder]")
@click.option("--log-level", default="INFO", show_default=True, type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"]))
def serve(file: Path | None, log_level: str, **flags: Any) -> None:
    """Run a control plane until SIGTERM or Ctrl-C.

    \b
    flyteadmin serve
    flyteadmin serve --single-port 30080 --data /var/lib/glidepath
    """
    logging.basicConfig(level=log_level, format=LOG_FORMAT)
    config = configuration(file, **flags)
    # The server's libraries take half a second to load; --help does without.
    from glidepath.admin.server import serve as run_server
    from glidepath.console.pages import routes

    run_server(config, routes)
