"""The options that make a server's configuration, shared by ``serve`` and ``migrate``."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from glidepath.admin.config import ServerConfig

Command = TypeVar("Command", bound=Callable[..., Any])

_OPTIONS = (
    click.option("--config", "-c", "file", type=click.Path(path_type=Path, dir_okay=False), help="YAML file."),
    click.option(
        "--data",
        "data_dir",
        type=click.Path(path_type=Path),
        help="Data folder.  [default: $GLIDEPATH_HOME or ~/.flyte/glidepath]",
    ),
    click.option("--database", "database_url", help="SQLAlchemy URL.  [default: SQLite in the data folder]"),
)


def configuration_options(command: Command) -> Command:
    """Add ``--config``, ``--data`` and ``--database``."""
    for option in reversed(_OPTIONS):
        command = option(command)
    return command


def configuration(file: Path | None, **flags: Any) -> ServerConfig:
    """The configuration from flags, this process's environment and a file."""
    from glidepath.admin.settings import load  # PyYAML is loaded by what runs a server, not by --help

    return load(file, os.environ, flags)
