"""Small tasks, workflows and launch plans as requests, for the tests of the control plane."""

from glidepath.idl import admin, core

PROJECT, DOMAIN = "flytesnacks", "development"
INT = core.LiteralType(simple=core.SimpleType.INTEGER)
STRING = core.LiteralType(simple=core.SimpleType.STRING)
DATETIME = core.LiteralType(simple=core.SimpleType.DATETIME)


def identifier(kind: str, name: str, version: str = "v1", domain: str = DOMAIN) -> core.Identifier:
    kinds = core.ResourceType
    return core.Identifier(resource_type=kinds.Value(kind), project=PROJECT, domain=domain, name=name, version=version)


def variables(types: dict[str, core.LiteralType]) -> core.VariableMap:
    return core.VariableMap(variables={name: core.Variable(type=kind) for name, kind in types.items()})


def interface(inputs: dict[str, core.LiteralType], outputs: dict[str, core.LiteralType]) -> core.TypedInterface:
    return core.TypedInterface(inputs=variables(inputs), outputs=variables(outputs))


def task(name: str = "add", version: str = "v1", image: str = "img:v1", **inputs: core.LiteralType) -> admin.TaskCreateRequest:
    template = core.TaskTemplate(
        type="python-task",
        metadata=core.TaskMetadata(runtime=core.RuntimeMetadata(type=core.RuntimeMetadata.FLYTE_SDK, version="1.16.0")),
        interface=interface(inputs or {"n": INT}, {"o0": INT}),
        container=core.Container(image=image, args=["pyflyte-execute"]),
    )
    return admin.TaskCreateRequest(id=identifier("TASK", name, version), spec=admin.TaskSpec(template=template))


def promise(var: str, node: str, output: str) -> core.Binding:
    return core.Binding(var=var, binding=core.BindingData(promise=core.OutputReference(node_id=node, var=output)))


def workflow(
    name: str = "wf",
    version: str = "v1",
    task_name: str = "add",
    task_version: str = "v1",
    nodes: int = 1,
    node_name: str = "n",
) -> admin.WorkflowCreateRequest:
    """A chain of ``nodes`` nodes of a task n -> o0."""
    chain = [
        core.Node(
            id=f"n{index}",
            metadata=core.NodeMetadata(name=node_name),
            inputs=[promise("n", f"n{index - 1}" if index else "", "o0" if index else "n")],
            task_node=core.TaskNode(reference_id=identifier("TASK", task_name, task_version)),
        )
        for index in range(nodes)
    ]
    template = core.WorkflowTemplate(
        interface=interface({"n": INT}, {"o0": INT}), nodes=chain, outputs=[promise("o0", f"n{nodes - 1}", "o0")]
    )
    return admin.WorkflowCreateRequest(id=identifier("WORKFLOW", name, version), spec=admin.WorkflowSpec(template=template))


def launch_plan(
    name: str = "wf", version: str = "v1", spec: admin.LaunchPlanSpec | None = None, workflow_name: str = "wf"
) -> admin.LaunchPlanCreateRequest:
    request = admin.LaunchPlanCreateRequest(id=identifier("LAUNCH_PLAN", name, version), spec=spec)
    request.spec.workflow_id.CopyFrom(identifier("WORKFLOW", workflow_name, version))
    return request


def integer(value: int) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=value)))


def text(value: str) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value=value)))


def literals(**values: core.Literal) -> core.LiteralMap:
    return core.LiteralMap(literals=values)


def execution(
    name: str = "", target: core.Identifier | None = None, inputs: core.LiteralMap | None = None, domain: str = DOMAIN
) -> admin.ExecutionCreateRequest:
    spec = admin.ExecutionSpec(launch_plan=target or identifier("LAUNCH_PLAN", "wf"))
    given = literals(n=integer(1)) if inputs is None else inputs
    return admin.ExecutionCreateRequest(project=PROJECT, domain=domain, name=name, spec=spec, inputs=given)


def execution_id(name: str) -> core.WorkflowExecutionIdentifier:
    return core.WorkflowExecutionIdentifier(project=PROJECT, domain=DOMAIN, name=name)


def node_id(execution_name: str, node: str = "n0") -> core.NodeExecutionIdentifier:
    return core.NodeExecutionIdentifier(node_id=node, execution_id=execution_id(execution_name))


def scope(name: str = "") -> admin.NamedEntityIdentifier:
    return admin.NamedEntityIdentifier(project=PROJECT, domain=DOMAIN, name=name)
