"""Run an entity in this process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any, TypeAlias

import click

import glidepath.local
from glidepath.authoring.calls import finished
from glidepath.authoring.entity import Entity
from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.tasks import Task
from glidepath.authoring.workflows import WorkflowBase
from glidepath.cli.pyflyte.run.settings import RunSettings
from glidepath.local.folders import new_run_folder
from glidepath.runtime.context import local_parameters, running
from glidepath.storage import open_storage
from glidepath.types import DataContext

Runnable: TypeAlias = "Task[..., Any] | WorkflowBase[..., Any] | LaunchPlan"


def local_context() -> DataContext:
    """The surroundings in which text becomes values of a local run: files stay where they are."""
    import tempfile  # 3 ms, which a run on plain texts does without

    folder = Path(tempfile.gettempdir()) / "glidepath"
    return DataContext(open_storage(), str(folder), folder, upload=False)


def run_here(entity: Runnable, settings: RunSettings, values: dict[str, Any]) -> None:
    """Run an entity and print what it returns."""
    click.echo("Running Execution on local.")
    os.environ.update(settings.env)
    if settings.overwrite_cache:
        os.environ["FLYTE_LOCAL_CACHE_OVERWRITE"] = "true"
    click.echo(shown(entity, _call(entity, values)))


def _call(entity: Runnable, values: dict[str, Any]) -> Any:
    if not isinstance(entity, Task):
        return glidepath.local.run(entity, values)
    with running(local_parameters(str(new_run_folder()))):
        return finished(entity(**values))


def shown(entity: Entity[..., Any], result: Any) -> str:
    """A result as stock pyflyte prints it: several outputs with their names, none as an empty line."""
    if result is None:
        return ""
    names = list(entity.interface.outputs)
    if isinstance(result, tuple) and len(names) > 1 and not hasattr(result, "_fields"):
        pairs = ", ".join(f"{name}={value!r}" for name, value in zip(names, result, strict=True))
        return f"DefaultNamedTupleOutput({pairs})"
    return str(result)
