"""The two sides of a comparison, and the environment in which their processes run.

Stock flytekit lives in an environment of its own; ``GLIDEPATH_STOCK_PYTHON`` names its interpreter.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

STOCK_VARIABLE = "GLIDEPATH_STOCK_PYTHON"
_NOT_PASSED_ON = ("FLYTE", "GLIDEPATH", "_FLYTE", "ADMIN.", "_F_", "PYTHON")
"""Beginnings of variables that would change what is measured, PYTHONDONTWRITEBYTECODE among them."""


@dataclass(frozen=True)
class Side:
    """One of the two SDKs, in its environment."""

    name: str
    """``ours`` or ``stock``."""
    package: str
    """What its users import: ``glidepath`` or ``flytekit``."""
    python: Path

    def program(self, name: str) -> str:
        """A console script of this side, such as ``pyflyte``."""
        return str(self.python.parent / name)


def ours() -> Side:
    return Side("ours", "glidepath", Path(sys.executable))


def stock() -> Side | None:
    """Stock flytekit; None when no environment of it is named. Raises SystemExit when the named one is not there."""
    named = os.environ.get(STOCK_VARIABLE)
    if not named:
        return None
    if not os.access(named, os.X_OK):
        raise SystemExit(f"{STOCK_VARIABLE} is {named}, which is no program; `make stock` makes the environment")
    return Side("stock", "flytekit", Path(named))


def environment(home: Path, extra: Mapping[str, str] | None = None) -> dict[str, str]:
    """Variables for a measured process: no settings of this machine's user, byte-code caches on."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_NOT_PASSED_ON)}
    return {**kept, "HOME": str(home), "GLIDEPATH_HOME": str(home / "glidepath"), **(extra or {})}
