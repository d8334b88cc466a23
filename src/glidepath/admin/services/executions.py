"""Executions: launched, read, terminated, archived. Running them is the orchestrator's part."""

from dataclasses import dataclass, replace
from datetime import datetime
from functools import lru_cache
from typing import Any, cast

from sqlalchemy import Connection, func, select

from glidepath.admin import launch
from glidepath.admin.errors import AlreadyExists, already_terminal, missing_entity, missing_identifier
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.listing import ListOf, active_unless_asked, read_list
from glidepath.admin.services.projects import require_active
from glidepath.admin.services.recoveries import check_from_node, recovered_inputs
from glidepath.admin.services.single_tasks import generated_launch_plan
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.entities import EXECUTION
from glidepath.admin.store.rows import (
    EXECUTION_COLUMNS,
    entity_key,
    execution_columns,
    execution_from,
    execution_key,
    identifier_from,
    is_execution,
    is_node,
    timestamp,
)
from glidepath.admin.store.schema import (
    execution_tags,
    executions,
    launch_plans,
    node_executions,
    tasks,
    workflows,
)
from glidepath.admin.validation import require_execution, require_scope
from glidepath.idl import admin, core, paths
from glidepath.idl.ids import execution_name, key_of
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES
from glidepath.idl.text import compact_text

_LIST = ListOf("ListExecutions", EXECUTION, EXECUTION_COLUMNS)
_LIST_ERROR_LENGTH = 100
_KEPT_TARGETS = 512
_OCCUPYING = ("UNDEFINED", "QUEUED", "RUNNING")


@dataclass(frozen=True)
class _Target:
    """What is launched: the launch plan, and the rows that the execution will point at."""

    plan: admin.LaunchPlanSpec
    expected: core.ParameterMap
    plan_name: dict[str, str]
    workflow: core.Identifier
    launch_plan_id: int | None
    workflow_id: int
    task_id: int | None = None


@dataclass(frozen=True)
class _Prepared:
    """An execution that is ready to be written."""

    id: core.WorkflowExecutionIdentifier
    spec: admin.ExecutionSpec
    closure: admin.ExecutionClosure
    target: _Target
    inputs_uri: str
    user_inputs_uri: str
    parent: dict[str, Any]


class Executions:
    """Create, Get, List, Update and Terminate of executions."""

    def __init__(self, context: Context) -> None:
        self._context = context
        # What is registered never changes, and reading it takes a third of a launch's time.
        self._known_target = lru_cache(_KEPT_TARGETS)(self._read_target)

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {
            "CreateExecution": self.create,
            "GetExecution": self.get,
            "ListExecutions": self.list,
            "UpdateExecution": self.update,
            "TerminateExecution": self.terminate,
        }

    def create(self, request: admin.ExecutionCreateRequest, call: Call) -> admin.ExecutionCreateResponse:
        """Launch a launch plan or a single task: checked, written, handed to the orchestrator.

        A child names its ``parent_node_execution``. AlreadyExists when the name is taken, InvalidArgument or NotFound when
        the request cannot be run.
        """
        launch.check_request(request)
        prepared = self._prepare(request, call)
        with self._context.store.write() as connection:
            self._refuse_crowding(connection, prepared.target)
            self._insert(connection, prepared, call)
        self._context.orchestrator.launched(prepared.id)
        return admin.ExecutionCreateResponse(id=prepared.id)

    def get(self, request: admin.WorkflowExecutionGetRequest, call: Call) -> admin.Execution:
        """One execution."""
        require_execution(request.id)
        with self._context.store.read() as connection:
            return load_execution(connection, request.id)

    def list(self, request: admin.ResourceListRequest, call: Call) -> admin.ExecutionList:
        """Executions in a project and domain; archived ones only when a filter is about ``state``; long errors cut."""
        require_scope(request.id.project, request.id.domain)
        scope = [
            executions.c.execution_project == request.id.project,
            executions.c.execution_domain == request.id.domain,
            *active_unless_asked(request, EXECUTION),
        ]
        page = read_list(self._context, _LIST, scope, request)
        found = [execution_from(row) for row in page.rows]
        for execution in found:
            if execution.closure.HasField("error"):
                execution.closure.error.message = execution.closure.error.message[:_LIST_ERROR_LENGTH]
        return admin.ExecutionList(executions=found, token=page.token)

    def update(self, request: admin.ExecutionUpdateRequest, call: Call) -> admin.ExecutionUpdateResponse:
        """Archive an execution or bring it back."""
        require_execution(request.id)
        now = self._context.clock()
        values = {"state": request.state, "updated_at": now, "state_change": _state_change(request.state, now, call)}
        with self._context.store.write() as connection:
            changed = connection.execute(executions.update().where(*is_execution(executions, request.id)).values(**values))
        if changed.rowcount == 0:
            raise missing_entity("execution", request.id)
        return admin.ExecutionUpdateResponse()

    def terminate(self, request: admin.ExecutionTerminateRequest, call: Call) -> admin.ExecutionTerminateResponse:
        """Ask for an execution's end: ABORTING now, ABORTED when the orchestrator has stopped everything."""
        require_execution(request.id)
        now = self._context.clock()
        with self._context.store.write() as connection:
            closure = lock_closure(connection, request.id)
            if closure.phase in TERMINAL_WORKFLOW_PHASES:
                phase = core.WorkflowExecution.Phase.Name(closure.phase)
                raise already_terminal("Cannot abort an already terminated workflow execution", phase)
            closure.phase = core.WorkflowExecution.ABORTING
            closure.abort_metadata.CopyFrom(admin.AbortMetadata(cause=request.cause, principal=call.principal))
            closure.updated_at.CopyFrom(timestamp(now))
            values = execution_columns(closure, now)
            connection.execute(executions.update().where(*is_execution(executions, request.id)).values(**values))
        self._context.orchestrator.terminate(request.id, request.cause, call.principal)
        return admin.ExecutionTerminateResponse()

    def _prepare(self, request: admin.ExecutionCreateRequest, call: Call) -> _Prepared:
        name = request.name or execution_name(self._context.random_bytes)
        identifier = core.WorkflowExecutionIdentifier(project=request.project, domain=request.domain, name=name)
        with self._context.store.read() as connection:
            labels = require_active(connection, self._context, request.project, request.domain)
        target = self._target(request.spec.launch_plan)
        given = launch.user_inputs(request)
        if request.spec.metadata.mode == admin.ExecutionMetadata.RECOVERED:
            given = recovered_inputs(self._context, request.spec, given, target.expected.parameters)
        inputs = launch.complete_inputs(given, target.expected.parameters, target.plan.fixed_inputs)
        spec = launch.merged_spec(request.spec, target.plan, labels.values, self._context.config.limits.parallelism)
        spec.metadata.principal = call.principal
        parent = self._parent(spec)
        folder = paths.join(request.project, request.domain, name)
        inputs_uri = self._context.keep(folder, inputs)
        return _Prepared(
            id=identifier,
            spec=spec,
            closure=self._closure(spec, target),
            target=target,
            inputs_uri=inputs_uri,
            user_inputs_uri=inputs_uri if inputs == given else self._context.keep(folder, given),
            parent=parent,
        )

    def _target(self, reference: core.Identifier) -> _Target:
        return self._known_target(key_of(reference))

    def _read_target(self, key: tuple[int, str, str, str, str]) -> _Target:
        kind, project, domain, name, version = key
        reference = identifier_from(
            cast("core.ResourceType", kind), {"project": project, "domain": domain, "name": name, "version": version}
        )
        if kind == core.ResourceType.LAUNCH_PLAN:
            return self._launch_plan(reference)
        plan = generated_launch_plan(self._context, reference)
        with self._context.store.read() as connection:
            task_id = connection.execute(select(tasks.c.id).filter_by(**entity_key(reference))).scalar_one()
        return replace(self._launch_plan(plan), launch_plan_id=None, task_id=task_id)

    def _launch_plan(self, reference: core.Identifier) -> _Target:
        key = (workflows.c.project, workflows.c.domain, workflows.c.name, workflows.c.version)
        query = (
            select(launch_plans.c.id, launch_plans.c.spec, launch_plans.c.closure, launch_plans.c.workflow_id, *key)
            .join(workflows, workflows.c.id == launch_plans.c.workflow_id)
            .where(*(launch_plans.c[part] == value for part, value in entity_key(reference).items()))
        )
        with self._context.store.read() as connection:
            row = connection.execute(query).one_or_none()
        if row is None:
            raise missing_identifier(reference)
        return _Target(
            plan=admin.LaunchPlanSpec.FromString(row.spec),
            expected=admin.LaunchPlanClosure.FromString(row.closure).expected_inputs,
            plan_name={part: getattr(reference, part) for part in ("project", "domain", "name")},
            workflow=identifier_from(core.ResourceType.WORKFLOW, row._mapping),
            launch_plan_id=row.id,
            workflow_id=row.workflow_id,
        )

    def _parent(self, spec: admin.ExecutionSpec) -> dict[str, Any]:
        """The columns that tie a child or a relaunch to where it comes from; the child's nesting is set."""
        metadata = spec.metadata
        with self._context.store.read() as connection:
            if metadata.mode == admin.ExecutionMetadata.RECOVERED:
                check_from_node(connection, spec)
            if metadata.HasField("parent_node_execution"):
                node = metadata.parent_node_execution
                node_id = connection.execute(
                    select(node_executions.c.id).where(*is_node(node_executions, node))
                ).scalar_one_or_none()
                if node_id is None:
                    raise missing_entity("node execution", node)
                source = _source(connection, node.execution_id)
                launch.nest(metadata, admin.ExecutionSpec.FromString(source.spec).metadata)
                return {"parent_node_execution_id": node_id, "source_execution_id": source.id}
            if metadata.HasField("reference_execution"):
                return {"source_execution_id": _source(connection, metadata.reference_execution).id}
        return {}

    def _closure(self, spec: admin.ExecutionSpec, target: _Target) -> admin.ExecutionClosure:
        now = timestamp(self._context.clock())
        return admin.ExecutionClosure(
            phase=core.WorkflowExecution.UNDEFINED,
            created_at=now,
            updated_at=now,
            workflow_id=target.workflow,
            notifications=launch.notifications_of(spec, target.plan),
        )

    def _refuse_crowding(self, connection: Connection, target: _Target) -> None:
        limit = target.plan.concurrency_policy.max
        if not limit:
            return
        versions = select(launch_plans.c.id).filter_by(**target.plan_name)
        if connection.dialect.name != "sqlite":
            connection.execute(versions.order_by(launch_plans.c.id).limit(1).with_for_update())
        query = select(func.count()).where(executions.c.launch_plan_id.in_(versions), executions.c.phase.in_(_OCCUPYING))
        if connection.execute(query).scalar_one() >= limit:
            name = target.plan_name["name"]
            raise AlreadyExists(f"concurrency limit ({limit}) reached for launch plan {name}; skipping execution")

    def _insert(self, connection: Connection, prepared: _Prepared, call: Call) -> None:
        now = self._context.clock()
        spec, target = prepared.spec, prepared.target
        values = {
            **execution_key(prepared.id),
            **execution_columns(prepared.closure, now),
            "state": admin.ExecutionState.EXECUTION_ACTIVE,
            "state_change": _state_change(admin.ExecutionState.EXECUTION_ACTIVE, now, call),
            "mode": spec.metadata.mode,
            "launch_entity": core.ResourceType.Name(spec.launch_plan.resource_type),
            "launch_plan_id": target.launch_plan_id,
            "workflow_id": target.workflow_id,
            "task_id": target.task_id,
            "workflow_name": prepared.closure.workflow_id.name,
            "launch_plan_name": None if target.task_id else spec.launch_plan.name,
            "task_name": spec.launch_plan.name if target.task_id else None,
            "user": spec.metadata.principal,
            "cluster": spec.metadata.system_metadata.execution_cluster,
            "inputs_uri": prepared.inputs_uri,
            "user_inputs_uri": prepared.user_inputs_uri,
            "created_at": now,
            "spec": spec.SerializeToString(),
            **prepared.parent,
        }
        if insert_new(connection, executions, values) is None:
            raise AlreadyExists(f"value with matching already exists ({compact_text(prepared.id)})")
        tags = [
            {**execution_key(prepared.id), "key": key, "value": value, "created_at": now} for key, value in launch.tags_of(spec)
        ]
        if tags:
            connection.execute(execution_tags.insert(), tags)


def load_execution(connection: Connection, identifier: core.WorkflowExecutionIdentifier) -> admin.Execution:
    """One execution. Raises NotFound."""
    row = connection.execute(select(*EXECUTION_COLUMNS).where(*is_execution(executions, identifier))).one_or_none()
    if row is None:
        raise missing_entity("execution", identifier)
    return execution_from(row)


def lock_closure(connection: Connection, identifier: core.WorkflowExecutionIdentifier) -> admin.ExecutionClosure:
    """An execution's closure, its row locked until the transaction ends. Raises NotFound."""
    query = select(executions.c.closure).where(*is_execution(executions, identifier)).with_for_update()
    data = connection.execute(query).scalar_one_or_none()
    if data is None:
        raise missing_entity("execution", identifier)
    return admin.ExecutionClosure.FromString(data)


def _state_change(state: admin.ExecutionState, now: datetime, call: Call) -> bytes:
    details = admin.ExecutionStateChangeDetails(state=state, occurred_at=timestamp(now), principal=call.principal)
    return details.SerializeToString()


def _source(connection: Connection, identifier: core.WorkflowExecutionIdentifier) -> Any:
    row = connection.execute(
        select(executions.c.id, executions.c.spec).where(*is_execution(executions, identifier))
    ).one_or_none()
    if row is None:
        raise missing_entity("execution", identifier)
    return row
