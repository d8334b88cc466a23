"""Durations as Go writes them (``1h2m3.5s``, ``300ms``): in configuration files and in execution files."""

from __future__ import annotations

import re

from glidepath.errors import FlyteValueException

_SECONDS = {"ns": 1e-9, "us": 1e-6, "µs": 1e-6, "ms": 1e-3, "s": 1.0, "m": 60.0, "h": 3600.0}
_PART = re.compile(r"(\d+(?:\.\d*)?|\.\d+)(ns|us|µs|ms|s|m|h)")


def parse_duration(text: str) -> float:
    """Seconds in a Go duration; a plain number counts as seconds.

    Raises FlyteValueException for any other text.

    >>> parse_duration("1h2m0.5s"), parse_duration("-300ms"), parse_duration("15")
    (3720.5, -0.3, 15.0)
    """
    body = text.strip()
    sign = -1.0 if body.startswith("-") else 1.0
    body = body.lstrip("+-")
    try:
        return sign * float(body)
    except ValueError:
        pass
    parts = _PART.findall(body)
    if not parts or "".join(number + unit for number, unit in parts) != body:
        raise FlyteValueException(f"{text!r} is not a duration", hint="write it as 90s, 1h30m or 250ms")
    return sign * sum(float(number) * _SECONDS[unit] for number, unit in parts)
