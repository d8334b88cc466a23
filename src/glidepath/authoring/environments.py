"""Reusable settings of tasks: ``Environment(retries=2, ...)`` is a decorator like ``@task`` that has arguments already."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any, overload

from glidepath.authoring.entity import P, R
from glidepath.authoring.task_settings import TaskOptions, check_known
from glidepath.authoring.tasks import PythonFunctionTask, TaskDecorator, task

if TYPE_CHECKING:
    from typing_extensions import Unpack


class Environment:
    """Arguments of ``@task`` under a name, to be used, changed and built upon.

    Example::

        gpu = Environment(requests=Resources(gpu="1"), retries=2)

        @gpu.task(timeout=60)
        def train(n: int) -> float: ...

    A later argument replaces an earlier one; dicts (environment, labels, annotations) are merged. Raises
    FlyteValidationException for arguments that ``@task`` does not have.
    """

    def __init__(self, **options: Unpack[TaskOptions]) -> None:
        check_known(options, TaskOptions.__annotations__, "Environment")
        self.overrides: dict[str, Any] = dict(options)
        """The arguments so far, by name."""

    def update(self, **options: Unpack[TaskOptions]) -> None:
        """Change this environment; tasks that are made already stay as they are."""
        check_known(options, TaskOptions.__annotations__, "Environment")
        self.overrides = _merged(self.overrides, options)

    def extend(self, **options: Unpack[TaskOptions]) -> Environment:
        """Another environment: this one's arguments, and ``options``."""
        made = Environment()
        made.overrides = dict(self.overrides)
        made.update(**options)
        return made

    def show(self) -> None:
        """Print the arguments."""
        lines = "".join(f"    {name}={value!r},\n" for name, value in self.overrides.items())
        print(f"Environment(\n{lines})" if lines else "Environment()")  # noqa: T201  (what it is for)

    @overload
    def task(self, function: Callable[P, R], /, **options: Unpack[TaskOptions]) -> PythonFunctionTask[P, R]: ...

    @overload
    def task(self, function: None = None, /, **options: Unpack[TaskOptions]) -> TaskDecorator: ...

    def task(self, function: Callable[..., Any] | None = None, /, **options: Unpack[TaskOptions]) -> Any:
        """``@task`` with this environment's arguments, and ``options``."""
        return task(function, **_merged(self.overrides, options))

    __call__ = task

    @overload
    def dynamic(self, function: Callable[P, R], /, **options: Unpack[TaskOptions]) -> PythonFunctionTask[P, R]: ...

    @overload
    def dynamic(self, function: None = None, /, **options: Unpack[TaskOptions]) -> TaskDecorator: ...

    def dynamic(self, function: Callable[..., Any] | None = None, /, **options: Unpack[TaskOptions]) -> Any:
        """``@dynamic`` with this environment's arguments, and ``options``."""
        from glidepath.authoring.dynamic_tasks import dynamic  # few environments make dynamic tasks

        return dynamic(function, **_merged(self.overrides, options))

    def __repr__(self) -> str:
        return f"Environment({', '.join(f'{name}={value!r}' for name, value in self.overrides.items())})"


def _merged(options: Mapping[str, Any], others: Mapping[str, Any]) -> dict[str, Any]:
    merged = {**options, **others}
    for name, value in others.items():
        before = options.get(name)
        if isinstance(before, Mapping) and isinstance(value, Mapping):
            merged[name] = {**before, **value}
    return merged
