"""Durations as texts."""

from datetime import timedelta


def go_duration(duration: timedelta) -> str:
    """A duration as Go prints it: ``1h0m5s``; stock clients search for this text."""
    seconds = duration.total_seconds()
    hours, rest = divmod(int(seconds), 3600)
    minutes, whole = divmod(rest, 60)
    last = f"{whole + seconds % 1:g}s"
    return f"{hours}h{minutes}m{last}" if hours else f"{minutes}m{last}" if minutes else last
