"""Metrics of a task. Flyte's platform collects none, so these calls have no effect; code that makes them keeps working."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator


class Stats:
    """The statsd-like object at ``current_context().stats``."""

    def __init__(self, scope: str = "") -> None:
        self.scope = scope

    def incr(self, metric: str, count: int = 1, **tags: str) -> None:
        """Count up."""

    def decr(self, metric: str, count: int = 1, **tags: str) -> None:
        """Count down."""

    def gauge(self, metric: str, value: float, **tags: str) -> None:
        """Set a level."""

    def timing(self, metric: str, value: float) -> None:
        """Note a duration."""

    @contextlib.contextmanager
    def timer(self, metric: str, *args: object, **tags: str) -> Iterator[None]:
        """Note the duration of a block."""
        yield
