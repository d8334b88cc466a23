"""The orchestrator over a real store: launch to end, restarts at any point, children, aborts, a disk that fails."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from admin_specs import launch_plan, task, workflow

from glidepath.admin.children import ChildExecutions
from glidepath.admin.config import ServerConfig
from glidepath.admin.dispatch import Dispatcher
from glidepath.admin.journal import Journal
from glidepath.admin.loading import Loader
from glidepath.admin.orchestrator import Orchestrator
from glidepath.admin.rpc import INTERNAL_CALL
from glidepath.admin.services.assembly import admin_service
from glidepath.admin.services.context import Context, now
from glidepath.admin.services.executions import Executions
from glidepath.admin.services.projects import seed_projects
from glidepath.admin.store import Store
from glidepath.errors import FlyteUploadDataException
from glidepath.executors.memory import MemoryExecutor
from glidepath.executors.protocol import Attempt, Failed, Outcome, Succeeded
from glidepath.idl import admin, core
from glidepath.storage.memory import MemoryStorage

SUCCEEDED, FAILED, ABORTED = "SUCCEEDED", "FAILED", "ABORTED"


def integer(value: int) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=value)))


def adds_one(attempt: Attempt) -> Outcome:
    """The behaviour of the task ``add``: its outputs are one more than its input."""
    total = sum(value.scalar.primitive.integer for value in attempt.inputs.literals.values())
    outputs = core.LiteralMap(literals={"o0": integer(total + 1)})
    return Succeeded(outputs, attempt.output_prefix + "/outputs.pb")


class PatientExecutor(MemoryExecutor):
    """Runs attempts when the test says; one instance outlives servers, as processes do."""

    def __init__(self, behave: Callable[[Attempt], Outcome] = adds_one) -> None:
        super().__init__(behave)
        self.lock = threading.Lock()

    def submit(self, attempt: Attempt) -> None:
        with self.lock:
            super().submit(attempt)

    def run_next(self) -> None:
        with self.lock:
            super().run_next()


@dataclass
class Server:
    """One server's life over a store that outlives it."""

    store: Store
    storage: Any
    executor: PatientExecutor
    folder: Path

    def __post_init__(self) -> None:
        config = ServerConfig(data_dir=self.folder, storage_root="memory://bucket").resolved()
        loader = Loader(self.store, self.storage, config)
        self.orchestrator = Orchestrator(loader, Journal(self.store, now), self.storage, Dispatcher([self.executor]), now)
        self.context = Context(self.store, self.storage, config, self.orchestrator)
        self.admin = admin_service(self.context).rpcs
        seed_projects(self.context)
        self.orchestrator.start(ChildExecutions(Executions(self.context)))

    def call(self, rpc: str, request: Any) -> Any:
        return self.admin[rpc](request, INTERNAL_CALL)

    def register(self) -> None:
        self.call("CreateTask", task())
        self.call("CreateWorkflow", workflow())
        self.call("CreateLaunchPlan", launch_plan())

    def launch(self, name: str, plan: core.Identifier | None = None, **inputs: int) -> core.WorkflowExecutionIdentifier:
        request = admin.ExecutionCreateRequest(
            project="flytesnacks",
            domain="development",
            name=name,
            spec=admin.ExecutionSpec(launch_plan=plan or launch_plan().id),
            inputs=core.LiteralMap(literals={key: integer(value) for key, value in inputs.items()}),
        )
        found: core.WorkflowExecutionIdentifier = self.call("CreateExecution", request).id
        return found

    def phase(self, execution: core.WorkflowExecutionIdentifier) -> str:
        closure = self.call("GetExecution", admin.WorkflowExecutionGetRequest(id=execution)).closure
        return core.WorkflowExecution.Phase.Name(closure.phase)

    def until(self, condition: Callable[[], bool], seconds: float = 20) -> None:
        end = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < end, "it did not happen in time"
            time.sleep(0.005)

    def run_to_end(self, execution: core.WorkflowExecutionIdentifier) -> str:
        def ended() -> bool:
            self.executor.run_next()
            return self.phase(execution) in (SUCCEEDED, FAILED, ABORTED)

        self.until(ended)
        return self.phase(execution)


@pytest.fixture
def executor() -> PatientExecutor:
    return PatientExecutor()


@pytest.fixture
def servers(store: Store, tmp_path: Path, executor: PatientExecutor) -> Iterator[Callable[[], Server]]:
    """Starts a server; the one before it is stopped first."""
    storage = MemoryStorage()
    running: list[Server] = []

    def start() -> Server:
        if running:
            running.pop().orchestrator.stop()
        running.append(Server(store, storage, executor, tmp_path))
        return running[0]

    yield start
    if running:
        running.pop().orchestrator.stop()


def outputs_of(server: Server, execution: core.WorkflowExecutionIdentifier) -> dict[str, int]:
    data = server.call("GetExecutionData", admin.WorkflowExecutionGetDataRequest(id=execution))
    return {name: value.scalar.primitive.integer for name, value in data.full_outputs.literals.items()}


def test_an_execution_runs_to_its_outputs(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 5}


def test_nodes_and_attempts_are_recorded(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.run_to_end(execution)
    nodes = server.call("ListNodeExecutions", admin.NodeExecutionListRequest(workflow_execution_id=execution, limit=10))
    phases = {node.id.node_id: core.NodeExecution.Phase.Name(node.closure.phase) for node in nodes.node_executions}
    assert phases == {"start-node": SUCCEEDED, "n0": SUCCEEDED, "end-node": SUCCEEDED}
    tasks = server.call(
        "ListTaskExecutions",
        admin.TaskExecutionListRequest(
            node_execution_id=core.NodeExecutionIdentifier(node_id="n0", execution_id=execution), limit=10
        ),
    )
    assert [core.TaskExecution.Phase.Name(each.closure.phase) for each in tasks.task_executions] == [SUCCEEDED]


def test_a_restart_goes_on_where_it_was(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: len(executor.waiting) == 1)
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 5}


def test_an_attempt_is_not_submitted_again_by_a_restart(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: len(executor.waiting) == 1)
    for _ in range(3):
        server = servers()
    server.run_to_end(execution)
    assert [name for name in executor._known if name.startswith("e1-")] == ["e1-n0-0"]


def test_a_failed_attempt_fails_the_execution_with_its_error(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    error = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)
    executor._behave = lambda attempt: Failed(error, recoverable=False)
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    assert server.run_to_end(execution) == FAILED
    closure = server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=execution)).closure
    assert (closure.error.code, closure.error.message) == ("USER:ValueError", "oh no")


def test_terminate_stops_the_attempt(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: len(executor.waiting) == 1)
    server.call("TerminateExecution", admin.ExecutionTerminateRequest(id=execution, cause="enough"))
    server.until(lambda: server.phase(execution) == ABORTED)
    server.until(lambda: not executor.waiting)
    closure = server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=execution)).closure
    assert closure.abort_metadata.cause == "enough"


def test_an_abort_that_was_asked_before_a_crash_is_carried_out_after_it(
    servers: Callable[[], Server], executor: PatientExecutor
) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: len(executor.waiting) == 1)
    server.orchestrator.stop()
    server.call("TerminateExecution", admin.ExecutionTerminateRequest(id=execution, cause="enough"))
    server = servers()
    server.until(lambda: server.phase(execution) == ABORTED)


def test_storage_that_fails_for_a_while_loses_nothing(servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glidepath.admin.orchestrator._RETRY_SECONDS", 0.02)
    server = servers()
    server.register()
    put, failures = server.storage.put, iter(range(3))

    def full(uri: str, data: bytes, *args: Any, **kwargs: Any) -> None:
        if "/propeller/" in uri and next(failures, None) is not None:
            raise FlyteUploadDataException("no space left on device", where=uri)
        put(uri, data, *args, **kwargs)

    monkeypatch.setattr(server.storage, "put", full)
    execution = server.launch("e1", n=4)
    assert server.run_to_end(execution) == SUCCEEDED
    assert next(failures, "used up") == "used up"


def test_a_lost_closure_fails_its_execution_and_no_other(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    first = server.launch("e1", n=1)
    server.run_to_end(first)
    server = servers()
    uri = next(info.uri for info in server.storage.list("memory://bucket") if "closures" in info.uri)
    kept = server.storage.get(uri)
    server.storage.delete(uri)
    broken = server.launch("e2", n=2)
    server.until(lambda: server.phase(broken) == FAILED)
    server.storage.put(uri, kept)
    assert server.run_to_end(server.launch("e3", n=3)) == SUCCEEDED


def test_many_executions_share_commits(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    executions = [server.launch(f"e{i}", n=i) for i in range(30)]
    for i, execution in enumerate(executions):
        assert server.run_to_end(execution) == SUCCEEDED
        assert outputs_of(server, execution) == {"o0": i + 1}
