"""The control plane as the pages see it: RPCs called in this process, by name."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import Any

from google.protobuf.message import Message

from glidepath.admin.rpc import Call, Service
from glidepath.idl import admin, core, service
from glidepath.idl.eager import launched_filter

ADMIN = "flyteidl.service.AdminService"
SIGNALS = "flyteidl.service.SignalService"
DATA_PROXY = "flyteidl.service.DataProxyService"
NEWEST_FIRST = admin.Sort(key="created_at", direction=admin.Sort.DESCENDING)
OLDEST_FIRST = admin.Sort(key="created_at", direction=admin.Sort.ASCENDING)


class Api:
    """Calls for one page view. Raises :class:`glidepath.admin.errors.AdminError` as the RPCs do."""

    def __init__(self, services: Iterable[Service]) -> None:
        self._services = {service.name: service.rpcs for service in services}

    def _call(self, rpc: str, request: Message, name: str = ADMIN) -> Any:
        return self._services[name][rpc](request, Call(request_id="console"))

    def projects(self) -> list[admin.Project]:
        return list(self._call("ListProjects", admin.ProjectListRequest()).projects)

    def executions(self, project: str, domain: str, token: str, limit: int) -> admin.ExecutionList:
        """One page, newest first."""
        scope = admin.NamedEntityIdentifier(project=project, domain=domain)
        request = admin.ResourceListRequest(id=scope, limit=limit, token=token, sort_by=NEWEST_FIRST)
        found: admin.ExecutionList = self._call("ListExecutions", request)
        return found

    def launched_by(self, node: core.NodeExecutionIdentifier, limit: int) -> list[admin.Execution]:
        """The newest executions that an eager node launched."""
        identifier = node.execution_id
        scope = admin.NamedEntityIdentifier(project=identifier.project, domain=identifier.domain)
        request = admin.ResourceListRequest(id=scope, limit=limit, filters=launched_filter(identifier), sort_by=NEWEST_FIRST)
        found = self._call("ListExecutions", request).executions
        return [each for each in found if each.spec.metadata.parent_node_execution.node_id in ("", node.node_id)]

    def execution(self, identifier: core.WorkflowExecutionIdentifier) -> admin.Execution:
        found: admin.Execution = self._call("GetExecution", admin.WorkflowExecutionGetRequest(id=identifier))
        return found

    def execution_data(self, identifier: core.WorkflowExecutionIdentifier) -> admin.WorkflowExecutionGetDataResponse:
        request = admin.WorkflowExecutionGetDataRequest(id=identifier)
        found: admin.WorkflowExecutionGetDataResponse = self._call("GetExecutionData", request)
        return found

    def nodes(
        self, identifier: core.WorkflowExecutionIdentifier, parent: str, token: str, limit: int
    ) -> admin.NodeExecutionList:
        """One page of the nodes at the top (``parent`` empty) or inside one node, oldest first."""
        request = admin.NodeExecutionListRequest(
            workflow_execution_id=identifier, unique_parent_id=parent, token=token, limit=limit, sort_by=OLDEST_FIRST
        )
        found: admin.NodeExecutionList = self._call("ListNodeExecutions", request)
        return found

    def node(self, identifier: core.NodeExecutionIdentifier) -> admin.NodeExecution:
        found: admin.NodeExecution = self._call("GetNodeExecution", admin.NodeExecutionGetRequest(id=identifier))
        return found

    def node_data(self, identifier: core.NodeExecutionIdentifier) -> admin.NodeExecutionGetDataResponse:
        request = admin.NodeExecutionGetDataRequest(id=identifier)
        found: admin.NodeExecutionGetDataResponse = self._call("GetNodeExecutionData", request)
        return found

    def attempts(self, identifier: core.NodeExecutionIdentifier, limit: int) -> list[admin.TaskExecution]:
        request = admin.TaskExecutionListRequest(node_execution_id=identifier, limit=limit, sort_by=OLDEST_FIRST)
        return list(self._call("ListTaskExecutions", request).task_executions)

    def unanswered(self, identifier: core.WorkflowExecutionIdentifier, limit: int) -> list[admin.Signal]:
        """What gates of an execution wait for, the oldest first."""
        request = admin.SignalListRequest(workflow_execution_id=identifier, limit=limit, sort_by=OLDEST_FIRST)
        found = self._call("ListSignals", request, SIGNALS).signals
        return [signal for signal in found if signal.value.WhichOneof("value") is None]

    def entity(self, identifier: core.Identifier) -> Any:
        """The Task, Workflow or LaunchPlan of an id."""
        rpcs = {core.ResourceType.TASK: "GetTask", core.ResourceType.WORKFLOW: "GetWorkflow"}
        return self._call(rpcs.get(identifier.resource_type, "GetLaunchPlan"), admin.ObjectGetRequest(id=identifier))

    def entities(self, kind: core.ResourceType, project: str, domain: str, limit: int) -> Iterator[core.Identifier]:
        """The newest versions of tasks, workflows or launch plans in a project and domain."""
        rpc, field = {
            core.ResourceType.TASK: ("ListTasks", "tasks"),
            core.ResourceType.WORKFLOW: ("ListWorkflows", "workflows"),
            core.ResourceType.LAUNCH_PLAN: ("ListLaunchPlans", "launch_plans"),
        }[kind]
        scope = admin.NamedEntityIdentifier(project=project, domain=domain)
        found = self._call(rpc, admin.ResourceListRequest(id=scope, limit=limit, sort_by=NEWEST_FIRST))
        return (item.id for item in getattr(found, field))

    def download_url(self, uri: str) -> str:
        """A signed URL for one object of the store."""
        request = service.CreateDownloadLocationRequest(native_url=uri)
        url: str = self._call("CreateDownloadLocation", request, DATA_PROXY).signed_url
        return url
