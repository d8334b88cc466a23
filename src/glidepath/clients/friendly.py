"""A client for people and programs: plain arguments, lists as iterators, look-ups, registration, uploads.

Everything goes through ``RawClient`` (``client.raw``), which has every RPC. Errors: those of the raw client.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import TracebackType

from glidepath.clients.again import Changes, recover, relaunch
from glidepath.clients.config import PlatformConfig
from glidepath.clients.pages import Query, items
from glidepath.clients.raw import RawClient
from glidepath.clients.registration import JOBS, Entity, Outcome, Registration, create, register_all
from glidepath.clients.upload import Destination, Progress, upload
from glidepath.errors import FlyteEntityAlreadyExistsException, FlyteEntityNotExistException
from glidepath.idl import admin, core
from glidepath.idl.eager import launched_filter
from glidepath.idl.ids import execution_name

_NEWEST = Query(limit=1, page_size=1)
_EVERYTHING = Query()
_UNSORTED = Query(sort_key="")
_OLDEST_FIRST = Query(ascending=True)


class Client:
    """A connection to a control plane with the call patterns of the command lines.

    >>> with Client.connect() as client:  # doctest: +SKIP
    ...     for execution in client.executions("flytesnacks", "development", Query(filters="eq(phase,FAILED)", limit=10)):
    ...         print(execution.id.name)
    """

    def __init__(self, raw: RawClient) -> None:
        self.raw = raw

    @classmethod
    def connect(cls, config: PlatformConfig | None = None) -> Client:
        """A client for a configuration; by default the one that ``PlatformConfig.auto()`` finds."""
        return cls(RawClient(config))

    @property
    def config(self) -> PlatformConfig:
        return self.raw.config

    def close(self) -> None:
        self.raw.close()

    def __enter__(self) -> Client:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    # Lists: every item of every page, newest first unless the query says otherwise.

    def tasks(self, project: str, domain: str, name: str = "", query: Query = _EVERYTHING) -> Iterator[admin.Task]:
        """Versions of a task; without a name of all tasks."""

        def page(query: Query) -> tuple[Sequence[admin.Task], str]:
            answer = self.raw.list_tasks(resource_request(project, domain, name, query))
            return answer.tasks, answer.token

        return items(page, query)

    def workflows(self, project: str, domain: str, name: str = "", query: Query = _EVERYTHING) -> Iterator[admin.Workflow]:
        """Versions of a workflow, with interfaces only; without a name of all workflows."""

        def page(query: Query) -> tuple[Sequence[admin.Workflow], str]:
            answer = self.raw.list_workflows(resource_request(project, domain, name, query))
            return answer.workflows, answer.token

        return items(page, query)

    def launch_plans(self, project: str, domain: str, name: str = "", query: Query = _EVERYTHING) -> Iterator[admin.LaunchPlan]:
        """Versions of a launch plan; without a name of all launch plans."""

        def page(query: Query) -> tuple[Sequence[admin.LaunchPlan], str]:
            answer = self.raw.list_launch_plans(resource_request(project, domain, name, query))
            return answer.launch_plans, answer.token

        return items(page, query)

    def active_launch_plans(self, project: str, domain: str, query: Query = _EVERYTHING) -> Iterator[admin.LaunchPlan]:
        """The launch plans of which a version is active."""

        def page(query: Query) -> tuple[Sequence[admin.LaunchPlan], str]:
            answer = self.raw.list_active_launch_plans(
                admin.ActiveLaunchPlanListRequest(
                    project=project, domain=domain, limit=query.page_size, token=query.token, sort_by=query.sort
                )
            )
            return answer.launch_plans, answer.token

        return items(page, query)

    def executions(self, project: str, domain: str, query: Query = _EVERYTHING) -> Iterator[admin.Execution]:
        """Executions of a project and domain."""

        def page(query: Query) -> tuple[Sequence[admin.Execution], str]:
            answer = self.raw.list_executions(resource_request(project, domain, "", query))
            return answer.executions, answer.token

        return items(page, query)

    def launched_by(self, execution: core.WorkflowExecutionIdentifier) -> Iterator[admin.Execution]:
        """What the eager tasks of an execution launched, oldest first."""
        return self.executions(execution.project, execution.domain, Query(filters=launched_filter(execution), ascending=True))

    def named_entities(
        self, kind: core.ResourceType, project: str, domain: str, query: Query = _UNSORTED
    ) -> Iterator[admin.NamedEntity]:
        """Names of tasks, workflows or launch plans, each once, with description and state."""

        def page(query: Query) -> tuple[Sequence[admin.NamedEntity], str]:
            answer = self.raw.list_named_entities(
                admin.NamedEntityListRequest(
                    resource_type=kind,
                    project=project,
                    domain=domain,
                    limit=query.page_size,
                    token=query.token,
                    filters=query.filters,
                    sort_by=query.sort,
                )
            )
            return answer.entities, answer.token

        return items(page, query)

    def projects(self, query: Query = _EVERYTHING) -> Iterator[admin.Project]:
        """Projects; archived ones only when a filter names ``state``."""

        def page(query: Query) -> tuple[Sequence[admin.Project], str]:
            request = admin.ProjectListRequest(
                limit=query.page_size, token=query.token, filters=query.filters, sort_by=query.sort
            )
            answer = self.raw.list_projects(request)
            return answer.projects, answer.token

        return items(page, query)

    def node_executions(
        self, execution: core.WorkflowExecutionIdentifier, parent: str = "", query: Query = _OLDEST_FIRST
    ) -> Iterator[admin.NodeExecution]:
        """Nodes of an execution, oldest first: the top level, or the children of the node with unique id ``parent``."""

        def page(query: Query) -> tuple[Sequence[admin.NodeExecution], str]:
            answer = self.raw.list_node_executions(
                admin.NodeExecutionListRequest(
                    workflow_execution_id=execution,
                    unique_parent_id=parent,
                    limit=query.page_size,
                    token=query.token,
                    filters=query.filters,
                    sort_by=query.sort,
                )
            )
            return answer.node_executions, answer.token

        return items(page, query)

    def task_executions(
        self, node: core.NodeExecutionIdentifier, query: Query = _OLDEST_FIRST
    ) -> Iterator[admin.TaskExecution]:
        """The attempts of a node, oldest first."""

        def page(query: Query) -> tuple[Sequence[admin.TaskExecution], str]:
            answer = self.raw.list_task_executions(
                admin.TaskExecutionListRequest(
                    node_execution_id=node,
                    limit=query.page_size,
                    token=query.token,
                    filters=query.filters,
                    sort_by=query.sort,
                )
            )
            return answer.task_executions, answer.token

        return items(page, query)

    # One entity. FlyteEntityNotExistException when there is none.

    def task(self, project: str, domain: str, name: str, version: str) -> admin.Task:
        """One version of a task with its closure."""
        return self.raw.get_task(_get(core.ResourceType.TASK, project, domain, name, version))

    def workflow(self, project: str, domain: str, name: str, version: str) -> admin.Workflow:
        """One version of a workflow with its closure."""
        return self.raw.get_workflow(_get(core.ResourceType.WORKFLOW, project, domain, name, version))

    def launch_plan(self, project: str, domain: str, name: str, version: str) -> admin.LaunchPlan:
        """One version of a launch plan."""
        return self.raw.get_launch_plan(_get(core.ResourceType.LAUNCH_PLAN, project, domain, name, version))

    def latest_task(self, project: str, domain: str, name: str) -> admin.Task | None:
        """The newest version of a task, or None."""
        return next(self.tasks(project, domain, name, _NEWEST), None)

    def latest_workflow(self, project: str, domain: str, name: str) -> admin.Workflow | None:
        """The newest version of a workflow with its full closure, or None."""
        newest = next(self.workflows(project, domain, name, _NEWEST), None)
        return self.raw.get_workflow(admin.ObjectGetRequest(id=newest.id)) if newest else None

    def latest_launch_plan(self, project: str, domain: str, name: str) -> admin.LaunchPlan | None:
        """The newest version of a launch plan, active or not, or None."""
        return next(self.launch_plans(project, domain, name, _NEWEST), None)

    def active_launch_plan(self, project: str, domain: str, name: str) -> admin.LaunchPlan | None:
        """The active version of a launch plan, or None."""
        name_id = admin.NamedEntityIdentifier(project=project, domain=domain, name=name)
        try:
            return self.raw.get_active_launch_plan(admin.ActiveLaunchPlanRequest(id=name_id))
        except FlyteEntityNotExistException:
            return None

    # Changes.

    def register(self, entity: Entity) -> Outcome:
        """Register one entity: CREATED, or UNCHANGED when the same is there. Raises what the server refuses it with."""
        return create(self.raw, entity)

    def register_all(
        self,
        entities: Sequence[Entity],
        *,
        jobs: int = JOBS,
        keep_going: bool = False,
        on_result: Callable[[Registration], None] | None = None,
    ) -> list[Registration]:
        """Register many entities, dependencies first; see ``registration.register_all``."""
        return register_all(self.raw, entities, jobs=jobs, keep_going=keep_going, on_result=on_result)

    def set_launch_plan_state(self, identifier: core.Identifier, active: bool) -> None:
        """Activate or deactivate one version of a launch plan."""
        state = admin.LaunchPlanState.ACTIVE if active else admin.LaunchPlanState.INACTIVE
        self.raw.update_launch_plan(admin.LaunchPlanUpdateRequest(id=identifier, state=state))

    def create_execution(self, request: admin.ExecutionCreateRequest) -> core.WorkflowExecutionIdentifier:
        """Start an execution. Without a name it gets a fresh one here, so that a repeated call starts only one."""
        if request.name:
            return self.raw.create_execution(request).id
        named = admin.ExecutionCreateRequest()
        named.CopyFrom(request)
        named.name = execution_name(os.urandom)
        try:
            return self.raw.create_execution(named).id
        except FlyteEntityAlreadyExistsException:
            # The name is new in the world: the first call had arrived, and its answer was lost on the way.
            return core.WorkflowExecutionIdentifier(project=named.project, domain=named.domain, name=named.name)

    def recover(
        self, execution: core.WorkflowExecutionIdentifier, name: str = "", changes: Changes | None = None
    ) -> core.WorkflowExecutionIdentifier:
        """Start an execution that takes over what succeeded in another one; ``changes``: see ``again.Changes``."""
        return recover(self.raw, execution, name, changes)

    def relaunch(
        self, execution: core.WorkflowExecutionIdentifier, name: str = "", overwrite_cache: bool = False
    ) -> core.WorkflowExecutionIdentifier:
        """Run an execution again, whole."""
        return relaunch(self.raw, execution, name, overwrite_cache)

    def signals(self, execution: core.WorkflowExecutionIdentifier, query: Query = _OLDEST_FIRST) -> Iterator[admin.Signal]:
        """What gates of an execution wait for, or waited for; those that have a value are answered."""

        def page(query: Query) -> tuple[Sequence[admin.Signal], str]:
            answer = self.raw.list_signals(
                admin.SignalListRequest(
                    workflow_execution_id=execution,
                    limit=query.page_size,
                    token=query.token,
                    filters=query.filters,
                    sort_by=query.sort,
                )
            )
            return answer.signals, answer.token

        return items(page, query)

    def set_signal(self, execution: core.WorkflowExecutionIdentifier, signal_id: str, value: core.Literal) -> None:
        """Answer a gate. Raises FlyteInvalidInputException for a signal that is not there, or is of another type."""
        identifier = core.SignalIdentifier(signal_id=signal_id, execution_id=execution)
        self.raw.set_signal(admin.SignalSetRequest(id=identifier, value=value))

    def terminate(self, execution: core.WorkflowExecutionIdentifier, cause: str) -> None:
        """Ask the server to abort an execution."""
        self.raw.terminate_execution(admin.ExecutionTerminateRequest(id=execution, cause=cause))

    def upload(self, path: Path, destination: Destination, progress: Progress | None = None) -> str:
        """Upload a file; returns the address from which tasks read it."""
        return upload(self.raw, path, destination, progress)


def resource_request(project: str, domain: str, name: str, query: Query) -> admin.ResourceListRequest:
    """The request of one page of tasks, workflows, launch plans or executions."""
    return admin.ResourceListRequest(
        id=admin.NamedEntityIdentifier(project=project, domain=domain, name=name),
        limit=query.page_size,
        token=query.token,
        filters=query.filters,
        sort_by=query.sort,
    )


def _get(kind: core.ResourceType, project: str, domain: str, name: str, version: str) -> admin.ObjectGetRequest:
    return admin.ObjectGetRequest(
        id=core.Identifier(resource_type=kind, project=project, domain=domain, name=name, version=version)
    )
