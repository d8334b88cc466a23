"""Runs tasks that have hooks: ``dispatch_execute``, and within it pre-execution, the work, post-execution."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from glidepath.authoring.calls import finished
from glidepath.errors import FlyteException, FlyteUserRuntimeException, IgnoreOutputs
from glidepath.idl import core
from glidepath.runtime.context import ExecutionParameters, running
from glidepath.runtime.execution import literals_of, values_of
from glidepath.types import DataContext, using
from glidepath.types.flyte_context import FlyteContext


class TaskContext(FlyteContext):
    """``ctx`` of one attempt: also knows how an attempt goes by default."""

    def __init__(self, data: DataContext, parameters: ExecutionParameters) -> None:
        super().__init__(data)
        self._parameters = parameters

    @property
    def user_space_params(self) -> ExecutionParameters:
        return self._parameters

    def dispatch(self, task: Any, inputs: core.LiteralMap) -> core.LiteralMap:
        """What ``dispatch_execute`` does unless a task type overrides it. Raises as :func:`run_task` does."""
        parameters = _called(task, task.pre_execute, self._parameters)
        with running(parameters or self._parameters):
            values = values_of(task, inputs, self.data)
            result = _called(task, lambda: finished(task.execute(**values)))
            result = _called(task, task.post_execute, parameters, result)
            return result if isinstance(result, core.LiteralMap) else literals_of(task, result, self.data)


def run_hooked(task: Any, inputs: core.LiteralMap, ctx: DataContext, parameters: ExecutionParameters) -> core.LiteralMap:
    """Run one attempt of a task with :class:`~glidepath.authoring.task_hooks.TaskHooks`.

    Raises as :func:`glidepath.runtime.execution.run_task` does.
    """
    with running(parameters), using(ctx):
        outputs: core.LiteralMap = _called(task, task.dispatch_execute, TaskContext(ctx, parameters), inputs)
        return outputs


def _called(task: Any, method: Callable[..., Any], *args: Any) -> Any:
    """The result of one of the author's methods; what it raises is the user's, unless it was told apart before."""
    try:
        return method(*args)
    except (IgnoreOutputs, FlyteUserRuntimeException):
        raise
    except Exception as error:
        if isinstance(error, FlyteException) and error.code.startswith("SYSTEM"):
            raise
        raise FlyteUserRuntimeException(f"{type(error).__name__}: {error}", where=f"task {task.name}") from error
