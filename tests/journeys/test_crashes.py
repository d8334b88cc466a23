"""Servers that are killed, stopped, doubled or out of disk while executions are in flight: all end as they would have."""

from __future__ import annotations

import contextlib
import os
import random
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from grpc import RpcError

from glidepath.admin.data_folder import DataFolder
from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.errors import FlyteException
from glidepath.executors.processes.warm import records
from glidepath.idl import admin, core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parent / "sources" / "crashes.py"
PROJECT, DOMAIN = "flytesnacks", "development"
PHASE, NODE_PHASE, TASK_PHASE = core.WorkflowExecution, core.NodeExecution, core.TaskExecution
KILLS = 10
_FLYTEADMIN = str(Path(sys.executable).with_name("flyteadmin"))


@dataclass(frozen=True)
class Expected:
    """How an execution of a workflow ends for an input ``x``."""

    phase: PHASE.Phase
    output: Callable[[int], int] = lambda x: x
    error: str = ""


WORKFLOWS = {
    "chain_wf": Expected(PHASE.SUCCEEDED, lambda x: x + 8),
    "nested_wf": Expected(PHASE.SUCCEEDED, lambda x: 2 * (2 * (x + 1) + 2)),
    "parent_wf": Expected(PHASE.SUCCEEDED, lambda x: 2 * (2 * (x + 1) + 2)),
    "flaky_wf": Expected(PHASE.SUCCEEDED, lambda x: 10 * x + 1),
    "failing_wf": Expected(PHASE.FAILED, error="is not allowed"),
    "failing_parent_wf": Expected(PHASE.FAILED, error="is not allowed"),
    "endless_wf": Expected(PHASE.FAILED, error="expired"),
}
MIX = ["chain_wf"] * 4 + ["nested_wf"] * 4 + ["parent_wf"] * 4 + ["flaky_wf"] * 4
MIX += ["failing_wf", "failing_parent_wf", "endless_wf", "endless_wf"]


@dataclass
class World:
    """A data folder, the servers that live on it one after another, and what was launched on them."""

    shell: Any
    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None
    launched: dict[str, tuple[str, int]] = field(default_factory=dict)

    @property
    def ledger(self) -> Path:
        return self.data.parent / "ledger"

    @property
    def running(self) -> bool:
        return self.process is not None and self.process.poll() is None

    def begin(self) -> None:
        """Start a server and come back at once."""
        log = (self.data.parent / "server.log").open("ab")
        program = [_FLYTEADMIN, "serve"]
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
        folder = DataFolder(self.data)
        until(lambda: folder.announced() is not None or not self.running, "the server did not start")
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
        return (self.data.parent / "server.log").read_text()[-4000:]

    @contextlib.contextmanager
    def client(self) -> Iterator[Client]:
        with Client.connect(PlatformConfig(endpoint=f"localhost:{self.port}", insecure=True)) as client:
            yield client

    def register(self) -> None:
        """The workflows of ``sources/crashes.py``, with our own command."""
        shutil.copy(SOURCE, self.shell.folder / "crashes.py")
        self.shell.ok("pyflyte", "register", "-p", PROJECT, "-d", DOMAIN, "--version", "v1", "crashes.py")

    def launch(self, workflow: str, x: int) -> None:
        kind = core.ResourceType.LAUNCH_PLAN
        plan = core.Identifier(resource_type=kind, project=PROJECT, domain=DOMAIN, name=f"crashes.{workflow}", version="v1")
        name = f"e{len(self.launched)}"
        request = admin.ExecutionCreateRequest(
            project=PROJECT, domain=DOMAIN, name=name, spec=admin.ExecutionSpec(launch_plan=plan)
        )
        request.inputs.literals["ledger"].scalar.primitive.string_value = str(self.ledger)
        request.inputs.literals["x"].scalar.primitive.integer = x
        with self.client() as client:
            client.create_execution(request)
        self.launched[name] = (workflow, x)

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
        with self.client() as client:
            for execution in list(client.executions(PROJECT, DOMAIN)):
                yield from _attempts_of(client, execution.id, "")


def _attempts_of(client: Client, execution: core.WorkflowExecutionIdentifier, parent: str):
    for node in list(client.node_executions(execution, parent)):
        attempts = sorted(client.task_executions(node.id), key=lambda attempt: attempt.id.retry_attempt)
        if attempts:
            yield f"{execution.name}-{node.id.node_id}", attempts
        if node.metadata.is_parent_node:
            yield from _attempts_of(client, execution, node.id.node_id)


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


def world_in(shell, data: Path) -> World:
    port = free_port()
    shell.environment.update(FLYTE_PLATFORM_URL=f"localhost:{port}", FLYTE_PLATFORM_INSECURE="true")
    return World(shell, data, port)


@pytest.fixture
def world(shell) -> Iterator[World]:
    found = world_in(shell, shell.folder / "data")
    yield found
    found.stop()


def warm_parents(data: Path) -> set[int]:
    """The living processes that attempts of this folder were forked from."""
    found = [records.read(str(path.parent), path.name) for path in data.glob(f"processes/attempts/*/*/{records.BEGIN}")]
    return {
        record["parent"] for record in found if record is not None and records.lives(record["parent"], record["parent_start"])
    }


def assert_all_ended_as_they_would_have(world: World) -> None:
    with world.client() as client:
        for name, (workflow, x) in world.launched.items():
            expected = WORKFLOWS[workflow]
            identifier = core.WorkflowExecutionIdentifier(project=PROJECT, domain=DOMAIN, name=name)
            closure = client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=identifier)).closure
            where = f"{name} ({workflow}): {closure.error.message}"
            assert PHASE.Phase.Name(closure.phase) == PHASE.Phase.Name(expected.phase), where
            assert expected.error in closure.error.message, where
            if expected.phase == PHASE.SUCCEEDED:
                data = client.raw.get_execution_data(admin.WorkflowExecutionGetDataRequest(id=identifier))
                assert data.full_outputs.literals["o0"].scalar.primitive.integer == expected.output(x), where


def assert_nothing_ran_twice(world: World) -> None:
    began = Counter(world.ledger.read_text().split())
    assert {name: count for name, count in began.items() if count > 1} == {}
    known = set()
    for name, attempts in world.attempts():
        phases = [attempt.closure.phase for attempt in attempts]
        assert TASK_PHASE.SUCCEEDED not in phases[:-1], f"{name} ran again after it had succeeded"
        known |= {f"{name}-{attempt.id.retry_attempt}" for attempt in attempts}
    assert set(began) <= known


def interruptions(world: World) -> int:
    return sum(attempt.closure.error.code == "Interrupted" for _, attempts in world.attempts() for attempt in attempts)


def test_a_server_killed_ten_times_loses_nothing(world: World) -> None:
    seed = int(os.environ.get("GLIDEPATH_CRASH_SEED", time.time_ns() % 100_000))
    print(f"seed {seed} (repeat it with GLIDEPATH_CRASH_SEED)")
    chance = random.Random(seed)
    world.start()
    world.register()
    for x, workflow in enumerate(MIX):
        world.launch(workflow, x)
    parents_killed = False
    for number in range(KILLS):
        time.sleep(chance.uniform(0.05, 1.5))  # often before it is up, or in the middle of taking over
        if number == KILLS // 2:
            parents = warm_parents(world.data)
            for pid in parents:
                os.kill(pid, signal.SIGKILL)
            parents_killed = bool(parents)
        world.kill()
        world.begin()
    until(lambda: bool(world.executions()), "the server did not come back")
    world.wait()
    assert_all_ended_as_they_would_have(world)
    assert_nothing_ran_twice(world)
    assert parents_killed or interruptions(world) == 0


def test_a_server_stopped_and_started_goes_on(world: World) -> None:
    world.start()
    world.register()
    for x, workflow in enumerate(WORKFLOWS):
        world.launch(workflow, x)
    for _ in range(3):
        time.sleep(0.4)
        world.stop()
        world.start()
    world.wait()
    assert_all_ended_as_they_would_have(world)
    assert_nothing_ran_twice(world)
    assert interruptions(world) == 0


def test_a_second_server_on_one_data_folder_is_refused(world: World) -> None:
    world.start()
    command = [_FLYTEADMIN, "serve", "--data", str(world.data), "--single-port", str(free_port())]
    second = subprocess.run(command, env=world.shell.environment, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode != 0
    assert f"another server (pid {world.process.pid}, listening on http://localhost:{world.port}) has this data folder" in (
        second.stderr
    )
    assert world.executions() == {}


@pytest.fixture
def small_disk(shell) -> Iterator[Path]:
    """A file system of its own with little room."""
    folder = shell.folder / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this user may not mount a small disk; tests/admin/test_orchestrator.py fills a store in memory")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Use up every byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    return filler


def test_a_full_disk_stops_progress_and_loses_nothing(shell, small_disk: Path) -> None:
    world = world_in(shell, small_disk / "data")
    world.start()
    try:
        world.register()
        for x, workflow in enumerate(("chain_wf", "nested_wf", "parent_wf", "flaky_wf")):
            world.launch(workflow, x)
        time.sleep(1.0)
        filler = fill(small_disk)
        time.sleep(2.0)
        filler.unlink()
        world.wait()
        world.launch("chain_wf", 100)
        world.wait()
        assert_all_ended_as_they_would_have(world)
    finally:
        world.stop()
