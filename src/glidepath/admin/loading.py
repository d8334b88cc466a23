"""Executions from the store into memory: new ones with their inputs, and those that an earlier server left running."""

from __future__ import annotations

from collections import OrderedDict
from typing import NamedTuple

from sqlalchemy import Connection, select

from glidepath.admin.config import ServerConfig
from glidepath.admin.live import Live, NodeValues
from glidepath.admin.store import Store, rows
from glidepath.admin.store.schema import executions, node_executions, signals, task_executions, workflows
from glidepath.engine import ExecutionState, Plan, Settings
from glidepath.engine.codec import decode
from glidepath.engine.resume import load
from glidepath.idl import admin, core, paths
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_WORKFLOW_PHASES
from glidepath.storage.protocol import Storage

_TERMINAL = [core.WorkflowExecution.Phase.Name(phase) for phase in TERMINAL_WORKFLOW_PHASES]
_LIVE_NODES = [
    core.NodeExecution.Phase.Name(phase) for phase in core.NodeExecution.Phase.values() if phase not in TERMINAL_NODE_PHASES
]

_PLAN_BYTES = 16 * 1024 * 1024


class ChildEnd(NamedTuple):
    """How a child execution ended."""

    phase: core.WorkflowExecution.Phase
    outputs: core.LiteralMap | None = None
    error: core.ExecutionError | None = None


class Loaded(NamedTuple):
    """An execution from the store."""

    live: Live
    inputs: core.LiteralMap | None
    """Its inputs; None for one that has begun."""
    orphan: bool
    """The node that launched it has ended without it."""


class Loader:
    """Reads what the orchestrator runs. Compiled closures are shared by executions of the same workflow version."""

    def __init__(self, store: Store, storage: Storage, config: ServerConfig) -> None:
        self._store = store
        self._storage = storage
        self._config = config
        self._plans: OrderedDict[str, tuple[Plan, int]] = OrderedDict()
        self._plan_bytes = 0

    def live_executions(self) -> list[core.WorkflowExecutionIdentifier]:
        """Every execution that has not ended, oldest first."""
        query = select(*(executions.c[name] for name in rows.execution_key(core.WorkflowExecutionIdentifier())))
        with self._store.read() as connection:
            found = connection.execute(query.where(executions.c.phase.not_in(_TERMINAL)).order_by(executions.c.id))
            return [rows.execution_id_from(row._mapping) for row in found]

    def load(self, execution: core.WorkflowExecutionIdentifier) -> Loaded | None:
        """An execution that is to run. None for one that is unknown or has ended."""
        query = select(
            executions.c.spec, executions.c.closure, executions.c.inputs_uri, workflows.c.remote_closure_identifier
        ).join(workflows, workflows.c.id == executions.c.workflow_id)
        with self._store.read() as connection:
            row = connection.execute(query.where(*rows.is_execution(executions, execution))).one_or_none()
            if row is None:
                return None
            closure = admin.ExecutionClosure.FromString(row.closure)
            if closure.phase in TERMINAL_WORKFLOW_PHASES:
                return None
            kept = connection.execute(
                select(node_executions.c.engine_state).where(
                    *rows.is_execution(node_executions, execution), node_executions.c.engine_state.is_not(None)
                )
            ).scalars()
            nodes = [decode(data) for data in kept]
            spec = admin.ExecutionSpec.FromString(row.spec)
            values = NodeValues(self._storage)
            plan = self._plan(row.remote_closure_identifier)
            settings = self._settings(execution, spec)
            if nodes:
                state = load(execution, plan, settings, values, nodes)
            else:
                state = ExecutionState(execution, plan, settings, values)
            values.state = state
            live = Live(state, spec, closure, values)
            orphan = _is_orphan(connection, spec.metadata)
            if nodes:
                self._load_records(connection, live)
                return Loaded(live, None, orphan)
        inputs = core.LiteralMap.FromString(self._storage.get(row.inputs_uri)) if row.inputs_uri else core.LiteralMap()
        return Loaded(live, inputs, orphan)

    def closure_of(self, execution: core.WorkflowExecutionIdentifier) -> admin.ExecutionClosure:
        """An execution's closure as the store has it now."""
        query = select(executions.c.closure).where(*rows.is_execution(executions, execution))
        with self._store.read() as connection:
            return admin.ExecutionClosure.FromString(connection.execute(query).scalar_one())

    def ended_child(self, child: core.WorkflowExecutionIdentifier) -> ChildEnd | None:
        """How a child execution ended; None while it runs."""
        closure = self.closure_of(child)
        if closure.phase not in TERMINAL_WORKFLOW_PHASES:
            return None
        uri = closure.outputs.uri
        outputs = core.LiteralMap.FromString(self._storage.get(uri)) if uri else None
        return ChildEnd(closure.phase, outputs, closure.error if closure.HasField("error") else None)

    def parent_of(self, execution: core.WorkflowExecutionIdentifier) -> core.NodeExecutionIdentifier | None:
        """The node that launched an execution; None for one that no node launched."""
        query = select(executions.c.spec).where(*rows.is_execution(executions, execution))
        with self._store.read() as connection:
            metadata = admin.ExecutionSpec.FromString(connection.execute(query).scalar_one()).metadata
        return metadata.parent_node_execution if metadata.HasField("parent_node_execution") else None

    def signal_value(self, execution: core.WorkflowExecutionIdentifier, signal_id: str) -> core.Literal | None:
        """What a signal was set to; None for one that nobody has set."""
        query = select(signals.c.value).where(*rows.is_execution(signals, execution), signals.c.signal_id == signal_id)
        with self._store.read() as connection:
            found = connection.execute(query).scalar()
        return core.Literal.FromString(found) if found is not None else None

    def _load_records(self, connection: Connection, live: Live) -> None:
        """The records of what was live, which the next reports go on from."""
        from_nodes = select(*rows.NODE_COLUMNS).where(
            *rows.is_execution(node_executions, live.state.id), node_executions.c.phase.in_(_LIVE_NODES)
        )
        for row in connection.execute(from_nodes):
            node = rows.node_from(row)
            live.nodes[node.id.node_id] = node
        from_tasks = (
            select(*rows.TASK_COLUMNS)
            .where(*rows.is_execution(task_executions, live.state.id))
            .where(task_executions.c.node_id.in_(list(live.nodes)))
            .order_by(task_executions.c.retry_attempt)
        )
        for row in connection.execute(from_tasks):
            task = rows.task_from(row)
            live.tasks[task.id.node_execution_id.node_id] = task

    def _plan(self, uri: str) -> Plan:
        """The plan of a closure. Those used last are kept, up to some MiB of closures."""
        found = self._plans.get(uri)
        if found is not None:
            self._plans.move_to_end(uri)
            return found[0]
        data = self._storage.get(uri)
        plan = Plan(core.CompiledWorkflowClosure.FromString(data))
        self._plans[uri] = (plan, len(data))
        self._plan_bytes += len(data)
        while self._plan_bytes > _PLAN_BYTES and len(self._plans) > 1:
            self._plan_bytes -= self._plans.popitem(last=False)[1][1]
        return plan

    def _settings(self, execution: core.WorkflowExecutionIdentifier, spec: admin.ExecutionSpec) -> Settings:
        root = self._config.storage_root
        raw = spec.raw_output_data_config.output_location_prefix or paths.join(root, "raw")
        return Settings(
            metadata_dir=paths.execution_dir(root, execution.project, execution.domain, execution.name),
            raw_output_base=raw,
            max_parallelism=spec.max_parallelism or self._config.limits.parallelism,
            interruptible=spec.interruptible.value if spec.HasField("interruptible") else None,
        )


def _is_orphan(connection: Connection, metadata: admin.ExecutionMetadata) -> bool:
    if metadata.mode != admin.ExecutionMetadata.CHILD_WORKFLOW or not metadata.HasField("parent_node_execution"):
        return False
    node = metadata.parent_node_execution
    of_node = select(node_executions.c.phase).where(*rows.is_node(node_executions, node))
    of_parent = select(executions.c.phase).where(*rows.is_execution(executions, node.execution_id))
    node_phase, phase = connection.execute(of_node).scalar(), connection.execute(of_parent).scalar()
    return node_phase not in _LIVE_NODES or phase in _TERMINAL
