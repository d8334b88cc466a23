"""A resolver that keeps its tasks in a list and finds them by their position."""

from __future__ import annotations

from typing import Any

from glidepath.authoring.resolver import TaskResolver
from glidepath.errors import FlyteEntityNotFoundException, FlyteValueException


class ClassStorageTaskResolver(TaskResolver):
    """Tasks that code makes in a fixed order: ``resolver.add(task)`` for each, in every process that imports the module."""

    def __init__(self) -> None:
        self._tasks: list[Any] = []

    def get_all_tasks(self) -> list[Any]:
        """The tasks in the order of their addition."""
        return self._tasks

    def add(self, t: Any) -> None:
        """Keep a task."""
        self._tasks.append(t)

    def loader_args(self, settings: Any, task: Any) -> list[str]:
        """The position of a task. Raises FlyteValueException for one that was not added."""
        for position, known in enumerate(self._tasks):
            if known is task:
                return [str(position)]
        raise FlyteValueException(f"{task!r} is not kept by its resolver", hint="add it: resolver.add(task)")

    def load_task(self, loader_args: list[str]) -> Any:
        """The task at a position. Raises FlyteEntityNotFoundException when there is none."""
        (position,) = loader_args
        if not position.isdigit() or int(position) >= len(self._tasks):
            raise FlyteEntityNotFoundException(
                f"the resolver keeps {len(self._tasks)} tasks, and none at {position!r}",
                hint="was a task added or removed since it was registered? register again",
            )
        return self._tasks[int(position)]
