"""The journeys of a user, through real commands in processes of their own."""

from __future__ import annotations

import json
import shutil
import socket
import sys
from dataclasses import replace
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from journey_world import (
    STOCK_IMAGES,
    STOCK_PYTHON,
    STOCK_SIDE,
    VERSIONS,
    Interop,
    Server,
    Shell,
    clean_environment,
    pointed_at,
)

from glidepath import FlyteRemote

pytest.register_assert_rewrite("crash_world", "soak_checks")


@pytest.fixture
def shell(tmp_path: Path) -> Shell:
    """A shell without a server."""
    return Shell(tmp_path, clean_environment(tmp_path))


@pytest.fixture(scope="session")
def embedded_server(tmp_path_factory: pytest.TempPathFactory):
    """``flytectl demo start`` on a free port with a home of its own, stopped at the end; stock's images mean stock's Python."""
    home = tmp_path_factory.mktemp("home")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    images = {"GLIDEPATH_EXECUTOR_IMAGES": f"{STOCK_IMAGES}={STOCK_PYTHON}"} if STOCK_PYTHON.exists() else {}
    shell = Shell(home, {**clean_environment(home), **images})
    shell.ok("flytectl", "demo", "start", "--port", str(port))
    yield Server(f"localhost:{port}", home)
    shell.ok("flytectl", "demo", "teardown")


@pytest.fixture
def connected(embedded_server: Server, tmp_path: Path) -> Shell:
    """A shell that finds the embedded server."""
    return Shell(tmp_path, pointed_at(embedded_server))


@pytest.fixture(scope="session")
def stock_pyflyte() -> Path:
    """The folder of stock flytekit's commands."""
    if not STOCK_PYTHON.exists():
        pytest.skip(f"no stock flytekit at {STOCK_PYTHON}: set GLIDEPATH_STOCK_PYTHON, or run `make stock`")
    return STOCK_PYTHON.parent


@pytest.fixture(scope="session")
def interop(embedded_server: Server, stock_pyflyte: Path, tmp_path_factory: pytest.TempPathFactory) -> Interop:
    """The package ``interop`` in a folder, registered as :data:`VERSIONS` says, and what stock's client found there."""
    folder = tmp_path_factory.mktemp("interop")
    shutil.copytree(STOCK_SIDE / "interop", folder / "interop")
    own = Shell(folder, pointed_at(embedded_server))
    stock = replace(own, commands=stock_pyflyte)
    scope = ("-p", "flytesnacks", "-d", "development")
    said = stock.ok("pyflyte", "register", *scope, "--version", "stock", "interop")
    own.ok("pyflyte", "register", *scope, "--version", "ours", "--image", STOCK_IMAGES.replace("*", "3"), "interop")
    stock.ok("pyflyte", "register", *scope, "--version", "default", "--image", "example.com/own:v1", "interop")
    stock.ok("pyflyte", "launchplan", *scope, "--activate", "interop.fixed", "stock")
    # The client works in a folder of its own: stock packs, and hashes, all that lies beside the sources.
    client = Shell(tmp_path_factory.mktemp("client"), {**stock.environment, "PYTHONPATH": str(folder)}, stock_pyflyte)
    client.ok("python", str(STOCK_SIDE / "client.py"), "facts.json", *VERSIONS)
    return Interop(own, stock, said, json.loads((client.folder / "facts.json").read_text()))


@pytest.fixture
def remote(embedded_server: Server):
    """Our own handle on the embedded server."""
    with FlyteRemote.for_endpoint(embedded_server.endpoint, insecure=True) as handle:
        yield handle
