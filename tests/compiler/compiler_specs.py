"""Short spellings of types, bindings, nodes and templates for compiler tests."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from google.protobuf.struct_pb2 import Struct

from glidepath.compiler import CompilationError, LaunchPlanInterface, compile_workflow
from glidepath.idl import core

Simple = core.SimpleType


def simple(kind: int, tag: str = "") -> core.LiteralType:
    structure = core.TypeStructure(tag=tag) if tag else None
    return core.LiteralType(simple=kind, structure=structure)  # type: ignore[arg-type]


NONE, INT, FLOAT, STRING = simple(Simple.NONE), simple(Simple.INTEGER), simple(Simple.FLOAT), simple(Simple.STRING)
BOOL, DATETIME, DURATION = simple(Simple.BOOLEAN), simple(Simple.DATETIME), simple(Simple.DURATION)
BINARY, ERROR, STRUCT = simple(Simple.BINARY), simple(Simple.ERROR), simple(Simple.STRUCT)


def list_of(item: core.LiteralType) -> core.LiteralType:
    return core.LiteralType(collection_type=item)


def dict_of(item: core.LiteralType) -> core.LiteralType:
    return core.LiteralType(map_value_type=item)


def union(*variants: core.LiteralType) -> core.LiteralType:
    return core.LiteralType(union_type=core.UnionType(variants=variants))


def enum(*values: str) -> core.LiteralType:
    return core.LiteralType(enum_type=core.EnumType(values=values))


def struct(schema: Mapping[str, Any] | None = None, **fields: core.LiteralType) -> core.LiteralType:
    found = core.LiteralType(simple=Simple.STRUCT)
    if schema is not None:
        metadata = Struct()
        metadata.update(dict(schema))
        found.metadata.CopyFrom(metadata)
    for name, each in fields.items():
        found.structure.dataclass_type[name].CopyFrom(each)
    return found


def integer(value: int) -> core.BindingData:
    return core.BindingData(scalar=core.Scalar(primitive=core.Primitive(integer=value)))


def text(value: str) -> core.BindingData:
    return core.BindingData(scalar=core.Scalar(primitive=core.Primitive(string_value=value)))


def promise(node: str, var: str = "o0", *path: str | int) -> core.BindingData:
    steps = [
        core.PromiseAttribute(string_value=step) if isinstance(step, str) else core.PromiseAttribute(int_value=step)
        for step in path
    ]
    return core.BindingData(promise=core.OutputReference(node_id=node, var=var, attr_path=steps))


def items(*data: core.BindingData) -> core.BindingData:
    return core.BindingData(collection=core.BindingDataCollection(bindings=data))


def entries(**data: core.BindingData) -> core.BindingData:
    return core.BindingData(map=core.BindingDataMap(bindings=data))


def variables(types: Mapping[str, core.LiteralType]) -> core.VariableMap:
    return core.VariableMap(variables={name: core.Variable(type=each) for name, each in types.items()})


def interface(inputs: Mapping[str, core.LiteralType], outputs: Mapping[str, core.LiteralType]) -> core.TypedInterface:
    return core.TypedInterface(inputs=variables(inputs), outputs=variables(outputs))


def identifier(kind: int, name: str) -> core.Identifier:
    return core.Identifier(resource_type=kind, project="p", domain="d", name=name, version="v")  # type: ignore[arg-type]


def task_id(name: str) -> core.Identifier:
    return identifier(core.ResourceType.TASK, name)


def workflow_id(name: str) -> core.Identifier:
    return identifier(core.ResourceType.WORKFLOW, name)


def plan_id(name: str) -> core.Identifier:
    return identifier(core.ResourceType.LAUNCH_PLAN, name)


def task(
    name: str, inputs: Mapping[str, core.LiteralType] | None = None, outputs: Mapping[str, core.LiteralType] | None = None
) -> core.CompiledTask:
    return core.CompiledTask(template=core.TaskTemplate(id=task_id(name), interface=interface(inputs or {}, outputs or {})))


def bindings(data: Mapping[str, core.BindingData]) -> list[core.Binding]:
    return [core.Binding(var=var, binding=each) for var, each in data.items()]


def node(
    node_id: str, target: Any = None, data: Mapping[str, core.BindingData] | None = None, after: Sequence[str] = (), **more: Any
) -> core.Node:
    """A node; ``target`` is a task's name, or the message of another kind of target."""
    made = core.Node(id=node_id, inputs=bindings(data or {}), upstream_node_ids=after, **more)
    if isinstance(target, str):
        made.task_node.reference_id.CopyFrom(task_id(target))
    elif target is not None:
        kind = {
            core.BranchNode: "branch_node",
            core.GateNode: "gate_node",
            core.ArrayNode: "array_node",
            core.WorkflowNode: "workflow_node",
            core.TaskNode: "task_node",
        }[type(target)]
        getattr(made, kind).CopyFrom(target)
    return made


def sub_workflow(name: str) -> core.WorkflowNode:
    return core.WorkflowNode(sub_workflow_ref=workflow_id(name))


def launch_plan(name: str) -> core.WorkflowNode:
    return core.WorkflowNode(launchplan_ref=plan_id(name))


def workflow(
    *nodes: core.Node,
    name: str = "w",
    inputs: Mapping[str, core.LiteralType] | None = None,
    outputs: Mapping[str, core.LiteralType] | None = None,
    results: Mapping[str, core.BindingData] | None = None,
    failure: core.Node | None = None,
) -> core.WorkflowTemplate:
    return core.WorkflowTemplate(
        id=workflow_id(name),
        interface=interface(inputs or {}, outputs or {}),
        nodes=nodes,
        outputs=bindings(results or {}),
        failure_node=failure,
    )


def plan(
    name: str, required: Mapping[str, core.LiteralType], optional: Mapping[str, core.LiteralType], **outputs: core.LiteralType
) -> LaunchPlanInterface:
    parameters = {key: core.Parameter(var=core.Variable(type=each), required=True) for key, each in required.items()}
    parameters |= {key: core.Parameter(var=core.Variable(type=each), default=core.Literal()) for key, each in optional.items()}
    return LaunchPlanInterface(plan_id(name), core.ParameterMap(parameters=parameters), variables(outputs))


def errors_of(
    template: core.WorkflowTemplate,
    tasks: Sequence[core.CompiledTask] = (),
    subs: Sequence[core.WorkflowTemplate] = (),
    plans: Sequence[LaunchPlanInterface] = (),
) -> list[str]:
    """The errors of a workflow, each as ``Code@node: text``."""
    try:
        compile_workflow(template, subs, tasks, plans)
    except CompilationError as found:
        return [f"{each.code}@{each.node_id}: {each.description}" for each in found.errors]
    return []


def edges(connections: Mapping[str, core.ConnectionSet.IdList]) -> dict[str, list[str]]:
    return {node_id: list(connections[node_id].ids) for node_id in sorted(connections)}
