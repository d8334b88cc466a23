"""A control plane in memory behind a real gRPC socket: registers, lists, starts executions; faults can be ordered."""

from __future__ import annotations

import threading
from collections import Counter, defaultdict
from concurrent import futures
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import grpc
from grpc_health.v1 import health, health_pb2, health_pb2_grpc

from glidepath.idl import admin, core, service
from glidepath.idl.ids import key_of


class Store:
    """What the fake holds; tests read and fill it directly."""

    def __init__(self) -> None:
        self.lock = threading.Lock()
        self.entities: dict[tuple[Any, ...], Any] = {}
        self.executions: dict[str, admin.Execution] = {}
        self.nodes: dict[str, list[admin.NodeExecution]] = defaultdict(list)
        self.node_data: dict[str, admin.NodeExecutionGetDataResponse] = {}
        self.attempts: dict[str, list[admin.TaskExecution]] = defaultdict(list)
        self.projects: dict[str, admin.Project] = {"flytesnacks": admin.Project(id="flytesnacks", name="flytesnacks")}
        self.calls: Counter[str] = Counter()
        self.requests: list[tuple[str, Any]] = []
        self.metadata: list[tuple[str, dict[str, str]]] = []
        self.faults: dict[str, list[tuple[grpc.StatusCode, str]]] = defaultdict(list)
        self.token: str | None = None
        self.uploads: dict[str, bytes] = {}
        self.upload_status = 200
        self.http_port = 0

    def last(self, method: str) -> Any:
        return next(request for name, request in reversed(self.requests) if name == method)


class Watch(grpc.ServerInterceptor):
    """Counts calls, keeps requests, raises ordered faults, asks for a token when one is set."""

    def __init__(self, store: Store) -> None:
        self.store = store

    def intercept_service(self, continuation: Any, details: Any) -> Any:
        handler = continuation(details)
        method = details.method.rsplit("/", 1)[1]
        if handler is None or handler.unary_unary is None:
            return handler

        def behave(request: Any, context: grpc.ServicerContext) -> Any:
            with self.store.lock:
                self.store.calls[method] += 1
                self.store.requests.append((method, request))
                metadata = {key: str(value) for key, value in context.invocation_metadata()}
                self.store.metadata.append((method, metadata))
                fault = self.store.faults[method].pop(0) if self.store.faults[method] else None
            if fault:
                context.abort(*fault)
            wanted = self.store.token
            if wanted and "AuthMetadata" not in details.method and metadata.get("flyte-authorization") != f"Bearer {wanted}":
                context.abort(grpc.StatusCode.UNAUTHENTICATED, "token parse error")
            return handler.unary_unary(request, context)

        return grpc.unary_unary_rpc_method_handler(behave, handler.request_deserializer, handler.response_serializer)


class Admin(service.AdminServiceServicer):
    def __init__(self, store: Store) -> None:
        self.store = store

    def _create(self, kind: str, request: Any, context: grpc.ServicerContext) -> None:
        key = key_of(request.id)
        with self.store.lock:
            old = self.store.entities.get(key)
            if old is None:
                self.store.entities[key] = request
                return
        if old.spec == request.spec:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, f"{kind} with identical structure already exists")
        context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"{request.id.name} {kind} with different structure already exists")

    def CreateTask(self, request, context):
        self._create("task", request, context)
        return admin.TaskCreateResponse()

    def CreateWorkflow(self, request, context):
        for node in request.spec.template.nodes:
            if node.HasField("task_node") and key_of(node.task_node.reference_id) not in self.store.entities:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, f"missing entity of type TASK with identifier {node.id}")
        self._create("workflow", request, context)
        return admin.WorkflowCreateResponse()

    def CreateLaunchPlan(self, request, context):
        if key_of(request.spec.workflow_id) not in self.store.entities:
            context.abort(grpc.StatusCode.NOT_FOUND, "missing entity of type WORKFLOW")
        self._create("launch plan", request, context)
        return admin.LaunchPlanCreateResponse()

    def UpdateLaunchPlan(self, request, context):
        return admin.LaunchPlanUpdateResponse()

    def _found(self, request: Any, context: grpc.ServicerContext) -> Any:
        found = self.store.entities.get(key_of(request.id))
        if found is None:
            context.abort(grpc.StatusCode.NOT_FOUND, f"missing entity of type {request.id.resource_type}")
        return found

    def _listed(self, kind: int, request: Any) -> tuple[list[Any], str]:
        wanted = request.id
        every = [
            entity
            for key, entity in self.store.entities.items()
            if key[0] == kind and key[1:3] == (wanted.project, wanted.domain) and wanted.name in ("", key[3])
        ][::-1]
        start = int(request.token or 0)
        end = start + request.limit
        return every[start:end], str(end) if end < len(every) else ""

    def GetTask(self, request, context):
        return as_task(self._found(request, context))

    def ListTasks(self, request, context):
        page, token = self._listed(core.ResourceType.TASK, request)
        return admin.TaskList(tasks=[as_task(item) for item in page], token=token)

    def GetWorkflow(self, request, context):
        return as_workflow(self._found(request, context))

    def ListWorkflows(self, request, context):
        page, token = self._listed(core.ResourceType.WORKFLOW, request)
        return admin.WorkflowList(workflows=[as_workflow(item) for item in page], token=token)

    def GetLaunchPlan(self, request, context):
        return as_launch_plan(self._found(request, context))

    def ListLaunchPlans(self, request, context):
        page, token = self._listed(core.ResourceType.LAUNCH_PLAN, request)
        return admin.LaunchPlanList(launch_plans=[as_launch_plan(item) for item in page], token=token)

    def GetActiveLaunchPlan(self, request, context):
        return context.abort(grpc.StatusCode.NOT_FOUND, "no active launch plan")

    def ListNamedEntities(self, request, context):
        names = sorted({key[3] for key in self.store.entities if key[0] == request.resource_type})
        scope = {"project": request.project, "domain": request.domain}
        return admin.NamedEntityList(
            entities=[admin.NamedEntity(id=admin.NamedEntityIdentifier(name=name, **scope)) for name in names]
        )

    def ListProjects(self, request, context):
        return admin.Projects(projects=list(self.store.projects.values()))

    def GetProject(self, request, context):
        if request.id not in self.store.projects:
            context.abort(grpc.StatusCode.NOT_FOUND, f"project [{request.id}] not found")
        return self.store.projects[request.id]

    def RegisterProject(self, request, context):
        if request.project.id in self.store.projects:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, "value with matching already exists")
        self.store.projects[request.project.id] = request.project
        return admin.ProjectRegisterResponse()

    def UpdateProject(self, request, context):
        self.store.projects[request.id] = request
        return admin.ProjectUpdateResponse()

    def CreateExecution(self, request, context):
        if request.name in self.store.executions:
            context.abort(grpc.StatusCode.ALREADY_EXISTS, "value with matching already exists")
        identifier = core.WorkflowExecutionIdentifier(project=request.project, domain=request.domain, name=request.name)
        self.store.executions[request.name] = admin.Execution(id=identifier, spec=request.spec)
        return admin.ExecutionCreateResponse(id=identifier)

    def RelaunchExecution(self, request, context):
        return admin.ExecutionCreateResponse(
            id=core.WorkflowExecutionIdentifier(project=request.id.project, domain=request.id.domain, name=request.name)
        )

    RecoverExecution = RelaunchExecution

    def GetExecution(self, request, context):
        if request.id.name not in self.store.executions:
            context.abort(grpc.StatusCode.NOT_FOUND, "missing entity of type execution")
        return self.store.executions[request.id.name]

    def ListExecutions(self, request, context):
        every = list(self.store.executions.values())[::-1]
        start = int(request.token or 0)
        end = start + request.limit
        return admin.ExecutionList(executions=every[start:end], token=str(end) if end < len(every) else "")

    def TerminateExecution(self, request, context):
        self.GetExecution(request, context).closure.phase = core.WorkflowExecution.ABORTED
        return admin.ExecutionTerminateResponse()

    def UpdateExecution(self, request, context):
        return admin.ExecutionUpdateResponse()

    def ListNodeExecutions(self, request, context):
        return admin.NodeExecutionList(node_executions=self.store.nodes[request.unique_parent_id])

    def GetNodeExecutionData(self, request, context):
        return self.store.node_data.get(request.id.node_id, admin.NodeExecutionGetDataResponse())

    def ListTaskExecutions(self, request, context):
        return admin.TaskExecutionList(task_executions=self.store.attempts[request.node_execution_id.node_id])

    def GetVersion(self, request, context):
        return admin.GetVersionResponse(control_plane_version=admin.Version(Version="v1.16.0", Build="fake"))


class DataProxy(service.DataProxyServiceServicer):
    def __init__(self, store: Store) -> None:
        self.store = store

    def CreateUploadLocation(self, request, context):
        path = f"/{request.project}/{request.domain}/{request.content_md5.hex()}/{request.filename}"
        return service.CreateUploadLocationResponse(
            signed_url=f"http://localhost:{self.store.http_port}{path}?signature=s", native_url=f"s3://bucket{path}"
        )


class AuthMetadata(service.AuthMetadataServiceServicer):
    def __init__(self, store: Store) -> None:
        self.store = store

    def GetOAuth2Metadata(self, request, context):
        return service.OAuth2MetadataResponse(token_endpoint=f"http://localhost:{self.store.http_port}/token")

    def GetPublicClientConfig(self, request, context):
        return service.PublicClientAuthConfigResponse(
            client_id="public", scopes=["all"], authorization_metadata_key="flyte-authorization"
        )


def as_task(request: Any) -> admin.Task:
    return admin.Task(id=request.id, closure=admin.TaskClosure(compiled_task=core.CompiledTask(template=request.spec.template)))


def as_workflow(request: Any) -> admin.Workflow:
    compiled = core.CompiledWorkflowClosure(primary=core.CompiledWorkflow(template=request.spec.template))
    return admin.Workflow(id=request.id, closure=admin.WorkflowClosure(compiled_workflow=compiled))


def as_launch_plan(request: Any) -> admin.LaunchPlan:
    closure = admin.LaunchPlanClosure(expected_inputs=request.spec.default_inputs)
    return admin.LaunchPlan(id=request.id, spec=request.spec, closure=closure)


def http_handler(store: Store) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            store.uploads[self.path] = self.rfile.read(int(self.headers["Content-Length"]))
            self._answer(store.upload_status, b"" if store.upload_status == 200 else b"checksum does not match")

        def do_POST(self) -> None:
            form = self.rfile.read(int(self.headers["Content-Length"])).decode()
            store.requests.append(("token", (self.headers["Authorization"], form)))
            self._answer(200, b'{"access_token": "%s"}' % (store.token or "").encode())

        def _answer(self, status: int, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    return Handler


class FakeControlPlane:
    """Start it, use ``endpoint`` and ``store``, stop it. ``credentials`` makes it speak TLS."""

    def __init__(self, credentials: grpc.ServerCredentials | None = None, address: str = "localhost:0") -> None:
        self.store = Store()
        self.http = ThreadingHTTPServer(("localhost", 0), http_handler(self.store))
        self.store.http_port = self.http.server_port
        threading.Thread(target=self.http.serve_forever, args=(0.01,), daemon=True).start()
        self.server = grpc.server(futures.ThreadPoolExecutor(max_workers=16), interceptors=[Watch(self.store)])
        service.add_AdminServiceServicer_to_server(Admin(self.store), self.server)
        service.add_DataProxyServiceServicer_to_server(DataProxy(self.store), self.server)
        service.add_AuthMetadataServiceServicer_to_server(AuthMetadata(self.store), self.server)
        checker = health.HealthServicer()
        checker.set("", health_pb2.HealthCheckResponse.SERVING)
        health_pb2_grpc.add_HealthServicer_to_server(checker, self.server)
        port = self.server.add_secure_port(address, credentials) if credentials else self.server.add_insecure_port(address)
        self.endpoint = f"localhost:{port}"
        self.server.start()

    def stop(self) -> None:
        self.server.stop(None).wait()
        self.http.shutdown()
        self.http.server_close()
