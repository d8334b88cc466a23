"""When a launch plan starts by itself: cron expressions and fixed rates, as flyteidl's Schedule."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import timedelta

from glidepath.errors import FlyteValidationException
from glidepath.idl import admin

_ALIASES = frozenset(
    f"{prefix}{name}" for prefix in ("", "@") for name in ("hourly", "daily", "weekly", "monthly", "annually", "yearly")
) | {"hours", "days", "weeks", "months", "years"}
# Patterns are compiled at their first use: most scripts that import this declare no schedule with an offset.
_DURATION = r"[+-]?P(?=.)(\d+Y)?(\d+M)?(\d+W)?(\d+D)?(T(?=.)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?"
_FIELD = r"[A-Za-z0-9*/,?-]+"
_FIELD_LIMITS = ((0, 59), (0, 23), (1, 31), (1, 12), (0, 7))
_FIELD_NAMES = ("minute", "hour", "day of the month", "month", "day of the week")


@dataclass(frozen=True)
class CronSchedule:
    """``CronSchedule(schedule="0 8 * * 1-5")``: minute, hour, day of the month, month, day of the week; or ``"@daily"``.

    ``offset`` (an ISO 8601 duration) is added to the kick-off time that the input ``kickoff_time_input_arg`` gets.
    """

    cron_expression: str | None = None
    schedule: str | None = None
    offset: str | None = None
    kickoff_time_input_arg: str | None = None

    def __post_init__(self) -> None:
        if self.cron_expression is not None:
            raise FlyteValidationException(
                "CronSchedule(cron_expression=...) took the six fields of AWS and is gone",
                hint='write CronSchedule(schedule="0 8 * * *"), with five fields',
            )
        if not self.schedule:
            raise FlyteValidationException("a CronSchedule needs a schedule", hint='write CronSchedule(schedule="0 8 * * *")')
        _check_cron(self.schedule)
        if self.offset is not None and not re.fullmatch(_DURATION, self.offset):
            raise FlyteValidationException(
                f"the offset {self.offset!r} is no ISO 8601 duration", hint='such as "PT1H" or "P1D"'
            )

    def message(self) -> admin.Schedule:
        return admin.Schedule(
            cron_schedule=admin.CronSchedule(schedule=self.schedule or "", offset=self.offset or ""),
            kickoff_time_input_arg=self.kickoff_time_input_arg or "",
        )


def _check_cron(schedule: str) -> None:
    if schedule.lower() in _ALIASES:
        return
    fields = schedule.split()
    if len(fields) != len(_FIELD_NAMES):
        raise FlyteValidationException(
            f"the schedule {schedule!r} has {len(fields)} fields, not five: {', '.join(_FIELD_NAMES)}",
            hint='such as "0 8 * * 1-5", or an alias such as "@daily"',
        )
    for text, name, (low, high) in zip(fields, _FIELD_NAMES, _FIELD_LIMITS, strict=True):
        numbers = [int(number) for number in re.findall(r"(?<![/\d])\d+", text)]
        if not re.fullmatch(_FIELD, text) or any(not low <= number <= high for number in numbers):
            raise FlyteValidationException(
                f"the schedule {schedule!r} has {text!r} for the {name}, which goes from {low} to {high}"
            )


@dataclass(frozen=True)
class FixedRate:
    """``FixedRate(duration=timedelta(hours=2))``: again and again, in whole minutes, hours or days."""

    duration: timedelta
    kickoff_time_input_arg: str | None = None

    def __post_init__(self) -> None:
        if not isinstance(self.duration, timedelta):
            raise FlyteValidationException(
                f"FixedRate(duration={self.duration!r}) must be a timedelta", hint="such as timedelta(hours=2)"
            )
        if self.duration < timedelta(minutes=1) or self.duration % timedelta(minutes=1):
            raise FlyteValidationException(
                f"a FixedRate counts whole minutes, at least one; {self.duration} is not", hint="such as timedelta(minutes=5)"
            )

    def message(self) -> admin.Schedule:
        for unit, size in ((admin.FixedRateUnit.DAY, timedelta(days=1)), (admin.FixedRateUnit.HOUR, timedelta(hours=1))):
            if not self.duration % size:
                return self._rate(self.duration // size, unit)
        return self._rate(self.duration // timedelta(minutes=1), admin.FixedRateUnit.MINUTE)

    def _rate(self, value: int, unit: admin.FixedRateUnit) -> admin.Schedule:
        return admin.Schedule(
            rate=admin.FixedRate(value=value, unit=unit), kickoff_time_input_arg=self.kickoff_time_input_arg or ""
        )


Schedule = CronSchedule | FixedRate
