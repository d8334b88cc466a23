"""``flyteadmin migrate``: bring a database up to date without serving it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from glidepath.cli.flyteadmin.options import configuration, configuration_options


@click.command()
@configuration_options
def migrate(file: Path | None, **flags: Any) -> None:
    """Create or update the tables of the database, then end. A server does the same when it starts.

    \b
    flyteadmin migrate --database postgresql://flyte@db/flyte
    """
    config = configuration(file, **flags)
    # SQLAlchemy takes 0.3 s to load; --help does without.
    from glidepath.admin.data_folder import DataFolder
    from glidepath.admin.store import open_store

    DataFolder(config.data_dir).prepare()
    open_store(config.database_url).close()
    click.echo("the database is up to date")
