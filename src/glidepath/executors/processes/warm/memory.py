"""How much memory an attempt uses, with all that it started."""

# Every attempt passes here: no pathlib on the way of a fork.
# ruff: noqa: PTH123, PTH208

from __future__ import annotations

import os
from collections.abc import Iterable

from .records import stat_fields

_PAGE = os.sysconf("SC_PAGE_SIZE")
_SESSION = 3
_RSS = 21


def own(pid: int) -> int:
    """The resident memory of one process in bytes; pages shared with the warm parent count in full."""
    fields = stat_fields(pid)
    return int(fields[_RSS]) * _PAGE if fields else 0


def of_sessions(leaders: Iterable[int]) -> dict[int, list[int]]:
    """The processes of each session, by its leader: one pass over all processes of the machine."""
    found: dict[int, list[int]] = {leader: [] for leader in leaders}
    try:
        names = os.listdir("/proc")
    except OSError:
        return found
    for name in names:
        if name.isdigit():
            fields = stat_fields(int(name))
            session = int(fields[_SESSION]) if fields else 0
            if session in found:
                found[session].append(int(name))
    return found


def proportional(pids: Iterable[int]) -> int:
    """The memory of processes in bytes, each shared page divided by the number of its users.

    Slower to find out than :func:`own`, and the honest number: forks of one process share most of their pages.
    """
    return sum(_proportional(pid) for pid in pids)


def _proportional(pid: int) -> int:
    try:
        with open(f"/proc/{pid}/smaps_rollup") as file:
            for line in file:
                if line.startswith("Pss:"):
                    return int(line.split()[1]) * 1024
    except OSError:
        pass
    return own(pid)
