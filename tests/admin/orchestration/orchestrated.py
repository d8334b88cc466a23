"""One server's orchestrator over a real store, with an executor that outlives it and runs attempts when a test says."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from admin_specs import identifier, integer, interface, launch_plan, literals, promise, task, workflow
from sqlalchemy import select

from glidepath.admin.cache.lookups import Lookups
from glidepath.admin.children import ChildExecutions
from glidepath.admin.config import ServerConfig
from glidepath.admin.dispatch import Dispatcher
from glidepath.admin.journal import Journal
from glidepath.admin.loading import Loader
from glidepath.admin.orchestrator import Orchestrator
from glidepath.admin.rpc import INTERNAL_CALL
from glidepath.admin.services.assembly import admin_service, signal_service
from glidepath.admin.services.context import Context, now
from glidepath.admin.services.executions import Executions
from glidepath.admin.services.projects import seed_projects
from glidepath.admin.store import Store
from glidepath.admin.store.rows import is_attempt
from glidepath.admin.store.schema import task_executions
from glidepath.executors.memory import MemoryExecutor
from glidepath.executors.protocol import Attempt, Outcome, Succeeded
from glidepath.idl import admin, core
from glidepath.storage.protocol import Storage

SUCCEEDED, FAILED, ABORTED = "SUCCEEDED", "FAILED", "ABORTED"


def adds_one(attempt: Attempt) -> Outcome:
    """The behaviour of the task ``add``: its outputs are one more than its input."""
    total = sum(value.scalar.primitive.integer for value in attempt.inputs.literals.values())
    outputs = core.LiteralMap(literals={"o0": integer(total + 1)})
    return Succeeded(outputs, attempt.output_prefix + "/outputs.pb")


class PatientExecutor(MemoryExecutor):
    """Runs attempts when the test says; one instance outlives servers, as processes do."""

    def __init__(self, storage: Storage) -> None:
        super().__init__(self._run)
        self.storage = storage
        self.runs: Counter[str] = Counter()
        """How often each attempt was carried out."""
        self.behaviour: Callable[[Attempt], Outcome] = adds_one
        """How attempts end from now on."""
        self.lock = threading.Lock()
        self.held: set[str] = set()
        """Attempts that do not end by themselves."""

    def submit(self, attempt: Attempt) -> None:
        with self.lock:
            super().submit(attempt)

    def run_next(self) -> None:
        """Run the attempt that has waited longest and is not held."""
        with self.lock:
            held = {name: self._waiting.pop(name) for name in list(self._waiting) if name in self.held}
            super().run_next()
            self._waiting.update(held)

    def abort(self, name: str, reason: str) -> None:
        with self.lock:
            super().abort(name, reason)

    def report_again(self, name: str) -> None:
        """Let a server that adopts an ended attempt hear of its end, as executors do that keep a record."""
        self._known.discard(name)

    def begin(self, name: str) -> None:
        """Report that an attempt runs now."""
        with self.lock:
            self._report(name, core.TaskExecution.RUNNING)

    @property
    def names(self) -> list[str]:
        """What waits to run."""
        with self.lock:
            return [attempt.name for attempt in self.waiting]

    @property
    def started(self) -> set[str]:
        """Every attempt that was ever handed in."""
        return set(self._known)

    def _run(self, attempt: Attempt) -> Outcome:
        self.runs[attempt.name] += 1
        outcome = self.behaviour(attempt)
        if isinstance(outcome, Succeeded) and not outcome.futures:
            self.storage.put(outcome.output_uri, outcome.outputs.SerializeToString())
        return outcome


@dataclass
class Server:
    """One server's life over a store that outlives it."""

    store: Store
    storage: Any
    executor: PatientExecutor
    folder: Path
    cache_age: timedelta = timedelta(0)

    def __post_init__(self) -> None:
        config = ServerConfig(data_dir=self.folder, storage_root="memory://bucket").resolved()
        loader = Loader(self.store, self.storage, config)
        self.journal, self.dispatcher = Journal(self.store, now, self.cache_age), Dispatcher([self.executor])
        lookups = Lookups(self.store, self.storage, config.cache_root, now, self.cache_age)
        self.orchestrator = Orchestrator(loader, self.journal, self.storage, self.dispatcher, lookups, now)
        self.context = Context(self.store, self.storage, config, self.orchestrator)
        self.admin = {**admin_service(self.context).rpcs, **signal_service(self.context).rpcs}
        seed_projects(self.context)
        self.orchestrator.start(ChildExecutions(Executions(self.context)))

    def call(self, rpc: str, request: Any) -> Any:
        return self.admin[rpc](request, INTERNAL_CALL)

    def register(self) -> None:
        """The task ``add``, the workflow ``wf`` of one node, its launch plan."""
        self.call("CreateTask", task())
        self.call("CreateWorkflow", workflow())
        self.call("CreateLaunchPlan", launch_plan())

    def register_graph(self, name: str, nodes: Sequence[core.Node], *subs: core.WorkflowTemplate) -> core.Identifier:
        """A workflow n -> o0 with these nodes, and a launch plan of its name; the output is the last node's."""
        spec = admin.WorkflowSpec(template=template_of(name, nodes), sub_workflows=subs)
        self.call("CreateWorkflow", admin.WorkflowCreateRequest(id=spec.template.id, spec=spec))
        plan = launch_plan(name, workflow_name=name)
        self.call("CreateLaunchPlan", plan)
        return plan.id

    def launch(
        self, name: str, plan: core.Identifier | None = None, parallelism: int = 0, **inputs: int
    ) -> core.WorkflowExecutionIdentifier:
        request = admin.ExecutionCreateRequest(
            project="flytesnacks",
            domain="development",
            name=name,
            spec=admin.ExecutionSpec(launch_plan=plan or launch_plan().id, max_parallelism=parallelism),
            inputs=literals(**{key: integer(value) for key, value in inputs.items()}),
        )
        found: core.WorkflowExecutionIdentifier = self.call("CreateExecution", request).id
        return found

    def phase(self, execution: core.WorkflowExecutionIdentifier) -> str:
        closure = self.call("GetExecution", admin.WorkflowExecutionGetRequest(id=execution)).closure
        return core.WorkflowExecution.Phase.Name(closure.phase)

    def error(self, execution: core.WorkflowExecutionIdentifier) -> core.ExecutionError:
        found: core.ExecutionError = self.call("GetExecution", admin.WorkflowExecutionGetRequest(id=execution)).closure.error
        return found

    def nodes(self, execution: core.WorkflowExecutionIdentifier, parent: str = "") -> dict[str, str]:
        """Phases of the nodes at the top, or below a node."""
        request = admin.NodeExecutionListRequest(workflow_execution_id=execution, unique_parent_id=parent, limit=100)
        found = self.call("ListNodeExecutions", request).node_executions
        return {node.id.node_id: core.NodeExecution.Phase.Name(node.closure.phase) for node in found}

    def attempt_phase(self, execution: core.WorkflowExecutionIdentifier, name: str) -> str:
        """The phase of a node's last attempt."""
        where = core.NodeExecutionIdentifier(node_id=name, execution_id=execution)
        found = self.call("ListTaskExecutions", admin.TaskExecutionListRequest(node_execution_id=where, limit=100))
        last = max(found.task_executions, key=lambda attempt: attempt.id.retry_attempt)
        return core.TaskExecution.Phase.Name(last.closure.phase)

    def phase_version(self, execution: core.WorkflowExecutionIdentifier, name: str) -> int:
        """The phase version of a node's first attempt."""
        attempt = is_attempt(core.NodeExecutionIdentifier(node_id=name, execution_id=execution), 0)
        with self.store.read() as connection:
            found: int = connection.execute(select(task_executions.c.phase_version).where(*attempt)).scalar_one()
        return found

    def children(self) -> list[core.WorkflowExecutionIdentifier]:
        """Executions that nodes launched."""
        request = admin.ResourceListRequest(limit=100)
        request.id.project, request.id.domain = "flytesnacks", "development"
        found = self.call("ListExecutions", request).executions
        return [each.id for each in found if each.spec.metadata.mode == admin.ExecutionMetadata.CHILD_WORKFLOW]

    def signals(self, execution: core.WorkflowExecutionIdentifier) -> list[str]:
        """The ids of what gates wait for, or waited for."""
        request = admin.SignalListRequest(workflow_execution_id=execution, limit=100)
        return [signal.id.signal_id for signal in self.call("ListSignals", request).signals]

    def answer(self, execution: core.WorkflowExecutionIdentifier, signal_id: str, value: core.Literal) -> None:
        identifier = core.SignalIdentifier(signal_id=signal_id, execution_id=execution)
        self.call("SetSignal", admin.SignalSetRequest(id=identifier, value=value))

    def terminate(self, execution: core.WorkflowExecutionIdentifier, cause: str = "enough") -> None:
        self.call("TerminateExecution", admin.ExecutionTerminateRequest(id=execution, cause=cause))

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


def outputs_of(server: Server, execution: core.WorkflowExecutionIdentifier) -> dict[str, int]:
    data = server.call("GetExecutionData", admin.WorkflowExecutionGetDataRequest(id=execution))
    return {name: value.scalar.primitive.integer for name, value in data.full_outputs.literals.items()}


def template_of(name: str, nodes: Sequence[core.Node]) -> core.WorkflowTemplate:
    """A workflow n -> o0; the output is the last node's."""
    int_type = core.LiteralType(simple=core.SimpleType.INTEGER)
    return core.WorkflowTemplate(
        id=identifier("WORKFLOW", name),
        interface=interface({"n": int_type}, {"o0": int_type}),
        nodes=nodes,
        outputs=[promise("o0", nodes[-1].id, "o0")],
    )


def node(name: str, after: str = "", *, sub: str = "", plan: str = "", runs: str = "add") -> core.Node:
    """A node that runs a task, a sub-workflow or a launch plan on the output of ``after``, or on the workflow's input."""
    found = core.Node(id=name, metadata=core.NodeMetadata(name=name), inputs=[promise("n", after, "o0" if after else "n")])
    if sub:
        found.workflow_node.sub_workflow_ref.CopyFrom(identifier("WORKFLOW", sub))
    elif plan:
        found.workflow_node.launchplan_ref.CopyFrom(identifier("LAUNCH_PLAN", plan))
    else:
        found.task_node.reference_id.CopyFrom(identifier("TASK", runs))
    return found


def impatient_task(name: str, seconds: float, retries: int = 0) -> admin.TaskCreateRequest:
    """A task like ``add`` that must end in time."""
    request = task(name)
    request.spec.template.metadata.timeout.FromNanoseconds(int(seconds * 1e9))
    request.spec.template.metadata.retries.retries = retries
    return request
