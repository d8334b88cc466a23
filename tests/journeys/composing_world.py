"""The workflows of ``examples/`` and ``sources/composed``, run here and on one embedded server that writes down its events."""

from __future__ import annotations

import ast
import importlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from journey_world import EXAMPLES, STOCK_IMAGES, STOCK_PYTHON, Server, Shell, clean_environment, pointed_at
from stories import Story, recorded, story_of

from glidepath import FlyteDirectory, FlyteFile, FlyteRemote, local
from glidepath.admin import embedded
from glidepath.admin.data_folder import DataFolder
from glidepath.authoring.calls import finished
from glidepath.compat.names import TABLE, locations
from glidepath.idl import admin, core
from glidepath.types import guess_python_type, to_literal

HERE = Path(__file__).parent
SOURCES = HERE / "sources" / "composed"
SCOPE = ("-p", "flytesnacks", "-d", "development")
OWN_IMAGE = "example.com/own:v1"
OURS_ALONE = {
    "composed.own_arrays": "stock does not heed min_successes",
    "shown.backoff": "an option beyond stock",
    "shown.caching": "stock needs a version, or policies",
    "shown.idle": "the sleep plug-in is a package of its own",
}
"""Modules with something that stock does not have, and what that is."""
_PATIENCE = 120.0


@dataclass(frozen=True)
class Journey:
    """One run to take both ways. ``where`` is ``folder.module.entity``: ``shown`` holds the examples."""

    where: str
    inputs: Mapping[str, Any] = field(default_factory=dict)
    signals: Mapping[str, Any] = field(default_factory=dict)
    outputs: Mapping[str, Any] | None = None
    """What it gives; None: only that both give the same is tested."""
    fails: str = ""
    """Part of the error's message, for a run that is to fail."""
    code: str = "USER:RuntimeError"
    """The error's code then."""
    ordered: bool = False
    """Nothing in it runs side by side: all events come in one order."""
    eager: bool = False
    """A task whose children are executions on the server, and plain calls here: there are no events to compare."""

    @property
    def module(self) -> str:
        return self.where.rpartition(".")[0]

    def __str__(self) -> str:
        inputs = ",".join(f"{name}={value}" for name, value in self.inputs.items())
        return f"{self.where}({inputs})"[:70]


@dataclass(frozen=True)
class Outcome:
    """What came of a run."""

    outputs: Mapping[str, Any]
    story: Story


def comparable(value: Any) -> Any:
    """A value without the places where its files lie."""
    if isinstance(value, FlyteFile):
        return Path(value.download()).read_bytes()
    if isinstance(value, FlyteDirectory):
        folder = Path(value.download())
        return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    if isinstance(value, (list, tuple)):
        return [comparable(item) for item in value]
    if isinstance(value, dict):
        return {name: comparable(item) for name, item in value.items()}
    return value


def entity_of(journey: Journey) -> Any:
    """The entity, imported from the folder that :func:`own_sources` made."""
    return getattr(importlib.import_module(journey.module), journey.where.rpartition(".")[2])


def run_here(journey: Journey) -> Outcome:
    """The run in this process."""
    entity, events = entity_of(journey), []
    outputs: Mapping[str, Any] = {}
    if journey.eager:
        result = finished(entity(**journey.inputs))
        return Outcome({name: comparable(value) for name, value in entity.interface.pack_outputs(result).items()}, Story())
    try:
        result = local.run(entity, journey.inputs, local.RunOptions(signals=journey.signals, watch=events.append))
        outputs = entity.interface.pack_outputs(result)
    except Exception:
        if not journey.fails:
            raise
    return Outcome({name: comparable(value) for name, value in outputs.items()}, story_of(events, "local"))


def own_sources(root: Path) -> None:
    """Examples and sources side by side, as the packages ``shown`` and ``composed``."""
    for source, name in ((EXAMPLES, "shown"), (SOURCES, "composed")):
        shutil.copytree(source, root / name, ignore=shutil.ignore_patterns("__pycache__", "wine.py"))
        (root / name / "__init__.py").touch()


def stock_sources(root: Path) -> None:
    """The same, with stock's imports."""
    own_sources(root)
    for path in root.glob("*/*.py"):
        if f"{path.parent.name}.{path.stem}" in OURS_ALONE:
            path.unlink()
        else:
            path.write_text(for_stock(path.read_text()))


def for_stock(source: str) -> str:
    """A source whose imports from glidepath are from flytekit, each name from the module that has it there."""
    lines = source.splitlines()
    for node in reversed(ast.parse(source).body):
        if isinstance(node, ast.ImportFrom) and (node.module or "").partition(".")[0] == "glidepath":
            lines[node.lineno - 1 : node.end_lineno] = [_stock_import(node.module or "", alias) for alias in node.names]
    return "\n".join(lines) + "\n"


def _stock_import(module: str, alias: ast.alias) -> str:
    wanted = getattr(importlib.import_module(module), alias.name)
    asked = alias.asname or alias.name
    # Two classes of stock's have the name FlyteRecoverableException; the base one makes no attempt recoverable.
    for theirs in sorted(TABLE, key=lambda home: (home == "flytekit.exceptions.base", len(home))):
        for name, (home, ours) in locations(theirs).items():
            if ours == alias.name and getattr(importlib.import_module(home), ours) is wanted:
                return f"from {theirs} import {name}" + (f" as {asked}" if name != asked else "")
    raise LookupError(f"flytekit has no {alias.name}")


@dataclass
class World:
    """The server, a shell and a handle that know it, and the file of its events."""

    server: Server
    shell: Shell
    remote: FlyteRemote
    events: Path

    def launch(self, journey: Journey, version: str) -> core.WorkflowExecutionIdentifier:
        """Start the run on the server. The types of inputs are those of our own source, whoever registered it."""
        entity = entity_of(journey)
        plan = self.remote.fetch_launch_plan(name=entity.name, version=version)
        types = {name: parameter.python_type for name, parameter in entity.interface.inputs.items()}
        return self.remote.execute(plan, journey.inputs, type_hints=types).id

    def outcome(self, journey: Journey, execution: core.WorkflowExecutionIdentifier) -> Outcome:
        """Wait for the end of the run, answering its gates, and tell what came of it."""
        handle = self.remote.fetch_execution(name=execution.name)
        for name, value in journey.signals.items():
            self._signal(execution, name, value)
        handle.wait(timeout=_PATIENCE)
        outputs = {}
        if handle.is_successful:
            types = entity_of(journey).interface.outputs
            outputs = {name: comparable(handle.outputs.get(name, as_type=output.python_type)) for name, output in types.items()}
        return Outcome(outputs, story_of(recorded(self.events), execution.name))

    def _signal(self, execution: core.WorkflowExecutionIdentifier, name: str, value: Any) -> None:
        raw = self.remote.client.raw
        deadline = time.monotonic() + _PATIENCE
        while time.monotonic() < deadline:
            asked = raw.list_signals(admin.SignalListRequest(workflow_execution_id=execution, limit=100))
            found = next((signal for signal in asked.signals if signal.id.signal_id == name), None)
            if found is not None:
                break
            time.sleep(0.05)
        python_type = guess_python_type(found.type)
        literal = to_literal(value, python_type, found.type, self.remote.context())
        raw.set_signal(admin.SignalSetRequest(id=found.id, value=literal))


@contextmanager
def recording_server(home: Path) -> Iterator[World]:
    """A server of its own, in a process of its own. Stock's images mean stock's Python."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    data, events = home / "data", home / "events"
    events.touch()
    images = {"GLIDEPATH_EXECUTOR_IMAGES": f"{STOCK_IMAGES}={STOCK_PYTHON}"} if STOCK_PYTHON.exists() else {}
    command = [sys.executable, str(HERE / "recorded_server.py"), str(events), "--data", str(data), "--single-port", str(port)]
    with (home / "log").open("wb") as log:
        process = subprocess.Popen(command, env={**clean_environment(home), **images}, cwd=home, stdout=log, stderr=log)
    try:
        _await_health(DataFolder(data), process, home / "log")
        server = Server(f"localhost:{port}", home)
        with FlyteRemote.for_endpoint(server.endpoint, insecure=True) as remote:
            yield World(server, Shell(home, pointed_at(server)), remote, events)
    finally:
        process.terminate()
        process.wait(60)


def _await_health(folder: DataFolder, process: subprocess.Popen[bytes], log: Path) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        running = folder.announced() if folder.path.exists() else None
        if running is not None and embedded.healthy(running):
            return
        assert process.poll() is None, log.read_text()
        time.sleep(0.05)
    raise TimeoutError(log.read_text())


def register(shell: Shell, root: Path, version: str, *options: str) -> str:
    """Register both packages; what the command said."""
    return replace(shell, folder=root).ok("pyflyte", "register", *SCOPE, "--version", version, *options, "shown", "composed")
