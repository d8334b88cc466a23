"""Tasks of type ``core-sleep``: the control plane waits, and nothing runs.

``@task(task_config=Sleep())`` makes one of a function that takes a duration (what flytekit's plug-in ``flytekitplugins-sleep``
offers); ``CoreSleep("nap")`` is one by itself.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from glidepath.authoring.declared_interface import DeclaredInterface
from glidepath.authoring.interface import Interface, counted
from glidepath.authoring.python_tasks import PythonTask
from glidepath.authoring.task_plugins import PluginFunctionTask, TaskPlugins
from glidepath.errors import FlyteValidationException

TASK_TYPE = "core-sleep"


@dataclass(frozen=True)
class Sleep:
    """``task_config`` of a function that sleeps for the duration that it is given."""


class SleepTask(PluginFunctionTask[..., None]):
    """A function of one ``timedelta`` and no output, whose body is not called: the duration is waited for instead."""

    def __init__(self, task_config: Sleep, task_function: Callable[..., None], **options: Any) -> None:
        super().__init__(task_config, task_function, TASK_TYPE, **options)
        _check(self.interface, str(self.source))

    def execute(self, **kwargs: Any) -> None:
        """Sleep, in this process."""
        _sleep(kwargs)


class CoreSleep(PythonTask):
    """A task with the input ``duration``: ``nap = CoreSleep("nap")``, then ``nap(duration=timedelta(minutes=5))``."""

    def __init__(self, name: str, **options: Any) -> None:
        super().__init__(TASK_TYPE, name, interface=DeclaredInterface({"duration": timedelta}), **options)

    def execute(self, **kwargs: Any) -> None:
        """Sleep, in this process."""
        _sleep(kwargs)


def _sleep(values: dict[str, Any]) -> None:
    (duration,) = values.values()
    time.sleep(max(0.0, duration.total_seconds()))


def _check(interface: Interface, where: str) -> None:
    inputs = [parameter.python_type for parameter in interface.inputs.values()]
    if inputs != [timedelta] or interface.outputs:
        raise FlyteValidationException(
            f"{interface.owner} sleeps, so it takes one timedelta and gives nothing; it takes"
            f" {counted(len(inputs), 'input')} and gives {counted(len(interface.outputs), 'output')}",
            where=where,
            hint="write def nap(duration: timedelta) -> None",
        )


TaskPlugins.register_pythontask_plugin(Sleep, SleepTask)
