"""Run an entity in this process."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path
from typing import Any

import click

import glidepath.local
from glidepath.cli.pyflyte.run.settings import RunSettings
from glidepath.storage import open_storage
from glidepath.types import DataContext


def local_context() -> DataContext:
    """The surroundings in which text becomes values of a local run: files stay where they are."""
    folder = Path(tempfile.gettempdir()) / "glidepath"
    return DataContext(open_storage(), str(folder), folder, upload=False)


def run_here(entity: Any, settings: RunSettings, values: dict[str, Any]) -> None:
    """Run an entity and print what it returns."""
    click.echo("Running Execution on local.")
    os.environ.update(settings.env)
    if settings.overwrite_cache:
        os.environ["FLYTE_LOCAL_CACHE_OVERWRITE"] = "true"
    result = glidepath.local.run(entity, values)
    click.echo(shown(entity, result))


def shown(entity: Any, result: Any) -> str:
    """A result as stock pyflyte prints it: several outputs with their names, none as an empty line."""
    if result is None:
        return ""
    names = list(entity.interface.outputs)
    if isinstance(result, tuple) and len(names) > 1 and not hasattr(result, "_fields"):
        pairs = ", ".join(f"{name}={value!r}" for name, value in zip(names, result, strict=True))
        return f"DefaultNamedTupleOutput({pairs})"
    return str(result)
