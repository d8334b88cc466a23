"""Executions, nodes and attempts as handles: what they hold is read when asked for, and kept until the next sync.

``execution.node_executions["n1"].outputs["x"]`` fetches the nodes and that node's data, and nothing else.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import TYPE_CHECKING, Protocol

from glidepath.errors import FlyteAssertion
from glidepath.idl import admin, core
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_TASK_PHASES, TERMINAL_WORKFLOW_PHASES
from glidepath.remote.outputs import LiteralsResolver
from glidepath.remote.scope import Scope

if TYPE_CHECKING:
    from collections.abc import Mapping

    from glidepath.remote.entities import FlyteWorkflow


class Source(Protocol):
    """What handles ask a control plane for; :class:`~glidepath.remote.handle.FlyteRemote` is one."""

    def url_of(self, execution: core.WorkflowExecutionIdentifier) -> str: ...

    def execution_message(self, execution: core.WorkflowExecutionIdentifier) -> admin.Execution: ...

    def nodes_of(self, execution: FlyteWorkflowExecution) -> dict[str, FlyteNodeExecution]: ...

    def children_of(self, node: FlyteNodeExecution) -> dict[str, FlyteNodeExecution]: ...

    def attempts_of(self, node: FlyteNodeExecution) -> list[FlyteTaskExecution]: ...

    def data_of(self, handle: FlyteWorkflowExecution | FlyteNodeExecution | FlyteTaskExecution) -> Data: ...

    def workflow_of(self, execution: FlyteWorkflowExecution) -> FlyteWorkflow: ...

    def resolver(self, literals: core.LiteralMap, variables: Callable[[], Mapping[str, core.Variable]]) -> LiteralsResolver: ...

    def finish(
        self, execution: FlyteWorkflowExecution, timeout: timedelta | float | None, interval: timedelta | float | None
    ) -> admin.Execution: ...


class Data:
    """The inputs and outputs of one execution, node or attempt, as the server sent them."""

    def __init__(self, inputs: core.LiteralMap, outputs: core.LiteralMap) -> None:
        self.inputs = inputs
        self.outputs = outputs


class FlyteWorkflowExecution:
    """One execution."""

    def __init__(self, remote: Source, message: admin.Execution) -> None:
        self._remote = remote
        self._data: Data | None = None
        self._nodes: dict[str, FlyteNodeExecution] | None = None
        self._workflow: FlyteWorkflow | None = None
        self.message = message

    @property
    def id(self) -> core.WorkflowExecutionIdentifier:
        return self.message.id

    @property
    def spec(self) -> admin.ExecutionSpec:
        return self.message.spec

    @property
    def closure(self) -> admin.ExecutionClosure:
        return self.message.closure

    @property
    def execution_url(self) -> str:
        return self._remote.url_of(self.id)

    @property
    def phase(self) -> str:
        """``QUEUED``, ``RUNNING``, ``SUCCEEDED``, …"""
        return core.WorkflowExecution.Phase.Name(self.closure.phase)

    @property
    def is_done(self) -> bool:
        return self.closure.phase in TERMINAL_WORKFLOW_PHASES

    @property
    def is_successful(self) -> bool:
        return self.closure.phase == core.WorkflowExecution.SUCCEEDED

    @property
    def error(self) -> core.ExecutionError | None:
        """Why it failed; None while it runs and after success."""
        return self.closure.error if self.closure.HasField("error") else None

    @property
    def flyte_workflow(self) -> FlyteWorkflow:
        if self._workflow is None:
            self._workflow = self._remote.workflow_of(self)
        return self._workflow

    @property
    def inputs(self) -> LiteralsResolver:
        return self._remote.resolver(self._read().inputs, lambda: self.flyte_workflow.interface.inputs.variables)

    @property
    def outputs(self) -> LiteralsResolver:
        """Raises FlyteAssertion while the execution runs, and when it failed."""
        _require_success("execution", self.id.name, self.phase, self.is_successful)
        return self._remote.resolver(self._read().outputs, lambda: self.flyte_workflow.interface.outputs.variables)

    @property
    def node_executions(self) -> dict[str, FlyteNodeExecution]:
        """The nodes of the top level by node id, the start node included."""
        if self._nodes is None:
            self._nodes = self._remote.nodes_of(self)
        return self._nodes

    def sync(self, sync_nodes: bool = False) -> FlyteWorkflowExecution:
        """Ask again for its state, and with ``sync_nodes`` for all its nodes; returns itself."""
        self.update(self._remote.execution_message(self.id))
        if sync_nodes:
            self._nodes = self._remote.nodes_of(self)
        return self

    def wait(
        self,
        timeout: timedelta | float | None = None,
        poll_interval: timedelta | float | None = None,
        sync_nodes: bool = True,
    ) -> FlyteWorkflowExecution:
        """Wait for the end; returns itself. Raises FlyteTimeout after ``timeout`` seconds."""
        self.update(self._remote.finish(self, timeout, poll_interval))
        if sync_nodes:
            self._nodes = self._remote.nodes_of(self)
        return self

    def update(self, message: admin.Execution) -> None:
        """Take a newer message; what was read before is forgotten."""
        self.message = message
        self._data = None
        self._nodes = None

    def _read(self) -> Data:
        if self._data is None:
            self._data = self._remote.data_of(self)
        return self._data

    def __repr__(self) -> str:
        return f"FlyteWorkflowExecution({self.id.name}, {self.phase})"


class FlyteNodeExecution:
    """One node of an execution."""

    def __init__(self, remote: Source, message: admin.NodeExecution, scope: Scope) -> None:
        self._remote = remote
        self._data: Data | None = None
        self._attempts: list[FlyteTaskExecution] | None = None
        self._children: dict[str, FlyteNodeExecution] | None = None
        self.scope = scope
        self.message = message

    @property
    def id(self) -> core.NodeExecutionIdentifier:
        return self.message.id

    @property
    def closure(self) -> admin.NodeExecutionClosure:
        return self.message.closure

    @property
    def phase(self) -> str:
        return core.NodeExecution.Phase.Name(self.closure.phase)

    @property
    def is_done(self) -> bool:
        return self.closure.phase in TERMINAL_NODE_PHASES

    @property
    def is_successful(self) -> bool:
        return self.closure.phase in {core.NodeExecution.SUCCEEDED, core.NodeExecution.RECOVERED}

    @property
    def error(self) -> core.ExecutionError | None:
        return self.closure.error if self.closure.HasField("error") else None

    @property
    def metadata(self) -> admin.NodeExecutionMetaData:
        return self.message.metadata

    @property
    def inputs(self) -> LiteralsResolver:
        return self._remote.resolver(self._read().inputs, lambda: self.scope.inputs)

    @property
    def outputs(self) -> LiteralsResolver:
        _require_success("node", self.id.node_id, self.phase, self.is_successful)
        return self._remote.resolver(self._read().outputs, lambda: self.scope.outputs)

    @property
    def task_executions(self) -> list[FlyteTaskExecution]:
        """Its attempts, oldest first; none for a node that is no task."""
        if self._attempts is None:
            self._attempts = self._remote.attempts_of(self)
        return self._attempts

    @property
    def subworkflow_node_executions(self) -> dict[str, FlyteNodeExecution]:
        """The nodes inside it, for a sub-workflow, a branch, a dynamic task or a launch plan."""
        if self._children is None:
            self._children = self._remote.children_of(self)
        return self._children

    def _read(self) -> Data:
        if self._data is None:
            self._data = self._remote.data_of(self)
        return self._data

    def __repr__(self) -> str:
        return f"FlyteNodeExecution({self.id.node_id}, {self.phase})"


class FlyteTaskExecution:
    """One attempt of a task."""

    def __init__(self, remote: Source, message: admin.TaskExecution) -> None:
        self._remote = remote
        self.message = message

    @property
    def id(self) -> core.TaskExecutionIdentifier:
        return self.message.id

    @property
    def closure(self) -> admin.TaskExecutionClosure:
        return self.message.closure

    @property
    def phase(self) -> str:
        return core.TaskExecution.Phase.Name(self.closure.phase)

    @property
    def is_done(self) -> bool:
        return self.closure.phase in TERMINAL_TASK_PHASES

    @property
    def is_successful(self) -> bool:
        return self.closure.phase == core.TaskExecution.SUCCEEDED

    @property
    def error(self) -> core.ExecutionError | None:
        return self.closure.error if self.closure.HasField("error") else None

    @property
    def log_uris(self) -> list[str]:
        return [log.uri for log in self.closure.logs]

    def __repr__(self) -> str:
        return f"FlyteTaskExecution(attempt {self.id.retry_attempt}, {self.phase})"


def _require_success(kind: str, name: str, phase: str, successful: bool) -> None:
    if not successful:
        raise FlyteAssertion(f"{kind} {name} has no outputs: it is {phase}", hint="wait for its end, and look at .error")
