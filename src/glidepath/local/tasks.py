"""A plain call of a task with hooks, ``task(x=1)``: it takes the way of an attempt, in this process."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glidepath.authoring.tasks import Task
from glidepath.errors import FlyteUserRuntimeException
from glidepath.idl import core
from glidepath.local.folders import new_run_folder
from glidepath.runtime.context import local_parameters
from glidepath.runtime.hooks import run_hooked
from glidepath.storage import open_storage
from glidepath.types import DataContext, to_python


def run_task(task: Task[..., Any], values: Mapping[str, Any]) -> Any:
    """Call a task with Python values of all inputs; gives back what its function would return. Raises what the task raises."""
    folder = new_run_folder()
    ctx = DataContext(open_storage(), str(folder / "raw"), folder / "data", upload=False)
    interface = task.interface
    inputs = core.LiteralMap(literals={name: interface.literal_of(name, value, ctx) for name, value in values.items()})
    parameters = local_parameters(str(folder / "work"), ctx.raw_output_prefix)
    try:
        outputs = run_hooked(task, inputs, ctx, parameters)
    except FlyteUserRuntimeException as error:
        if isinstance(error.__cause__, Exception):
            raise error.__cause__ from None
        raise
    return interface.unpack_outputs(
        {name: to_python(outputs.literals[name], output.python_type, ctx) for name, output in interface.outputs.items()}
    )
