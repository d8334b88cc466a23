"""Durations as Go writes and reads them: ``1h0m5.5s``, ``300ms``."""

from __future__ import annotations

import re
from datetime import timedelta

from google.protobuf.duration_pb2 import Duration

from glidepath.errors import FlyteValueException

_SECOND = 1_000_000_000
_UNITS = {"h": 3600 * _SECOND, "m": 60 * _SECOND, "s": _SECOND, "ms": 1_000_000, "us": 1000, "µs": 1000, "ns": 1}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def duration_text(duration: Duration) -> str:
    """What Go's ``Duration.String()`` gives."""
    total = duration.seconds * _SECOND + duration.nanos
    sign, rest = ("-" if total < 0 else ""), abs(total)
    if rest == 0:
        return "0s"
    for unit in ("ms", "µs", "ns"):
        if rest < _SECOND and rest >= _UNITS[unit]:
            return f"{sign}{_number(rest, _UNITS[unit])}{unit}"
    hours, rest = divmod(rest, _UNITS["h"])
    minutes, rest = divmod(rest, _UNITS["m"])
    head = f"{hours}h{minutes}m" if hours else f"{minutes}m" if minutes else ""
    return f"{sign}{head}{_number(rest, _SECOND)}s"


def parse_duration(text: str) -> timedelta:
    """The duration of a text, to the microsecond. Raises FlyteValueException for a text that is none."""
    body = text.strip().lstrip("+-")
    parts = _PART.findall(body)
    if body == "0":
        return timedelta(0)
    if not parts or "".join(number + unit for number, unit in parts) != body:
        raise FlyteValueException(f"{text!r} is no duration", hint="such as 90s, 1h30m or 250ms")
    microseconds = sum(float(number) * _UNITS[unit] for number, unit in parts) / 1000
    return timedelta(microseconds=-microseconds if text.strip().startswith("-") else microseconds)


def _number(nanoseconds: int, unit: int) -> str:
    whole, rest = divmod(nanoseconds, unit)
    fraction = f"{rest:0{len(str(unit)) - 1}d}".rstrip("0") if rest else ""
    return f"{whole}.{fraction}" if fraction else str(whole)
