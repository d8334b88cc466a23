"""Eager functions in this process: each thing that one calls is a run of its own, through the engine that the server uses."""

from __future__ import annotations

import asyncio
import contextvars
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from weakref import WeakKeyDictionary

from glidepath.authoring.entity import Entity
from glidepath.authoring.governing import governing
from glidepath.authoring.launch_plans import LaunchPlan
from glidepath.authoring.task_workflow import TaskWorkflow
from glidepath.authoring.tasks import Task
from glidepath.authoring.workflows import WorkflowBase
from glidepath.local.run import run

_SIDE_BY_SIDE = 32
"""Awaited calls of one eager function that run at a time; each has a thread."""

_AROUND: WeakKeyDictionary[Task[..., Any], TaskWorkflow] = WeakKeyDictionary()


class LocalController:
    """Carries out the calls of one eager function. What a task raises reaches the caller as it is, with a note of its place.

    A call that is awaited runs in a thread. Cancelling it lets the thread go on to its end, unheeded: Python cannot stop it.
    """

    def __init__(self) -> None:
        self._room = asyncio.Semaphore(_SIDE_BY_SIDE)

    @classmethod
    @contextmanager
    def opened(cls) -> Iterator[LocalController]:
        """A controller for as long as a body runs."""
        yield cls()

    def result(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> Any:
        """Run an entity here, in the caller's thread."""
        with governing(None):
            if isinstance(entity, Task):
                return run(_around(entity), values)
            if isinstance(entity, (WorkflowBase, LaunchPlan)):
                return run(entity, values)
            return entity.run(values)

    async def awaited(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> Any:
        """Run an entity beside others."""
        async with self._room:
            return await _in_thread(lambda: self.result(entity, values))


def _around(task: Task[..., Any]) -> TaskWorkflow:
    """The workflow through which the engine runs a task alone, named as on a server."""
    found = _AROUND.get(task)
    if found is None:
        found = _AROUND[task] = TaskWorkflow(f".flytegen.{task.name}", task)
    return found


async def _in_thread(job: Callable[[], Any]) -> Any:
    """A job's result. The thread is a daemon, so that one which nobody awaits any more keeps no program from ending."""
    loop = asyncio.get_running_loop()
    future: asyncio.Future[Any] = loop.create_future()
    context = contextvars.copy_context()

    def settle(value: Any, error: BaseException | None) -> None:
        if future.done():  # cancelled
            return
        if error is None:
            future.set_result(value)
        else:
            future.set_exception(error)

    def work() -> None:
        value, failure = None, None
        try:
            value = context.run(job)
        except BaseException as error:  # noqa: BLE001  the edge of the thread: whoever awaits gets it
            failure = error
        if not loop.is_closed():
            loop.call_soon_threadsafe(settle, value, failure)

    threading.Thread(target=work, name="eager", daemon=True).start()
    return await future
