"""What an attempt leaves on disk about its life, so that a server which was killed can find out what became of it.

``begin.json`` appears once, made by the attempt's own process before any code of the user runs: ``pid`` and ``start`` tell the
process from a later one with the same number. ``exit.json`` is written by the parent before it tells anybody.
"""

# Every attempt passes here: no pathlib on the way of a fork.
# ruff: noqa: PTH105, PTH108, PTH112, PTH118, PTH123

from __future__ import annotations

import json
import os
from functools import lru_cache
from typing import Any

BEGIN = "begin.json"
EXIT = "exit.json"
LOG = "log.txt"
MODULES = "modules.json"
WORK = "work"

Record = dict[str, Any]


@lru_cache(maxsize=1)
def _boot() -> str:
    try:
        with open("/proc/sys/kernel/random/boot_id") as file:
            return file.read().strip()
    except OSError:
        return ""


def stat_fields(pid: int) -> list[str]:
    """The fields of ``/proc/<pid>/stat`` after the command name: state, parent, group, session, …; empty when it is gone."""
    try:
        with open(f"/proc/{pid}/stat") as file:
            return file.read().rpartition(")")[2].split()
    except OSError:
        return []


def start_of(pid: int) -> str:
    """When a process started, as text that no other process of this machine has together with the same pid; "" if unknown."""
    fields = stat_fields(pid)
    return f"{_boot()}:{fields[19]}" if fields else ""


def lives(pid: int, start: str) -> bool:
    """Whether the process that a record speaks of still runs. A zombie has ended."""
    fields = stat_fields(pid)
    if fields:
        return fields[0] not in ("Z", "X") and start in ("", f"{_boot()}:{fields[19]}")
    if os.path.isdir("/proc/self"):
        return False
    try:  # a system without /proc: the number is all there is
        os.kill(pid, 0)
    except OSError:
        return False
    return True


def claim(folder: str, record: Record) -> bool:
    """Write the begin record; ``False`` when there is one already, and the attempt must not run a second time."""
    draft = os.path.join(folder, f".{BEGIN}.{os.getpid()}")
    with open(draft, "w") as file:
        json.dump(record, file)
    try:
        os.link(draft, os.path.join(folder, BEGIN))
    except FileExistsError:
        return False
    finally:
        os.unlink(draft)
    return True


def write(folder: str, name: str, record: Record) -> None:
    """Write a record whole or not at all."""
    path = os.path.join(folder, name)
    with open(f"{path}.part", "w") as file:
        json.dump(record, file)
    os.replace(f"{path}.part", path)


def read(folder: str, name: str) -> Record | None:
    """A record, or ``None`` when there is none."""
    try:
        with open(os.path.join(folder, name)) as file:
            found = json.load(file)
    except (OSError, ValueError):
        return None
    return found if isinstance(found, dict) else None
