"""Run an entity in this process."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeAlias

import click

import glidepath.local
from glidepath.authoring.calls import finished
from glidepath.authoring.entity import Entity
from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.tasks import Task
from glidepath.authoring.workflows import WorkflowBase
from glidepath.cli.errors import FAILED
from glidepath.cli.pyflyte.run.settings import RunSettings
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID
from glidepath.local.folders import new_run_folder
from glidepath.runtime.context import local_parameters, running
from glidepath.storage import open_storage
from glidepath.types import DataContext

if TYPE_CHECKING:
    from google.protobuf.message import Message

Runnable: TypeAlias = "Task[..., Any] | WorkflowBase[..., Any] | LaunchPlan"


def local_context() -> DataContext:
    """The surroundings in which text becomes values of a local run: files stay where they are."""
    import tempfile  # 3 ms, which a run on plain texts does without

    folder = Path(tempfile.gettempdir()) / "glidepath"
    return DataContext(open_storage(), str(folder), folder, upload=False)


def run_here(entity: Runnable, settings: RunSettings, values: dict[str, Any], *, verbose: bool = False) -> None:
    """Run an entity and print what it returns; with ``verbose`` a line on stderr for each node that starts or ends."""
    click.echo("Running Execution on local.")
    os.environ.update(settings.env)
    if settings.overwrite_cache:
        os.environ["FLYTE_LOCAL_CACHE_OVERWRITE"] = "true"
    try:
        result = _call(entity, values, glidepath.local.RunOptions(settings.signals, _told if verbose else None))
    except KeyboardInterrupt as interrupt:
        click.echo(" ".join(["\nInterrupted", *getattr(interrupt, "__notes__", ())]), err=True)
        click.get_current_context().exit(FAILED)
    click.echo(shown(entity, result))


def _call(entity: Runnable, values: dict[str, Any], options: glidepath.local.RunOptions) -> Any:
    if not isinstance(entity, Task):
        return glidepath.local.run(entity, values, options)
    with running(local_parameters(str(new_run_folder()))):
        return finished(entity(**values))


def _told(event: Message) -> None:
    """``  n0    greet                SUCCEEDED``"""
    from glidepath.idl.event import NodeExecutionEvent  # event messages are made, and loaded, for verbose runs only

    if isinstance(event, NodeExecutionEvent) and event.id.node_id not in (START_NODE_ID, END_NODE_ID):
        phase = core.NodeExecution.Phase.Name(event.phase)
        click.echo(f"  {event.id.node_id:<5} {event.node_name:<20} {phase}", err=True)


def shown(entity: Entity[..., Any], result: Any) -> str:
    """A result as stock pyflyte prints it: several outputs with their names, none as an empty line."""
    if result is None:
        return ""
    names = list(entity.interface.outputs)
    if isinstance(result, tuple) and len(names) > 1 and not hasattr(result, "_fields"):
        pairs = ", ".join(f"{name}={value!r}" for name, value in zip(names, result, strict=True))
        return f"DefaultNamedTupleOutput({pairs})"
    return str(result)
