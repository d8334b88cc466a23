"""Executions from the store into memory: new ones with their inputs, and those that an earlier server left running."""

from __future__ import annotations

from sqlalchemy import Connection, select

from glidepath.admin.config import ServerConfig
from glidepath.admin.live import Live, NodeValues
from glidepath.admin.store import Store, rows
from glidepath.admin.store.schema import executions, node_executions, task_executions, workflows
from glidepath.engine import ExecutionState, Plan, Settings
from glidepath.engine.codec import decode
from glidepath.engine.resume import load
from glidepath.idl import admin, core, paths
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_WORKFLOW_PHASES
from glidepath.storage.protocol import Storage

_PLANS = 64
_TERMINAL = [core.WorkflowExecution.Phase.Name(phase) for phase in TERMINAL_WORKFLOW_PHASES]
_LIVE_NODES = [
    core.NodeExecution.Phase.Name(phase) for phase in core.NodeExecution.Phase.values() if phase not in TERMINAL_NODE_PHASES
]

ChildEnd = tuple[core.WorkflowExecution.Phase, core.LiteralMap | None, core.ExecutionError | None]


class Loader:
    """Reads what the orchestrator runs. Compiled closures are shared by executions of the same workflow version."""

    def __init__(self, store: Store, storage: Storage, config: ServerConfig) -> None:
        self._store = store
        self._storage = storage
        self._config = config
        self._plans: dict[str, Plan] = {}

    def live_executions(self) -> list[core.WorkflowExecutionIdentifier]:
        """Every execution that has not ended, oldest first."""
        query = select(*(executions.c[name] for name in rows.execution_key(core.WorkflowExecutionIdentifier())))
        with self._store.read() as connection:
            found = connection.execute(query.where(executions.c.phase.not_in(_TERMINAL)).order_by(executions.c.id))
            return [rows.execution_id_from(row._mapping) for row in found]

    def load(self, execution: core.WorkflowExecutionIdentifier) -> tuple[Live, core.LiteralMap | None] | None:
        """An execution, and its inputs if it has not begun. None for one that is unknown or has ended."""
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
            if nodes:
                self._load_records(connection, live)
                return live, None
        inputs = core.LiteralMap.FromString(self._storage.get(row.inputs_uri)) if row.inputs_uri else core.LiteralMap()
        return live, inputs

    def closure_of(self, execution: core.WorkflowExecutionIdentifier) -> admin.ExecutionClosure:
        """An execution's closure as the store has it now."""
        query = select(executions.c.closure).where(*rows.is_execution(executions, execution))
        with self._store.read() as connection:
            return admin.ExecutionClosure.FromString(connection.execute(query).scalar_one())

    def ended_child(self, parent: core.WorkflowExecutionIdentifier, name: str) -> ChildEnd | None:
        """How a child execution ended: phase, outputs, error. None while it runs."""
        child = core.WorkflowExecutionIdentifier(project=parent.project, domain=parent.domain, name=name)
        closure = self.closure_of(child)
        if closure.phase not in TERMINAL_WORKFLOW_PHASES:
            return None
        uri = closure.outputs.uri
        outputs = core.LiteralMap.FromString(self._storage.get(uri)) if uri else None
        return closure.phase, outputs, closure.error if closure.HasField("error") else None

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
        plan = self._plans.get(uri)
        if plan is None:
            plan = Plan(core.CompiledWorkflowClosure.FromString(self._storage.get(uri)))
            if len(self._plans) >= _PLANS:
                self._plans.pop(next(iter(self._plans)))
            self._plans[uri] = plan
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
