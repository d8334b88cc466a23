"""An AdminService made of messages: one execution with every kind of row, and any number of plain nodes."""

from datetime import datetime, timezone

from google.protobuf.duration_pb2 import Duration
from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.admin.errors import NotFound
from glidepath.admin.rpc import Service
from glidepath.idl import admin, core, service

BEGUN = datetime(2026, 3, 4, 5, 6, 7, tzinfo=timezone.utc)
EXECUTION = core.WorkflowExecutionIdentifier(project="flytesnacks", domain="development", name="a1b2c3")
TASK = core.Identifier(resource_type=1, project="flytesnacks", domain="development", name="wine.train", version="v1")
WORKFLOW = core.Identifier(resource_type=2, project="flytesnacks", domain="development", name="wine.training_wf", version="v1")
PLAN = core.Identifier(resource_type=3, project="flytesnacks", domain="development", name="wine.training_wf", version="v1")
ERROR = core.ExecutionError(
    code="USER:ValueError", message="Traceback:\n  line 3\nValueError: <script>alert(1)</script>", kind=core.ExecutionError.USER
)
NODE = core.NodeExecution
TASK_PHASE = core.TaskExecution


def at(seconds):
    return Timestamp(seconds=int(BEGUN.timestamp()) + seconds)


def text(value):
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value=value)))


def number(value):
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(float_value=value)))


def file(uri):
    return core.Literal(scalar=core.Scalar(blob=core.Blob(uri=uri)))


class ControlPlane:
    """Answers the RPCs that pages call. ``extra`` plain nodes follow the interesting ones."""

    def __init__(self, extra=0, phase=core.WorkflowExecution.FAILED):
        self.phase = phase
        self.calls = 0
        self.inside = {"n1": ["n1-0-n0", "n1-0-n1"], "n1-0-n1": ["n1-0-n1-0-n0"]}
        self.top = ["start-node", "n0", "n1", "n2", "n3"] + [f"x{i}" for i in range(extra)]

    def services(self):
        rpcs = {
            "ListProjects": self.projects,
            "ListExecutions": self.executions,
            "GetExecution": self.execution,
            "GetExecutionData": self.execution_data,
            "ListNodeExecutions": self.nodes,
            "GetNodeExecution": lambda request, call: self.node(request.id.node_id),
            "GetNodeExecutionData": self.node_data,
            "ListTaskExecutions": self.attempts,
            "GetTask": self.task,
            "ListWorkflows": lambda request, call: admin.WorkflowList(workflows=[admin.Workflow(id=WORKFLOW)]),
        }
        proxy = {"CreateDownloadLocation": self.download}
        return [
            Service("flyteidl.service.AdminService", {name: self._counted(rpc) for name, rpc in rpcs.items()}),
            Service("flyteidl.service.DataProxyService", proxy),
            Service("flyteidl.service.SignalService", {"ListSignals": self.signals}),
        ]

    def signals(self, request, call):
        """One that waits, and one that has been answered."""
        waiting, answered = (
            admin.Signal(id=core.SignalIdentifier(signal_id=name, execution_id=request.workflow_execution_id))
            for name in ("publish", "title")
        )
        answered.value.CopyFrom(text("Spring"))
        return admin.SignalList(signals=[waiting, answered])

    def _counted(self, rpc):
        def answer(request, call):
            self.calls += 1
            return rpc(request, call)

        return answer

    def projects(self, request, call):
        domains = [admin.Domain(id=name, name=name) for name in ("development", "production")]
        return admin.Projects(projects=[admin.Project(id="flytesnacks", name="flytesnacks", domains=domains)])

    def _execution(self):
        closure = admin.ExecutionClosure(
            phase=self.phase, created_at=at(0), started_at=at(1), duration=Duration(seconds=75), workflow_id=WORKFLOW
        )
        if self.phase == core.WorkflowExecution.FAILED:
            closure.error.CopyFrom(ERROR)
        metadata = admin.ExecutionMetadata(principal="ada", mode=admin.ExecutionMetadata.MANUAL)
        return admin.Execution(id=EXECUTION, spec=admin.ExecutionSpec(launch_plan=PLAN, metadata=metadata), closure=closure)

    def executions(self, request, call):
        return admin.ExecutionList(executions=[self._execution()] * min(request.limit, 3), token="" if request.token else "t0k")

    def execution(self, request, call):
        if request.id != EXECUTION:
            raise NotFound(f"missing entity of type execution with identifier {request.id.name}")
        return self._execution()

    def execution_data(self, request, call):
        inputs = core.LiteralMap(literals={"test_size": number(0.3), "report": file("s3://b/report.csv")})
        return admin.WorkflowExecutionGetDataResponse(full_inputs=inputs)

    def nodes(self, request, call):
        names = self.inside.get(request.unique_parent_id, []) if request.unique_parent_id else self.top
        start = int(request.token or 0)
        page = names[start : start + request.limit]
        following = start + request.limit
        return admin.NodeExecutionList(
            node_executions=[self.node(name) for name in page], token=str(following) if following < len(names) else ""
        )

    def node(self, name):
        phases = {"n2": NODE.FAILED, "n3": NODE.RUNNING}
        closure = admin.NodeExecutionClosure(phase=phases.get(name, NODE.SUCCEEDED), created_at=at(1), started_at=at(2))
        if name != "n3":
            closure.duration.CopyFrom(Duration(seconds=1, nanos=250_000_000))
        if name == "n2":
            closure.error.CopyFrom(ERROR)
        if name == "n3":
            child = core.WorkflowExecutionIdentifier(project="flytesnacks", domain="development", name="child1")
            closure.workflow_node_metadata.executionId.CopyFrom(child)
        metadata = admin.NodeExecutionMetaData(spec_node_id=name.split("-")[-1] if name in ("n1-0-n0",) else name)
        metadata.is_parent_node = name in self.inside
        return admin.NodeExecution(
            id=core.NodeExecutionIdentifier(node_id=name, execution_id=EXECUTION), closure=closure, metadata=metadata
        )

    def node_data(self, request, call):
        outputs = {"o0": text("a long text")} if request.id.node_id != "n2" else {}
        return admin.NodeExecutionGetDataResponse(
            full_inputs=core.LiteralMap(literals={"x": number(1.5)}), full_outputs=core.LiteralMap(literals=outputs)
        )

    def attempts(self, request, call):
        node = request.node_execution_id
        if node.node_id in self.inside or node.node_id == "n3":
            return admin.TaskExecutionList()
        phases = [TASK_PHASE.FAILED, TASK_PHASE.FAILED] if node.node_id == "n2" else [TASK_PHASE.SUCCEEDED]
        found = []
        for retry, phase in enumerate(phases):
            name = f"{EXECUTION.name}-{node.node_id}-{retry}"
            uri = f"http://localhost:30080/logs/flytesnacks/development/{EXECUTION.name}/{name}"
            closure = admin.TaskExecutionClosure(phase=phase, started_at=at(2), duration=Duration(nanos=42_000_000))
            closure.logs.append(core.TaskLog(name="log", uri=uri))
            if phase == TASK_PHASE.FAILED:
                closure.error.CopyFrom(ERROR)
            identifier = core.TaskExecutionIdentifier(task_id=TASK, node_execution_id=node, retry_attempt=retry)
            found.append(admin.TaskExecution(id=identifier, closure=closure))
        return admin.TaskExecutionList(task_executions=found)

    def task(self, request, call):
        variable = core.Variable(
            type=core.LiteralType(collection_type=core.LiteralType(simple=core.SimpleType.INTEGER)), description="how many"
        )
        interface = core.TypedInterface(inputs=core.VariableMap(variables={"ns": variable}))
        template = core.TaskTemplate(id=request.id, type="python-task", interface=interface)
        closure = admin.TaskClosure(compiled_task=core.CompiledTask(template=template))
        return admin.Task(id=request.id, closure=closure, short_description="Trains.")

    def download(self, request, call):
        return service.CreateDownloadLocationResponse(signed_url=f"http://localhost/objects/x?of={request.native_url}")
