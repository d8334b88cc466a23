"""Servers on one data folder, one after the other, and what was launched on them; for tests that kill them."""

from __future__ import annotations

import contextlib
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from grpc import RpcError

from glidepath.admin.data_folder import DataFolder
from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.errors import FlyteException
from glidepath.executors.processes.warm import records
from glidepath.idl import admin, core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES

PROJECT, DOMAIN = "flytesnacks", "development"
PHASE = core.WorkflowExecution
FLYTEADMIN = str(Path(sys.executable).with_name("flyteadmin"))


@dataclass(frozen=True)
class Expected:
    """How an execution of a workflow ends for an input ``x``."""

    phase: PHASE.Phase
    output: Callable[[int], int] = lambda x: x
    error: str = ""


@dataclass
class World:
    """A data folder, the servers that live on it one after another, and what was launched on them."""

    shell: Any
    data: Path
    port: int
    module: str = ""
    """The registered file, without its ending."""
    process: subprocess.Popen[bytes] | None = None
    launched: dict[str, tuple[str, int]] = field(default_factory=dict)
    """Workflow and ``x`` of each execution, by its name."""

    @property
    def ledger(self) -> Path:
        return self.data.parent / "ledger"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    @property
    def announced(self) -> bool:
        return DataFolder(self.data).announced() is not None

    def begin(self) -> None:
        """Start a server and come back at once."""
        log = (self.data.parent / "server.log").open("ab")
        program = [FLYTEADMIN, "serve"]
        with log:
            self.process = subprocess.Popen(
                [*program, "--data", str(self.data), "--single-port", str(self.port)],
                env=self.shell.environment,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def start(self) -> None:
        """Start a server and wait until it listens."""
        self.begin()
        self.wait_until_up()

    def wait_until_up(self) -> None:
        """Wait until the server that was begun listens."""
        until(lambda: self.announced or not self.running, "the server did not start")
        assert self.running, self.log

    def kill(self) -> None:
        assert self.process is not None
        self.process.kill()
        self.process.wait()

    def stop(self) -> None:
        if self.process is not None:
            self.process.terminate()
            self.process.wait(30)

    @property
    def log(self) -> str:
        """The end of what all servers wrote."""
        return self.whole_log[-4000:]

    @property
    def whole_log(self) -> str:
        return (self.data.parent / "server.log").read_text()

    @contextlib.contextmanager
    def client(self) -> Iterator[Client]:
        with Client.connect(PlatformConfig(endpoint=f"localhost:{self.port}", insecure=True)) as client:
            yield client

    def register(self, source: Path) -> None:
        """The workflows of a file, with our own command."""
        shutil.copy(source, self.shell.folder / source.name)
        self.shell.ok("pyflyte", "register", "-p", PROJECT, "-d", DOMAIN, "--version", "v1", source.name)
        self.module = source.stem

    def request(self, workflow: str, x: int) -> admin.ExecutionCreateRequest:
        """How the next execution of a workflow is asked for."""
        kind = core.ResourceType.LAUNCH_PLAN
        name = f"{self.module}.{workflow}"
        plan = core.Identifier(resource_type=kind, project=PROJECT, domain=DOMAIN, name=name, version="v1")
        request = admin.ExecutionCreateRequest(
            project=PROJECT, domain=DOMAIN, name=f"e{len(self.launched)}", spec=admin.ExecutionSpec(launch_plan=plan)
        )
        request.inputs.literals["ledger"].scalar.primitive.string_value = str(self.ledger)
        request.inputs.literals["x"].scalar.primitive.integer = x
        return request

    def launch(self, workflow: str, x: int) -> None:
        request = self.request(workflow, x)
        with self.client() as client:
            client.create_execution(request)
        self.launched[request.name] = (workflow, x)

    def executions(self) -> dict[str, admin.Execution]:
        """What the server says of every execution, children included."""
        with self.client() as client:
            return {found.id.name: found for found in client.executions(PROJECT, DOMAIN)}

    def wait(self, seconds: float = 60) -> None:
        def ended() -> bool:
            return all(found.closure.phase in TERMINAL_WORKFLOW_PHASES for found in self.executions().values())

        until(ended, "executions did not end", seconds)

    def attempts(self) -> Iterator[tuple[str, list[admin.TaskExecution]]]:
        """Every node that ran a task, with its attempts, the first one first."""
        for execution, node, attempts in self.nodes():
            if attempts:
                yield f"{execution}-{node.id.node_id}", attempts

    def nodes(self) -> Iterator[tuple[str, admin.NodeExecution, list[admin.TaskExecution]]]:
        """Every node of every execution, with the attempts of its task."""
        with self.client() as client:
            for execution in list(client.executions(PROJECT, DOMAIN)):
                yield from _nodes_of(client, execution.id, "")


def _nodes_of(
    client: Client, execution: core.WorkflowExecutionIdentifier, parent: str
) -> Iterator[tuple[str, admin.NodeExecution, list[admin.TaskExecution]]]:
    for node in list(client.node_executions(execution, parent)):
        yield execution.name, node, sorted(client.task_executions(node.id), key=lambda attempt: attempt.id.retry_attempt)
        if node.metadata.is_parent_node:
            yield from _nodes_of(client, execution, node.id.node_id)


def execution_id(name: str) -> core.WorkflowExecutionIdentifier:
    return core.WorkflowExecutionIdentifier(project=PROJECT, domain=DOMAIN, name=name)


def until(condition: Callable[[], bool], why: str, seconds: float = 30) -> None:
    """Wait; a server that is away is no answer yet."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        with contextlib.suppress(RpcError, FlyteException):
            if condition():
                return
        time.sleep(0.05)
    raise AssertionError(why)


def free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def world_in(shell: Any, data: Path) -> World:
    port = free_port()
    shell.environment.update(FLYTE_PLATFORM_URL=f"localhost:{port}", FLYTE_PLATFORM_INSECURE="true")
    return World(shell, data, port)


def begun_attempts(data: Path) -> dict[str, records.Record]:
    """What the attempts of a folder that began wrote down, by their names."""
    found = {path.parent.name: path for path in data.glob(f"processes/attempts/*/*/{records.BEGIN}")}
    read = {name: records.read(str(path.parent), path.name) for name, path in found.items()}
    return {name: record for name, record in read.items() if record is not None}


def warm_parents(data: Path) -> set[int]:
    """The living processes that attempts of this folder were forked from."""
    return {
        record["parent"] for record in begun_attempts(data).values() if records.lives(record["parent"], record["parent_start"])
    }


def assert_all_ended_as_they_would_have(world: World, expectations: Mapping[str, Expected]) -> None:
    """``expectations`` by workflow."""
    with world.client() as client:
        for name, (workflow, x) in world.launched.items():
            expected = expectations[workflow]
            identifier = execution_id(name)
            closure = client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=identifier)).closure
            where = f"{name} ({workflow}, {x}): {closure.error.message}"
            assert PHASE.Phase.Name(closure.phase) == PHASE.Phase.Name(expected.phase), where
            assert expected.error in closure.error.message, where
            if expected.phase == PHASE.SUCCEEDED:
                data = client.raw.get_execution_data(admin.WorkflowExecutionGetDataRequest(id=identifier))
                assert data.full_outputs.literals["o0"].scalar.primitive.integer == expected.output(x), where
