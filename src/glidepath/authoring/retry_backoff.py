"""Time between the attempts of a task, an option beyond stock: our engine keeps it, others start the next attempt at once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from glidepath.errors import FlyteValidationException


@dataclass(frozen=True)
class RetryBackoff:
    """How long to wait before each retry: ``initial``, then ``factor`` times as long each time, at most ``maximum``.

    ``@task(retries=4, retry_backoff=RetryBackoff(timedelta(seconds=10)))`` waits 10, 20, 40 and 80 seconds. Raises
    FlyteValidationException for negative times, a factor below 1, and a maximum below the first wait.
    """

    initial: timedelta
    factor: float = 2.0
    maximum: timedelta | None = None

    def __post_init__(self) -> None:
        for name, value in (("initial", self.initial), ("maximum", self.maximum)):
            if value is not None and (not isinstance(value, timedelta) or value < timedelta(0)):
                raise FlyteValidationException(f"RetryBackoff takes {name} as a timedelta from 0 on, got {value!r}")
        if isinstance(self.factor, bool) or not isinstance(self.factor, (int, float)) or not self.factor >= 1:
            raise FlyteValidationException(f"factor={self.factor!r} of RetryBackoff must be a number from 1 on")
        if self.initial is None:
            raise FlyteValidationException("RetryBackoff needs the first wait: RetryBackoff(timedelta(seconds=10))")
        if self.maximum is not None and self.maximum < self.initial:
            raise FlyteValidationException(
                f"maximum={self.maximum} of RetryBackoff is shorter than the first wait, {self.initial}"
            )

    def config(self) -> Mapping[str, str]:
        """The entries of the task template's ``config``: seconds and the factor, as texts."""
        entries = {
            "retry_backoff_initial_seconds": _number(self.initial.total_seconds()),
            "retry_backoff_factor": _number(float(self.factor)),
        }
        if self.maximum is not None:
            entries["retry_backoff_max_seconds"] = _number(self.maximum.total_seconds())
        return entries


def checked_backoff(value: Any) -> RetryBackoff | None:
    """The ``retry_backoff`` of a task: a :class:`RetryBackoff`, or a timedelta that stands for its first wait."""
    if value is None or isinstance(value, RetryBackoff):
        return value
    if isinstance(value, timedelta):
        return RetryBackoff(value)
    raise FlyteValidationException(
        f"retry_backoff={value!r} must be a RetryBackoff", hint="such as retry_backoff=RetryBackoff(timedelta(seconds=10))"
    )


def _number(value: float) -> str:
    return str(int(value)) if value.is_integer() else repr(value)
