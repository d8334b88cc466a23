"""What a launch plan's schedule may say. When it fires is the scheduler's matter.

Reference: flytectl-and-admin.md, B3 and C4: five-field cron expressions and ``@hourly``-style macros.
"""

import re
from collections.abc import Mapping

from glidepath.admin.errors import InvalidArgument
from glidepath.idl import admin, core

_MACROS = frozenset({"@yearly", "@annually", "@monthly", "@weekly", "@daily", "@midnight", "@hourly"})
_ALIASES = frozenset(
    {"hourly", "hours", "daily", "days", "weekly", "weeks", "monthly", "months", "annually", "yearly", "years"}
)
_EVERY = re.compile(r"@every (\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+")
_MONTHS = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]
_DAYS = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
_FIELDS: tuple[tuple[str, int, int, list[str]], ...] = (
    ("minute", 0, 59, []),
    ("hour", 0, 23, []),
    ("day of month", 1, 31, []),
    ("month", 1, 12, _MONTHS),
    ("day of week", 0, 6, _DAYS),
)


def check_schedule(schedule: admin.Schedule, expected: Mapping[str, core.Parameter]) -> None:
    """A scheduled launch plan must run without anybody giving inputs, but for the time that it is started for.

    ``expected`` are the launch plan's expected inputs. Raises InvalidArgument.
    """
    kickoff = schedule.kickoff_time_input_arg
    for name, parameter in sorted(expected.items()):
        if parameter.required and name != kickoff:
            raise InvalidArgument(
                f"Cannot create a launch plan with a schedule if there is an unbound required input. [{name}] is required"
            )
    if kickoff:
        _check_kickoff(kickoff, expected)
    kind = schedule.WhichOneof("ScheduleExpression")
    if kind == "cron_schedule" and schedule.cron_schedule.schedule not in _ALIASES:
        check_cron(schedule.cron_schedule.schedule)
    elif kind == "rate" and schedule.rate.value == 0:
        raise InvalidArgument("invalid value for schedule.rate.value: it must be at least 1")


def schedule_type(schedule: admin.Schedule) -> str:
    """How a schedule is stored: NONE, CRON or RATE."""
    kind = schedule.WhichOneof("ScheduleExpression")
    return {"cron_schedule": "CRON", "cron_expression": "CRON", "rate": "RATE"}.get(kind or "", "NONE")


def check_cron(expression: str) -> None:
    """Five fields of numbers, names, ranges, lists and steps, or a macro. Raises InvalidArgument that names the bad field."""
    text = expression.strip()
    if text in _MACROS or _EVERY.fullmatch(text):
        return
    fields = text.split()
    if len(fields) != len(_FIELDS):
        raise InvalidArgument(f"Invalid cron expression: expected exactly 5 fields, found {len(fields)}: [{expression}]")
    for field, (name, low, high, names) in zip(fields, _FIELDS, strict=True):
        if not all(_fits(part, low, high, names) for part in field.split(",")):
            raise InvalidArgument(f"Invalid cron expression: {name} [{field}] is not between {low} and {high}: [{expression}]")


def _check_kickoff(kickoff: str, expected: Mapping[str, core.Parameter]) -> None:
    if kickoff not in expected:
        raise InvalidArgument(
            "Cannot create a schedule with a KickoffTimeInputArg that does not point to a free input. "
            f"[{kickoff}] is not free or does not exist."
        )
    kind = expected[kickoff].var.type
    if kind.simple != core.SimpleType.DATETIME:
        given = core.SimpleType.Name(kind.simple) if kind.HasField("simple") else str(kind.WhichOneof("type"))
        raise InvalidArgument(f"KickoffTimeInputArg must reference a datetime input. [{kickoff}] is a [{given}]")


def _fits(part: str, low: int, high: int, names: list[str]) -> bool:
    span, slash, step = part.partition("/")
    if slash and (not step.isdecimal() or int(step) == 0):
        return False
    if span in ("*", "?"):
        return True
    start, dash, end = span.partition("-")
    numbers = [_number(text, low, names) for text in ([start, end] if dash else [start])]
    return all(low <= number <= high for number in numbers) and numbers == sorted(numbers)


def _number(text: str, low: int, names: list[str]) -> int:
    if text.lower() in names:
        return names.index(text.lower()) + low
    return int(text) if text.isdecimal() else -1
