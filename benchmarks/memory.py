"""Memory of running processes, from Linux' ``/proc``."""

from __future__ import annotations

from pathlib import Path

_PROC = Path("/proc")


def resident_mib(pid: int) -> float:
    """Resident memory of one process now."""
    return _field(pid, "status", "VmRSS")


def peak_mib(pid: int) -> float:
    """The most that it has had."""
    return _field(pid, "status", "VmHWM")


def unique_mib(pid: int) -> float:
    """Proportional set size: pages that forked processes share are divided among them, so that a sum counts each once."""
    return _field(pid, "smaps_rollup", "Pss")


def tree(pid: int) -> list[int]:
    """A process and all that descend from it."""
    children: dict[int, list[int]] = {}
    for folder in _PROC.glob("[0-9]*"):
        try:
            parent = int((folder / "stat").read_text().rpartition(")")[2].split()[1])
        except OSError:  # it has ended meanwhile
            continue
        children.setdefault(parent, []).append(int(folder.name))
    found = [pid]
    for member in found:
        found += children.get(member, [])
    return found


def _field(pid: int, file: str, name: str) -> float:
    for line in (_PROC / str(pid) / file).read_text().splitlines():
        if line.startswith(f"{name}:"):
            return int(line.split()[1]) / 1024
    raise LookupError(f"/proc/{pid}/{file} has no {name}")
