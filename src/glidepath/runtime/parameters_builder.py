"""Parameters of a task with more facts in them, for ``pre_execute`` of task types."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from glidepath.runtime.context import ExecutionParameters


class ParametersBuilder:
    """``user_params.builder().add_attr("session", session).build()``; the task reads ``current_context().session``."""

    def __init__(self, current: ExecutionParameters) -> None:
        self._current = current
        self._attributes = dict(current.attributes)

    def add_attr(self, key: str, v: Any) -> ParametersBuilder:
        """One more fact."""
        self._attributes[key] = v
        return self

    def build(self) -> ExecutionParameters:
        """The parameters with all facts."""
        return dataclasses.replace(self._current, attributes=self._attributes)
