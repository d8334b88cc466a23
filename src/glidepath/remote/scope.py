"""Which inputs and outputs a node declares: found in the compiled closure of its execution's workflow."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from glidepath.idl import core
from glidepath.idl.ids import key_of

_NOTHING = core.TypedInterface()


@dataclass(frozen=True)
class Scope:
    """The place of a node: the closure (asked for only when needed), and the ids of the nodes around it, outermost first."""

    closure: Callable[[], core.CompiledWorkflowClosure]
    """Of the execution's workflow, or of the plan of the dynamic node around it."""
    path: tuple[str, ...] = ()

    def inner(self, node_id: str) -> Scope:
        return replace(self, path=(*self.path, node_id))

    @property
    def inputs(self) -> Mapping[str, core.Variable]:
        return self._interface().inputs.variables

    @property
    def outputs(self) -> Mapping[str, core.Variable]:
        return self._interface().outputs.variables

    def _interface(self) -> core.TypedInterface:
        closure = self.closure()
        nodes: Sequence[core.Node] = closure.primary.template.nodes
        found: core.Node | None = None
        for node_id in self.path:
            found = next((node for node in nodes if node.id == node_id), None)
            if found is None:
                return _NOTHING
            nodes = list(_inside(found, closure))
        return _interface_of(found, closure) if found else _NOTHING


def _inside(node: core.Node, closure: core.CompiledWorkflowClosure) -> Iterator[core.Node]:
    kind = node.WhichOneof("target")
    if kind == "workflow_node":
        yield from _sub_workflow(node, closure).nodes
    elif kind == "branch_node":
        block = node.branch_node.if_else
        yield block.case.then_node
        yield from (case.then_node for case in block.other)
        yield block.else_node


def _interface_of(node: core.Node, closure: core.CompiledWorkflowClosure) -> core.TypedInterface:
    kind = node.WhichOneof("target")
    if kind == "task_node":
        wanted = key_of(node.task_node.reference_id)
        return next((task.template.interface for task in closure.tasks if key_of(task.template.id) == wanted), _NOTHING)
    if kind == "workflow_node":
        return _sub_workflow(node, closure).interface
    if kind == "branch_node":
        return _interface_of(node.branch_node.if_else.case.then_node, closure)
    if kind == "array_node":
        return _listed(_interface_of(node.array_node.node, closure), node.array_node.bound_inputs)
    if kind == "gate_node" and node.gate_node.WhichOneof("condition") == "signal":
        signal = node.gate_node.signal
        outputs = {signal.output_variable_name: core.Variable(type=signal.type)}
        return core.TypedInterface(outputs=core.VariableMap(variables=outputs))
    return _NOTHING


def _listed(item: core.TypedInterface, bound: Collection[str]) -> core.TypedInterface:
    """The interface of an array: lists of what its items take and give, but for the inputs that are the same for all."""

    def listed(variables: core.VariableMap, kept: Collection[str]) -> core.VariableMap:
        found = core.VariableMap()
        for name, variable in variables.variables.items():
            many = core.Variable(type=core.LiteralType(collection_type=variable.type))
            found.variables[name].CopyFrom(variable if name in kept else many)
        return found

    return core.TypedInterface(inputs=listed(item.inputs, bound), outputs=listed(item.outputs, ()))


def _sub_workflow(node: core.Node, closure: core.CompiledWorkflowClosure) -> core.WorkflowTemplate:
    wanted = key_of(node.workflow_node.sub_workflow_ref)
    found = (compiled.template for compiled in closure.sub_workflows if key_of(compiled.template.id) == wanted)
    return next(found, core.WorkflowTemplate())
