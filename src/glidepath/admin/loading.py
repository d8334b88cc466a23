"""Executions from the store into memory: new ones with their inputs, and those that an earlier server left running."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy import Connection, select

from glidepath.admin.arrays import LoadedItems, load_items
from glidepath.admin.config import ServerConfig
from glidepath.admin.live import Live, NodeValues
from glidepath.admin.past import Past
from glidepath.admin.recovery import FROM_NODE, Source, SourceRecovery
from glidepath.admin.services.launch_plans import load_interfaces
from glidepath.admin.services.tasks import load_tasks
from glidepath.admin.store import Store, rows
from glidepath.admin.store.schema import executions, node_executions, signals, task_executions, workflows
from glidepath.compiler import LaunchPlanInterface
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

_CHILD_MODES = (admin.ExecutionMetadata.CHILD_WORKFLOW, admin.ExecutionMetadata.RECOVERED)
"""Of executions that a launch-plan node started."""
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
        with self._store.read() as connection:
            row = _row_of(connection, execution)
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
            items = load_items(connection, execution, _LIVE_NODES) if nodes else LoadedItems()
            spec = admin.ExecutionSpec.FromString(row.spec)
            values = NodeValues(self._storage)
            plan = self._plan(row.remote_closure_identifier)
            settings = self._settings(execution, spec)
            if nodes:
                state = load(execution, plan, settings, values, [*nodes, *items.nodes], self._plan, items.ended)
            else:
                state = ExecutionState(execution, plan, settings, values)
            values.state = state
            state.recovery = recovery = self._recovery(connection, row, spec, plan)
            live = Live(state, spec, closure, values, recovery, arrays=items.arrays)
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

    def refresh_abort(self, live: Live) -> None:
        """Who asked for the end, and why, is in the store's closure only; what is not committed yet is in ours only."""
        asked = self.closure_of(live.state.id)
        live.closure.phase = asked.phase
        live.closure.abort_metadata.CopyFrom(asked.abort_metadata)

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

    def live_children(self, node: core.NodeExecutionIdentifier) -> list[core.WorkflowExecutionIdentifier]:
        """The executions that a node's attempts launched and that have not ended."""
        launched_by = select(node_executions.c.id).where(*rows.is_node(node_executions, node)).scalar_subquery()
        columns = (executions.c[name] for name in rows.execution_key(core.WorkflowExecutionIdentifier()))
        query = select(*columns).where(
            executions.c.parent_node_execution_id == launched_by, executions.c.phase.not_in(_TERMINAL)
        )
        with self._store.read() as connection:
            return [rows.execution_id_from(row._mapping) for row in connection.execute(query)]

    def definitions(
        self, needed_tasks: Sequence[core.Identifier], needed_plans: Sequence[core.Identifier]
    ) -> tuple[list[core.CompiledTask], list[LaunchPlanInterface]]:
        """Registered tasks, and interfaces of registered launch plans, in that order. Raises NotFound for a missing one."""
        with self._store.read() as connection:
            return load_tasks(connection, needed_tasks), load_interfaces(connection, needed_plans)

    def signal_value(self, execution: core.WorkflowExecutionIdentifier, signal_id: str) -> core.Literal | None:
        """What a signal was set to; None for one that nobody has set."""
        query = select(signals.c.value).where(*rows.is_execution(signals, execution), signals.c.signal_id == signal_id)
        with self._store.read() as connection:
            found = connection.execute(query).scalar()
        return core.Literal.FromString(found) if found is not None else None

    def _recovery(self, connection: Connection, row: Any, spec: admin.ExecutionSpec, plan: Plan) -> SourceRecovery | None:
        """What an execution in recovery takes over; None for any other, and where the execution of the past is gone."""
        metadata = spec.metadata
        if metadata.mode != admin.ExecutionMetadata.RECOVERED or not metadata.HasField("reference_execution"):
            return None
        past = _row_of(connection, metadata.reference_execution)
        if past is None:
            return None
        settings = self._settings(metadata.reference_execution, admin.ExecutionSpec.FromString(past.spec))
        source = Source(
            past=Past(self._store, metadata.reference_execution),
            plan=self._plan(past.remote_closure_identifier),
            raw_output_base=settings.raw_output_base,
            same_code=past.workflow_id == row.workflow_id,
            same_inputs=_content_of(past.inputs_uri) == _content_of(row.inputs_uri),
            from_node=spec.annotations.values.get(FROM_NODE, ""),
        )
        return SourceRecovery(source, plan, self._storage, self._plan)

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
            overwrite_cache=spec.overwrite_cache,
        )


def _row_of(connection: Connection, execution: core.WorkflowExecutionIdentifier) -> Any:
    query = select(
        executions.c.spec,
        executions.c.closure,
        executions.c.inputs_uri,
        executions.c.workflow_id,
        workflows.c.remote_closure_identifier,
    ).join(workflows, workflows.c.id == executions.c.workflow_id)
    return connection.execute(query.where(*rows.is_execution(executions, execution))).one_or_none()


def _content_of(uri: str) -> str:
    """What kept literals are named by: the hash of their bytes."""
    return uri.rpartition("/")[2]


def _is_orphan(connection: Connection, metadata: admin.ExecutionMetadata) -> bool:
    if metadata.mode not in _CHILD_MODES or not metadata.HasField("parent_node_execution"):
        return False
    node = metadata.parent_node_execution
    of_node = select(node_executions.c.phase).where(*rows.is_node(node_executions, node))
    of_parent = select(executions.c.phase).where(*rows.is_execution(executions, node.execution_id))
    node_phase, phase = connection.execute(of_node).scalar(), connection.execute(of_parent).scalar()
    return node_phase not in _LIVE_NODES or phase in _TERMINAL
