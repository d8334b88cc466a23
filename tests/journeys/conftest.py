"""The journeys of a user, through real commands in processes of their own."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
EXAMPLES = ROOT / "examples"
COMMANDS = Path(sys.executable).parent


@dataclass(frozen=True)
class Shell:
    """Runs the commands of this installation in a folder, with an environment of its own."""

    folder: Path
    environment: dict[str, str]

    def run(self, *args: str, stdin: str = "") -> subprocess.CompletedProcess[str]:
        """The finished command, whatever its exit code."""
        command = [str(COMMANDS / args[0]), *args[1:]]
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


def clean_environment(home: Path) -> dict[str, str]:
    """The environment of a user who has configured nothing."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("FLYTE", "GLIDEPATH", "_FLYTE"))}
    return {**kept, "HOME": str(home), "GLIDEPATH_HOME": str(home / ".glidepath"), "COLUMNS": "200"}


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell without a server."""
    return Shell(tmp_path, clean_environment(tmp_path))


@pytest.fixture(scope="session")
def embedded_server(tmp_path_factory: pytest.TempPathFactory):
    """``flytectl demo start`` on a free port with a home of its own; stopped at the end."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    shell = Shell(home, clean_environment(home))
    shell.ok("flytectl", "demo", "start", "--port", str(port))
    yield Server(f"localhost:{port}", home)
    shell.ok("flytectl", "demo", "teardown")


@pytest.fixture
def connected(embedded_server: Server, tmp_path: Path) -> Shell:
    """A shell that finds the embedded server."""
    environment = {
        **clean_environment(embedded_server.home),
        "FLYTE_PLATFORM_URL": embedded_server.endpoint,
        "FLYTE_PLATFORM_INSECURE": "true",
    }
    return Shell(tmp_path, environment)
