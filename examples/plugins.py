"""Task types of one's own: a class for a configuration, and a resolver that finds tasks its own way.

pyflyte run examples/plugins.py timed_wf --n 20
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from glidepath import task, workflow
from glidepath.authoring.settings import SerializationSettings
from glidepath.authoring.task_plugins import PluginFunctionTask, TaskPlugins


@dataclass
class Repeat:
    """``task_config`` of a task that runs several times and gives its smallest result."""

    times: int = 3


class RepeatTask(PluginFunctionTask):  # type: ignore[type-arg]  # any function
    """Runs the function as often as the configuration says; the configuration travels in the task's ``custom``."""

    _TASK_TYPE = "repeat"

    def __init__(self, task_config: Repeat, task_function: Callable[..., Any], **kwargs: Any) -> None:
        super().__init__(task_config, task_function, task_type=self._TASK_TYPE, **kwargs)

    def get_custom(self, settings: SerializationSettings) -> dict[str, Any]:
        return {"times": self.task_config.times}

    def execute(self, **kwargs: Any) -> Any:
        return min(super(RepeatTask, self).execute(**kwargs) for _ in range(self.task_config.times))


TaskPlugins.register_pythontask_plugin(Repeat, RepeatTask)

CALLS: list[int] = []


@task(task_config=Repeat(times=4))
def shrinking(n: int) -> int:
    """Gives less with each call in its process."""
    CALLS.append(n)
    return n - len(CALLS)


@workflow
def timed_wf(n: int = 10) -> int:
    return shrinking(n=n)
