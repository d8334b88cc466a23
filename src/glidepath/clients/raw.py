"""One typed method per RPC of the control plane; nothing else is decided here.

Every method takes the request message and returns the response message. Each passes the same chain: errors in our words,
retries, authentication, deadline (see ``calls.py``). Errors: the tree in ``glidepath.errors`` by the table in ``errors.py``.
Services: reference flytectl-and-admin.md B1.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from types import TracebackType
from typing import TypeVar, cast

import grpc
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct
from grpc_health.v1 import health_pb2

from glidepath.clients.auth import auth_interceptors
from glidepath.clients.calls import Call, ChannelSender, Interceptor, chain
from glidepath.clients.channel import open_channel
from glidepath.clients.config import PlatformConfig
from glidepath.clients.errors import Translate
from glidepath.clients.retry import Retry
from glidepath.errors import FlyteTimeout
from glidepath.idl import admin, core, service
from glidepath.idl.own_services import CACHE_SERVICE
from glidepath.idl.waiting import END, WAIT

_Answer = TypeVar("_Answer", bound=Message)

_ADMIN = "flyteidl.service.AdminService"
_DATA_PROXY = "flyteidl.service.DataProxyService"
_SIGNAL = "flyteidl.service.SignalService"
_AUTH_METADATA = "flyteidl.service.AuthMetadataService"
_IDENTITY = "flyteidl.service.IdentityService"
_HEALTH = "grpc.health.v1.Health"


class RawClient:
    """A connection to a control plane. Safe to use from many threads; close it, or use it in a ``with`` statement.

    >>> with RawClient(PlatformConfig.auto()) as client:  # doctest: +SKIP
    ...     client.get_version(admin.GetVersionRequest()).control_plane_version.Version
    """

    def __init__(
        self,
        config: PlatformConfig | None = None,
        *,
        channel: grpc.Channel | None = None,
        interceptors: Sequence[Interceptor] | None = None,
    ) -> None:
        """Connect lazily: the first call opens the connection.

        config: endpoint, TLS, retries, deadline; by default what ``PlatformConfig.auto()`` finds.
        channel: an open channel instead of one made from ``config``; it is closed with the client.
        interceptors: replaces the default chain (translation, retries, authentication), the first one outermost.
        """
        self.config = config or PlatformConfig.auto()
        self._channel = channel or open_channel(self.config)
        sender = ChannelSender(self._channel)
        links = default_interceptors(self.config, sender) if interceptors is None else interceptors
        self._send = chain(links, sender)
        self._begin = chain([link for link in links if not isinstance(link, (Translate, Retry))], sender.begin)

    def close(self) -> None:
        """Close the connection; calls in flight are cancelled."""
        self._channel.close()

    def __enter__(self) -> RawClient:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def with_deadline(self, seconds: float) -> RawClient:
        """The same connection with another limit for each attempt of a call. 0: no limit."""
        other = object.__new__(RawClient)
        other.config = replace(self.config, per_retry_timeout=seconds)
        other._channel, other._send, other._begin = self._channel, self._send, self._begin
        return other

    def _call(self, of: str, method: str, request: Message, answer: type[_Answer]) -> _Answer:
        return cast(_Answer, self._send(Call(of, method, request, answer, timeout=self.config.per_retry_timeout or None)))

    def check_health(self, name: str = "") -> bool:
        """Whether the server says that it serves; ``name`` is ``flyteadmin`` or empty for the whole server."""
        answer = self._call(_HEALTH, "Check", health_pb2.HealthCheckRequest(service=name), health_pb2.HealthCheckResponse)
        return bool(answer.status == health_pb2.HealthCheckResponse.SERVING)

    # AdminService

    def create_task(self, request: admin.TaskCreateRequest) -> admin.TaskCreateResponse:
        """Register a version of a task. ALREADY_EXISTS: the same structure is there; INVALID_ARGUMENT: another is."""
        return self._call(_ADMIN, "CreateTask", request, admin.TaskCreateResponse)

    def get_task(self, request: admin.ObjectGetRequest) -> admin.Task:
        """One version of a task with its compiled closure."""
        return self._call(_ADMIN, "GetTask", request, admin.Task)

    def list_task_ids(self, request: admin.NamedEntityIdentifierListRequest) -> admin.NamedEntityIdentifierList:
        """The distinct names of tasks in a project and domain."""
        return self._call(_ADMIN, "ListTaskIds", request, admin.NamedEntityIdentifierList)

    def list_tasks(self, request: admin.ResourceListRequest) -> admin.TaskList:
        """Versions of tasks; without a name those of all tasks of the scope."""
        return self._call(_ADMIN, "ListTasks", request, admin.TaskList)

    def create_workflow(self, request: admin.WorkflowCreateRequest) -> admin.WorkflowCreateResponse:
        """Register one version of a workflow; the server compiles it. Codes as for tasks."""
        return self._call(_ADMIN, "CreateWorkflow", request, admin.WorkflowCreateResponse)

    def get_workflow(self, request: admin.ObjectGetRequest) -> admin.Workflow:
        """One version of a workflow with its compiled closure."""
        return self._call(_ADMIN, "GetWorkflow", request, admin.Workflow)

    def list_workflow_ids(self, request: admin.NamedEntityIdentifierListRequest) -> admin.NamedEntityIdentifierList:
        """The distinct names of workflows in a project and domain."""
        return self._call(_ADMIN, "ListWorkflowIds", request, admin.NamedEntityIdentifierList)

    def list_workflows(self, request: admin.ResourceListRequest) -> admin.WorkflowList:
        """Versions of workflows; their closures hold only the interface."""
        return self._call(_ADMIN, "ListWorkflows", request, admin.WorkflowList)

    def create_launch_plan(self, request: admin.LaunchPlanCreateRequest) -> admin.LaunchPlanCreateResponse:
        """Register one version of a launch plan; it starts inactive. NOT_FOUND: its workflow is not registered."""
        return self._call(_ADMIN, "CreateLaunchPlan", request, admin.LaunchPlanCreateResponse)

    def get_launch_plan(self, request: admin.ObjectGetRequest) -> admin.LaunchPlan:
        """One version of a launch plan."""
        return self._call(_ADMIN, "GetLaunchPlan", request, admin.LaunchPlan)

    def get_active_launch_plan(self, request: admin.ActiveLaunchPlanRequest) -> admin.LaunchPlan:
        """The active version of a launch plan. NOT_FOUND: none is active."""
        return self._call(_ADMIN, "GetActiveLaunchPlan", request, admin.LaunchPlan)

    def list_active_launch_plans(self, request: admin.ActiveLaunchPlanListRequest) -> admin.LaunchPlanList:
        """All active launch plans of a project and domain."""
        return self._call(_ADMIN, "ListActiveLaunchPlans", request, admin.LaunchPlanList)

    def list_launch_plan_ids(self, request: admin.NamedEntityIdentifierListRequest) -> admin.NamedEntityIdentifierList:
        """The distinct names of launch plans in a project and domain."""
        return self._call(_ADMIN, "ListLaunchPlanIds", request, admin.NamedEntityIdentifierList)

    def list_launch_plans(self, request: admin.ResourceListRequest) -> admin.LaunchPlanList:
        """Versions of launch plans; without a name those of all launch plans of the scope."""
        return self._call(_ADMIN, "ListLaunchPlans", request, admin.LaunchPlanList)

    def update_launch_plan(self, request: admin.LaunchPlanUpdateRequest) -> admin.LaunchPlanUpdateResponse:
        """Activate or deactivate a version; activating one deactivates the version that was active."""
        return self._call(_ADMIN, "UpdateLaunchPlan", request, admin.LaunchPlanUpdateResponse)

    def create_execution(self, request: admin.ExecutionCreateRequest) -> admin.ExecutionCreateResponse:
        """Start an execution. ALREADY_EXISTS: one of this name is there."""
        return self._call(_ADMIN, "CreateExecution", request, admin.ExecutionCreateResponse)

    def relaunch_execution(self, request: admin.ExecutionRelaunchRequest) -> admin.ExecutionCreateResponse:
        """Start again with the inputs of an earlier execution."""
        return self._call(_ADMIN, "RelaunchExecution", request, admin.ExecutionCreateResponse)

    def recover_execution(self, request: admin.ExecutionRecoverRequest) -> admin.ExecutionCreateResponse:
        """Start again from the nodes that failed, keeping what succeeded."""
        return self._call(_ADMIN, "RecoverExecution", request, admin.ExecutionCreateResponse)

    def get_execution(self, request: admin.WorkflowExecutionGetRequest) -> admin.Execution:
        """One execution: its spec and its closure (phase, times, error)."""
        return self._call(_ADMIN, "GetExecution", request, admin.Execution)

    def get_ended_execution(self, request: admin.WorkflowExecutionGetRequest, seconds: float) -> admin.Execution | None:
        """One execution, once it has ended; ``None`` after ``seconds``. A server that knows no waiting answers at once."""
        try:
            return cast(admin.Execution, self._send(_held(request, seconds)))
        except FlyteTimeout:
            return None

    def begin_get_ended_execution(self, request: admin.WorkflowExecutionGetRequest, seconds: float) -> grpc.Future:
        """The same as a future that takes no thread. It fails with ``grpc.RpcError``, untranslated and not tried again."""
        return cast(grpc.Future, self._begin(_held(request, seconds)))

    def update_execution(self, request: admin.ExecutionUpdateRequest) -> admin.ExecutionUpdateResponse:
        """Archive or activate an execution."""
        return self._call(_ADMIN, "UpdateExecution", request, admin.ExecutionUpdateResponse)

    def get_execution_data(self, request: admin.WorkflowExecutionGetDataRequest) -> admin.WorkflowExecutionGetDataResponse:
        """The inputs and outputs of an execution, in full or as signed URLs."""
        return self._call(_ADMIN, "GetExecutionData", request, admin.WorkflowExecutionGetDataResponse)

    def list_executions(self, request: admin.ResourceListRequest) -> admin.ExecutionList:
        """Executions of a project and domain; archived ones only when a filter names ``state``."""
        return self._call(_ADMIN, "ListExecutions", request, admin.ExecutionList)

    def terminate_execution(self, request: admin.ExecutionTerminateRequest) -> admin.ExecutionTerminateResponse:
        """Abort an execution with a cause; it ends soon after, not before the answer."""
        return self._call(_ADMIN, "TerminateExecution", request, admin.ExecutionTerminateResponse)

    def get_node_execution(self, request: admin.NodeExecutionGetRequest) -> admin.NodeExecution:
        """One node of an execution."""
        return self._call(_ADMIN, "GetNodeExecution", request, admin.NodeExecution)

    def get_dynamic_node_workflow(self, request: admin.GetDynamicNodeWorkflowRequest) -> admin.DynamicNodeWorkflowResponse:
        """The closure that a dynamic node produced while it ran."""
        return self._call(_ADMIN, "GetDynamicNodeWorkflow", request, admin.DynamicNodeWorkflowResponse)

    def list_node_executions(self, request: admin.NodeExecutionListRequest) -> admin.NodeExecutionList:
        """Nodes of an execution: the top level, or the children of ``unique_parent_id``."""
        return self._call(_ADMIN, "ListNodeExecutions", request, admin.NodeExecutionList)

    def list_node_executions_for_task(self, request: admin.NodeExecutionForTaskListRequest) -> admin.NodeExecutionList:
        """Nodes that a task execution started."""
        return self._call(_ADMIN, "ListNodeExecutionsForTask", request, admin.NodeExecutionList)

    def get_node_execution_data(self, request: admin.NodeExecutionGetDataRequest) -> admin.NodeExecutionGetDataResponse:
        """The inputs and outputs of a node, and the Flyte URLs of both."""
        return self._call(_ADMIN, "GetNodeExecutionData", request, admin.NodeExecutionGetDataResponse)

    def register_project(self, request: admin.ProjectRegisterRequest) -> admin.ProjectRegisterResponse:
        """Create a project; the server adds its domains."""
        return self._call(_ADMIN, "RegisterProject", request, admin.ProjectRegisterResponse)

    def update_project(self, request: admin.Project) -> admin.ProjectUpdateResponse:
        """Replace name, description, labels and state of a project."""
        return self._call(_ADMIN, "UpdateProject", request, admin.ProjectUpdateResponse)

    def get_project(self, request: admin.ProjectGetRequest) -> admin.Project:
        """One project with its domains."""
        return self._call(_ADMIN, "GetProject", request, admin.Project)

    def list_projects(self, request: admin.ProjectListRequest) -> admin.Projects:
        """Projects; archived ones only when a filter names ``state``."""
        return self._call(_ADMIN, "ListProjects", request, admin.Projects)

    def get_domains(self, request: admin.GetDomainRequest) -> admin.GetDomainsResponse:
        """The domains that every project has."""
        return self._call(_ADMIN, "GetDomains", request, admin.GetDomainsResponse)

    def create_workflow_event(self, request: admin.WorkflowExecutionEventRequest) -> admin.WorkflowExecutionEventResponse:
        """Report a change of phase of an execution, as an engine does."""
        return self._call(_ADMIN, "CreateWorkflowEvent", request, admin.WorkflowExecutionEventResponse)

    def create_node_event(self, request: admin.NodeExecutionEventRequest) -> admin.NodeExecutionEventResponse:
        """Report a change of phase of a node, as an engine does."""
        return self._call(_ADMIN, "CreateNodeEvent", request, admin.NodeExecutionEventResponse)

    def create_task_event(self, request: admin.TaskExecutionEventRequest) -> admin.TaskExecutionEventResponse:
        """Report a change of phase of a task attempt, as an engine does."""
        return self._call(_ADMIN, "CreateTaskEvent", request, admin.TaskExecutionEventResponse)

    def get_task_execution(self, request: admin.TaskExecutionGetRequest) -> admin.TaskExecution:
        """One attempt of a task: phase, logs, reasons."""
        return self._call(_ADMIN, "GetTaskExecution", request, admin.TaskExecution)

    def list_task_executions(self, request: admin.TaskExecutionListRequest) -> admin.TaskExecutionList:
        """The attempts of a node."""
        return self._call(_ADMIN, "ListTaskExecutions", request, admin.TaskExecutionList)

    def get_task_execution_data(self, request: admin.TaskExecutionGetDataRequest) -> admin.TaskExecutionGetDataResponse:
        """The inputs and outputs of an attempt, and the Flyte URLs of both."""
        return self._call(_ADMIN, "GetTaskExecutionData", request, admin.TaskExecutionGetDataResponse)

    def update_project_domain_attributes(
        self, request: admin.ProjectDomainAttributesUpdateRequest
    ) -> admin.ProjectDomainAttributesUpdateResponse:
        """Set a matchable attribute for a project and domain."""
        return self._call(_ADMIN, "UpdateProjectDomainAttributes", request, admin.ProjectDomainAttributesUpdateResponse)

    def get_project_domain_attributes(
        self, request: admin.ProjectDomainAttributesGetRequest
    ) -> admin.ProjectDomainAttributesGetResponse:
        """A matchable attribute of a project and domain."""
        return self._call(_ADMIN, "GetProjectDomainAttributes", request, admin.ProjectDomainAttributesGetResponse)

    def delete_project_domain_attributes(
        self, request: admin.ProjectDomainAttributesDeleteRequest
    ) -> admin.ProjectDomainAttributesDeleteResponse:
        """Remove a matchable attribute of a project and domain."""
        return self._call(_ADMIN, "DeleteProjectDomainAttributes", request, admin.ProjectDomainAttributesDeleteResponse)

    def update_project_attributes(self, request: admin.ProjectAttributesUpdateRequest) -> admin.ProjectAttributesUpdateResponse:
        """Set a matchable attribute for a project."""
        return self._call(_ADMIN, "UpdateProjectAttributes", request, admin.ProjectAttributesUpdateResponse)

    def get_project_attributes(self, request: admin.ProjectAttributesGetRequest) -> admin.ProjectAttributesGetResponse:
        """A matchable attribute of a project."""
        return self._call(_ADMIN, "GetProjectAttributes", request, admin.ProjectAttributesGetResponse)

    def delete_project_attributes(self, request: admin.ProjectAttributesDeleteRequest) -> admin.ProjectAttributesDeleteResponse:
        """Remove a matchable attribute of a project."""
        return self._call(_ADMIN, "DeleteProjectAttributes", request, admin.ProjectAttributesDeleteResponse)

    def update_workflow_attributes(
        self, request: admin.WorkflowAttributesUpdateRequest
    ) -> admin.WorkflowAttributesUpdateResponse:
        """Set a matchable attribute for one workflow."""
        return self._call(_ADMIN, "UpdateWorkflowAttributes", request, admin.WorkflowAttributesUpdateResponse)

    def get_workflow_attributes(self, request: admin.WorkflowAttributesGetRequest) -> admin.WorkflowAttributesGetResponse:
        """A matchable attribute of one workflow."""
        return self._call(_ADMIN, "GetWorkflowAttributes", request, admin.WorkflowAttributesGetResponse)

    def delete_workflow_attributes(
        self, request: admin.WorkflowAttributesDeleteRequest
    ) -> admin.WorkflowAttributesDeleteResponse:
        """Remove a matchable attribute of one workflow."""
        return self._call(_ADMIN, "DeleteWorkflowAttributes", request, admin.WorkflowAttributesDeleteResponse)

    def list_matchable_attributes(self, request: admin.ListMatchableAttributesRequest) -> admin.ListMatchableAttributesResponse:
        """All matchable attributes of one kind."""
        return self._call(_ADMIN, "ListMatchableAttributes", request, admin.ListMatchableAttributesResponse)

    def list_named_entities(self, request: admin.NamedEntityListRequest) -> admin.NamedEntityList:
        """Names of tasks, workflows or launch plans with their description and state."""
        return self._call(_ADMIN, "ListNamedEntities", request, admin.NamedEntityList)

    def get_named_entity(self, request: admin.NamedEntityGetRequest) -> admin.NamedEntity:
        """The description and state of one name."""
        return self._call(_ADMIN, "GetNamedEntity", request, admin.NamedEntity)

    def update_named_entity(self, request: admin.NamedEntityUpdateRequest) -> admin.NamedEntityUpdateResponse:
        """Describe, archive or activate a name with all its versions."""
        return self._call(_ADMIN, "UpdateNamedEntity", request, admin.NamedEntityUpdateResponse)

    def get_version(self, request: admin.GetVersionRequest) -> admin.GetVersionResponse:
        """The version of the control plane."""
        return self._call(_ADMIN, "GetVersion", request, admin.GetVersionResponse)

    def get_description_entity(self, request: admin.ObjectGetRequest) -> admin.DescriptionEntity:
        """The documentation of one version of an entity."""
        return self._call(_ADMIN, "GetDescriptionEntity", request, admin.DescriptionEntity)

    def list_description_entities(self, request: admin.DescriptionEntityListRequest) -> admin.DescriptionEntityList:
        """The documentation of the versions of entities."""
        return self._call(_ADMIN, "ListDescriptionEntities", request, admin.DescriptionEntityList)

    def get_execution_metrics(
        self, request: admin.WorkflowExecutionGetMetricsRequest
    ) -> admin.WorkflowExecutionGetMetricsResponse:
        """Spans of time that an execution spent, as a tree."""
        return self._call(_ADMIN, "GetExecutionMetrics", request, admin.WorkflowExecutionGetMetricsResponse)

    # DataProxyService

    def create_upload_location(self, request: service.CreateUploadLocationRequest) -> service.CreateUploadLocationResponse:
        """A signed URL to upload one file to, and the address that tasks will read it from."""
        return self._call(_DATA_PROXY, "CreateUploadLocation", request, service.CreateUploadLocationResponse)

    def create_download_location(
        self, request: service.CreateDownloadLocationRequest
    ) -> service.CreateDownloadLocationResponse:
        """A signed URL for a native address; older servers only."""
        return self._call(_DATA_PROXY, "CreateDownloadLocation", request, service.CreateDownloadLocationResponse)

    def create_download_link(self, request: service.CreateDownloadLinkRequest) -> service.CreateDownloadLinkResponse:
        """Signed URLs for an artifact of a node, such as its deck."""
        return self._call(_DATA_PROXY, "CreateDownloadLink", request, service.CreateDownloadLinkResponse)

    def get_data(self, request: service.GetDataRequest) -> service.GetDataResponse:
        """What lies at a ``flyte://`` URL: literals or signed URLs."""
        return self._call(_DATA_PROXY, "GetData", request, service.GetDataResponse)

    # SignalService

    def get_or_create_signal(self, request: admin.SignalGetOrCreateRequest) -> admin.Signal:
        """The signal that a gate node waits for; made if it is not there."""
        return self._call(_SIGNAL, "GetOrCreateSignal", request, admin.Signal)

    def list_signals(self, request: admin.SignalListRequest) -> admin.SignalList:
        """The signals of an execution."""
        return self._call(_SIGNAL, "ListSignals", request, admin.SignalList)

    def set_signal(self, request: admin.SignalSetRequest) -> admin.SignalSetResponse:
        """Give a signal its value. INVALID_ARGUMENT: no such signal, or a value of another type."""
        return self._call(_SIGNAL, "SetSignal", request, admin.SignalSetResponse)

    # CacheService, which only Glidepath's control plane has

    def explain_cache(self, request: core.NodeExecutionIdentifier) -> Struct:
        """Why a node found its outputs in the cache, or did not. FAILED_PRECONDITION: it did not ask."""
        return self._call(CACHE_SERVICE, "Explain", request, Struct)

    # AuthMetadataService

    def get_oauth2_metadata(self, request: service.OAuth2MetadataRequest) -> service.OAuth2MetadataResponse:
        """Where tokens are issued. UNIMPLEMENTED: the server has authentication off."""
        return self._call(_AUTH_METADATA, "GetOAuth2Metadata", request, service.OAuth2MetadataResponse)

    def get_public_client_config(
        self, request: service.PublicClientAuthConfigRequest
    ) -> service.PublicClientAuthConfigResponse:
        """Client id, scopes and header of public clients. UNIMPLEMENTED: authentication is off."""
        return self._call(_AUTH_METADATA, "GetPublicClientConfig", request, service.PublicClientAuthConfigResponse)

    # IdentityService

    def user_info(self, request: service.UserInfoRequest) -> service.UserInfoResponse:
        """Who the server thinks is asking."""
        return self._call(_IDENTITY, "UserInfo", request, service.UserInfoResponse)


def _held(request: admin.WorkflowExecutionGetRequest, seconds: float) -> Call:
    return Call(_ADMIN, "GetExecution", request, admin.Execution, timeout=seconds, metadata=((WAIT, END),))


def default_interceptors(config: PlatformConfig, sender: ChannelSender) -> list[Interceptor]:
    """The chain of a client: errors in our words, then retries, then authentication, nearest to the wire."""
    return [Translate(config), Retry(config.max_retries, config.max_backoff_delay), *auth_interceptors(config, sender)]
