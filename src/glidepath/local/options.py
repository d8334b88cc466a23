"""How a local run meets the world around it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from google.protobuf.message import Message

_NONE: Mapping[str, Any] = MappingProxyType({})


class RunOptions(NamedTuple):
    """All optional; the defaults are a run that asks on the terminal and tells nothing."""

    signals: Mapping[str, Any] = _NONE
    """Values of gates by the names that the workflow gives them: Python values, or texts as they would be typed."""
    watch: Callable[[Message], None] | None = None
    """Told of every event, as the control plane would record it: WorkflowExecutionEvent, NodeExecutionEvent and
    TaskExecutionEvent, in order, those of child executions too. ``events.append`` keeps a trace."""


DEFAULTS = RunOptions()
