"""The files that a bundle is made of, and those that were left out, each with the rule that did it."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, order=True)
class SelectedFile:
    """A file that goes into the bundle."""

    name: str
    """Its path in the bundle, relative to the root, with ``/`` between names."""
    path: Path
    size: int
    """In bytes; 0 for a link."""
    link: str | None = None
    """Where it points, for a link that stays a link."""


@dataclass(frozen=True, order=True)
class LeftOut:
    """A file or (with a ``/`` at its end) a folder that does not go into the bundle."""

    name: str
    rule: str


@dataclass(frozen=True)
class Selection:
    """What a bundle is made of, both lists in the order of names."""

    root: Path
    files: tuple[SelectedFile, ...]
    left_out: tuple[LeftOut, ...] = ()
