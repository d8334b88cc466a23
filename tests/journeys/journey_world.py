"""Commands in processes of their own, the embedded server, and what stock flytekit finds there."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
COMMANDS = Path(sys.executable).parent
STOCK_PYTHON = Path(os.environ.get("GLIDEPATH_STOCK_PYTHON", ROOT / ".venv-stock/bin/python"))
STOCK_SIDE = Path(__file__).parent / "stock_side"
STOCK_IMAGES = "cr.flyte.org/flyteorg/flytekit:py*-1.*"
"""The image that stock's tasks have by default; ours are tagged ``-latest``."""


@dataclass(frozen=True)
class Shell:
    """Runs the commands of an installation, by default this one, in a folder, with an environment of its own."""

    folder: Path
    environment: dict[str, str]
    commands: Path = COMMANDS

    def run(self, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """The finished command, whatever its exit code."""
        command = [str(self.commands / args[0]), *args[1:]]
        return subprocess.run(
            command,
            cwd=self.folder,
            env=self.environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=240,
            check=False,
        )

    def ok(self, *args: str, stdin: str = "") -> str:
        """The standard output of a command that must succeed."""
        done = self.run(*args, stdin=stdin)
        assert done.returncode == 0, f"{args} ended with {done.returncode}\n{done.stdout}\n{done.stderr}"
        return done.stdout


@dataclass(frozen=True)
class Server:
    """A running embedded control plane."""

    endpoint: str
    home: Path


VERSIONS = {
    "stock": "registered by stock, run by stock's entrypoint",
    "ours": "registered by our pyflyte, run by stock's entrypoint",
    "default": "registered by stock, run by our runtime",
}


@dataclass(frozen=True)
class Interop:
    """Both sides at work on one folder of sources, and what came of it."""

    own: Shell
    stock: Shell
    registration: str
    """What stock's ``pyflyte register`` said."""
    facts: dict[str, Any]
    """What ``client.py`` wrote: version → fact → value."""


def clean_environment(home: Path) -> dict[str, str]:
    """The environment of a user who has configured nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTE", "GLIDEPATH", "_FLYTE"))}
    return {**kept, "HOME": str(home), "GLIDEPATH_HOME": str(home / ".glidepath"), "COLUMNS": "200"}


def pointed_at(server: Server) -> dict[str, str]:
    """The environment of a user who has configured the endpoint and nothing else."""
    return {
        **clean_environment(server.home),
        "FLYTE_PLATFORM_URL": server.endpoint,
        "FLYTE_PLATFORM_INSECURE": "true",
    }
