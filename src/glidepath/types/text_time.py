"""Durations, instants and days as people write them: ``2h30m``, ``1 day``, ``now - 3 days``, ``2024-05-01``."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable

from glidepath.errors import FlyteValueException

_UNITS = {
    "week": 604800.0,
    "day": 86400.0,
    "hour": 3600.0,
    "minute": 60.0,
    "second": 1.0,
    "millisecond": 1e-3,
    "microsecond": 1e-6,
}
_NAMES = {
    "w": "week", "wk": "week", "wks": "week", "week": "week", "weeks": "week",
    "d": "day", "dy": "day", "dys": "day", "day": "day", "days": "day",
    "h": "hour", "hr": "hour", "hrs": "hour", "hour": "hour", "hours": "hour",
    "m": "minute", "min": "minute", "mins": "minute", "minute": "minute", "minutes": "minute",
    "s": "second", "sec": "second", "secs": "second", "second": "second", "seconds": "second",
    "ms": "millisecond", "msec": "millisecond", "millisecond": "millisecond", "milliseconds": "millisecond",
    "us": "microsecond", "microsecond": "microsecond", "microseconds": "microsecond",
}  # fmt: skip
_PART = re.compile(r"\s*(?P<number>\d+(?:\.\d+)?|\.\d+)\s*(?P<unit>[a-zA-Z]+)\s*,?")
_CLOCK = re.compile(
    r"(?:(?P<days>\d+)\s*(?:days?|d)\s*,?\s*|(?P<more_days>\d+):(?=\d+:\d+:))?"
    r"(?:(?P<hours>\d+):)?(?P<minutes>\d+):(?P<seconds>\d+(?:\.\d+)?)"
)
_ISO = re.compile(
    r"P(?:(?P<weeks>[\d.]+)W)?(?:(?P<days>[\d.]+)D)?(?:T(?:(?P<hours>[\d.]+)H)?(?:(?P<minutes>[\d.]+)M)?(?:(?P<seconds>[\d.]+)S)?)?"
)
_SUM = re.compile(r"(?P<base>.+?)\s+(?P<sign>[-+])\s+(?P<duration>.+)")
_FORMATS = ("%Y-%m-%d", "%Y-%m-%dT%H:%M", "%Y-%m-%d %H:%M", "%Y-%m-%dT%H:%M:%S", "%Y-%m-%d %H:%M:%S")
_HINT_DURATION = "write for example 90s, 2h30m, 1 day, 1:30:00 or PT15M"
_HINT_INSTANT = "write for example 2024-05-01, 2024-05-01T12:30:00Z, now, today or now - 3 days"

Clock = Callable[[], dt.datetime]


def local_now() -> dt.datetime:
    """The present, aware, in this machine's zone."""
    return dt.datetime.now().astimezone()


def parse_duration(text: str) -> dt.timedelta:
    """A duration: ``1 day 2h 30m``, ``1.5 hours``, a clock (``1 day, 1:30:00``), ISO 8601 (``PT15M``), bare seconds (``90``).

    A leading ``-`` makes it negative. Raises FlyteValueException with the forms that work.
    """
    body = text.strip()
    sign = -1 if body.startswith("-") else 1
    body = body.lstrip("+-").strip()
    seconds = _number(body) if body else None
    if seconds is None:
        seconds = _by_clock(body)
    if seconds is None:
        seconds = _by_units(body)
    if seconds is None:
        seconds = _by_iso(body)
    if seconds is None:
        raise FlyteValueException(f"{text!r} is no duration", hint=_HINT_DURATION)
    return sign * dt.timedelta(microseconds=round(seconds * 1e6))


def parse_instant(text: str, now: Clock = local_now) -> dt.datetime:
    """An instant: ISO 8601, ``now``, ``today`` (midnight), or one of them plus or minus a duration (``now - 3 days``).

    What names no zone stays naive, and is taken as local time where it is written to the wire. Raises FlyteValueException.
    """
    body = text.strip()
    plain = _instant(body, now)
    if plain is not None:
        return plain
    parts = _SUM.fullmatch(body)
    base = _instant(parts["base"].strip(), now) if parts else None
    if parts is None or base is None:
        raise FlyteValueException(f"{text!r} is no date or time", hint=_HINT_INSTANT)
    delta = parse_duration(parts["duration"])
    return base + delta if parts["sign"] == "+" else base - delta


def parse_day(text: str, now: Clock = local_now) -> dt.date:
    """A day, by the rules of :func:`parse_instant`."""
    return parse_instant(text, now).date()


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\d+(?:\.\d+)?", text) else None


def _by_clock(text: str) -> float | None:
    found = _CLOCK.fullmatch(text)
    if found is None:
        return None
    days, hours = float(found["days"] or found["more_days"] or 0), float(found["hours"] or 0)
    return ((days * 24 + hours) * 60 + float(found["minutes"])) * 60 + float(found["seconds"])


def _by_units(text: str) -> float | None:
    position, seconds = 0, 0.0
    while position < len(text):
        part = _PART.match(text, position)
        unit = _NAMES.get(part["unit"].lower()) if part else None
        if part is None or unit is None:
            return None
        seconds += float(part["number"]) * _UNITS[unit]
        position = part.end()
    return seconds if text else None


def _by_iso(text: str) -> float | None:
    found = _ISO.fullmatch(text.upper())
    if found is None or not any(found.groups()):
        return None
    try:
        return sum(float(number) * _UNITS[unit[:-1]] for unit, number in found.groupdict().items() if number)
    except ValueError:  # "1.2.3"
        return None


def _instant(text: str, now: Clock) -> dt.datetime | None:
    if text == "now":
        return now()
    if text == "today":
        return now().replace(hour=0, minute=0, second=0, microsecond=0)
    try:
        return dt.datetime.fromisoformat(re.sub(r"[zZ]$", "+00:00", text))
    except ValueError:
        pass
    for form in _FORMATS:
        try:
            return dt.datetime.strptime(text, form)  # noqa: DTZ007  (a naive text stays naive)
        except ValueError:
            continue
    return None
