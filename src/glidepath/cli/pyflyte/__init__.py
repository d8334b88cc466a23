"""``pyflyte``: run, register and package workflows. Knows users' code; ``flytectl`` knows the network."""

from __future__ import annotations

import os
from collections.abc import Sequence
from typing import NoReturn

import click

from glidepath.cli.errors import Program, run
from glidepath.cli.lazy import Entry, LazyGroup
from glidepath.cli.pyflyte.options import packages
from glidepath.cli.pyflyte.session import CONFIG_VARIABLE, Session

_HERE = "glidepath.cli.pyflyte"
_COMMANDS = {
    "run": Entry(f"{_HERE}.run:run", "Run a workflow or task of a file: here, or on a control plane."),
    "register": Entry(f"{_HERE}.register:register", "Register all entities of files and folders."),
    "package": Entry(f"{_HERE}.package:package", "Write all entities of packages into an archive for flytectl."),
    "serialize": Entry(f"{_HERE}.serialize:serialize", "Write entities into a folder (deprecated; use package)."),
    "local-cache": Entry(f"{_HERE}.local_cache:local_cache", "Clear or explain what local runs keep of cached tasks."),
    "execution": Entry(f"{_HERE}.execution:execution", "Recover or relaunch an execution; answer its gates."),
    "fetch": Entry(f"{_HERE}.fetch:fetch", "Show or download inputs and outputs of an execution."),
    "get": Entry(f"{_HERE}.get:get", "Show launch plans."),
    "launchplan": Entry(f"{_HERE}.launchplan:launchplan", "Activate or deactivate a launch plan."),
    "info": Entry(f"{_HERE}.info:info", "Show versions and the control plane in use."),
}


def _verbosity(args: Sequence[str]) -> int:
    """The number of ``-v`` before the command."""
    count = 0
    for arg in args:
        if arg == "--verbose":
            count += 1
        elif arg.startswith("-v") and set(arg[1:]) == {"v"}:
            count += len(arg) - 1
        elif not arg.startswith("-"):
            break
    return count


@click.group("pyflyte", cls=LazyGroup, table=_COMMANDS, context_settings={"help_option_names": ["--help", "-h"]})
@click.option("-v", "--verbose", count=True, help="More log lines and whole tracebacks; up to three times.")
@click.option(
    "-k",
    "--pkgs",
    multiple=True,
    callback=packages,
    metavar="A.B,…",
    help="Python packages to work on, with dots; repeatable, or separated by commas.",
)
@click.option("-c", "--config", metavar="FILE", help="Configuration of the control plane. [default: ~/.flyte/config.yaml]")
@click.pass_context
def pyflyte(ctx: click.Context, verbose: int, pkgs: tuple[str, ...], config: str | None) -> None:
    """Run, register and package workflows.

    \b
    pyflyte run hello.py hello_wf --name Ada
    pyflyte run --remote --wait hello.py hello_wf --name Ada
    pyflyte register workflows/
    """

    if config:
        os.environ[CONFIG_VARIABLE] = config
    ctx.obj = Session(config, pkgs, verbose)
    configure_logging(verbose)


def configure_logging(verbose: int) -> None:
    """Warnings with one ``-v``, information with two, everything with three; else what FLYTE_SDK_LOGGING_LEVEL says."""

    level = {1: 30, 2: 20}.get(verbose, 10) if verbose else os.environ.get("FLYTE_SDK_LOGGING_LEVEL")
    if level is None:
        return
    # Logging loads only for those who asked for it.
    import logging

    logging.basicConfig(format="%(asctime)s %(levelname)-7s %(name)s: %(message)s")
    logging.getLogger("glidepath").setLevel(int(level) if str(level).isdigit() else str(level).upper())


def main(args: Sequence[str] | None = None) -> NoReturn:
    """The console script. Exit codes: 0; 1 for any error; 2 for a wrong call; 255 when a run that was waited for failed."""
    run(pyflyte, Program("pyflyte", usage_exit=2, verbosity=_verbosity), args)


__all__ = ["main", "pyflyte"]
