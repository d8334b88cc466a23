"""Plain calls of tasks, ``task(x=1)``, that take the way of an attempt in this process: tasks with hooks or a cache."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from glidepath.authoring.tasks import PythonFunctionTask, Task
from glidepath.errors import FlyteUserRuntimeException
from glidepath.idl import core
from glidepath.local.cache_settings import overwrites_cache, uses_cache
from glidepath.local.folders import new_run_folder
from glidepath.runtime.context import ExecutionParameters, current_context, local_parameters
from glidepath.runtime.execution import run_task as run_attempt
from glidepath.storage import open_storage
from glidepath.types import DataContext, to_python

_NAMELESS = "local"


def run_task(task: Task[..., Any], values: Mapping[str, Any]) -> Any:
    """Call a task with Python values of all inputs; gives back what its function would return. Raises what the task raises."""
    folder = new_run_folder()
    ctx = DataContext(open_storage(), str(folder / "raw"), folder / "data", upload=False)
    interface = task.interface
    inputs = core.LiteralMap(literals={name: interface.literal_of(name, value, ctx) for name, value in values.items()})
    outputs = _run(task, inputs, ctx, str(folder / "work"))
    return interface.unpack_outputs(
        {name: to_python(outputs.literals[name], output.python_type, ctx) for name, output in interface.outputs.items()}
    )


def run_cached_function(task: PythonFunctionTask[..., Any], values: Mapping[str, Any]) -> Any:
    """Call a cached task as :func:`run_task` does; an ``async`` one gives a coroutine.

    Inside of another task, and where the cache is switched off, its function is called as it is.
    """
    if not _may_cache(task):
        return task.task_function(**values)
    return _in_thread(task, values) if task.is_async else run_task(task, values)


async def _in_thread(task: Task[..., Any], values: Mapping[str, Any]) -> Any:
    import asyncio  # async tasks only

    return await asyncio.to_thread(run_task, task, values)


def _may_cache(task: Task[..., Any]) -> bool:
    wanted = task.settings.cache.enabled and bool(task.interface.outputs) and uses_cache(os.environ)
    return wanted and current_context().task_id.name == _NAMELESS


def _run(task: Task[..., Any], inputs: core.LiteralMap, ctx: DataContext, workspace: str) -> core.LiteralMap:
    if not _may_cache(task):
        return _attempt(task, inputs, ctx, local_parameters(workspace, ctx.raw_output_prefix))
    # Loaded for cached tasks only.
    from glidepath.local.cache import keep, look_up, work_of
    from glidepath.local.prepare import LOCAL

    template = task.template(LOCAL)
    if overwrites_cache(os.environ):
        work = work_of(template, inputs)
    else:
        work, found = look_up(template, inputs, ctx.storage)
        if found is not None:
            return found
    parameters = replace(local_parameters(workspace, ctx.raw_output_prefix), task_id=template.id)
    outputs = _attempt(task, inputs, ctx, parameters)
    keep(template, work, outputs)
    return outputs


def _attempt(
    task: Task[..., Any], inputs: core.LiteralMap, ctx: DataContext, parameters: ExecutionParameters
) -> core.LiteralMap:
    try:
        outputs = run_attempt(task, inputs, ctx, parameters)
    except FlyteUserRuntimeException as error:
        if isinstance(error.__cause__, Exception):
            raise error.__cause__ from None
        raise
    assert isinstance(outputs, core.LiteralMap)  # tasks that draw a graph are called through the engine
    return outputs
