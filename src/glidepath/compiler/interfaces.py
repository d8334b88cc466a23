"""What goes in and out of a node, for each kind of node (reference: D2, steps 5 to 7)."""

from __future__ import annotations

from collections.abc import Iterator

from glidepath.compiler import errors as kinds
from glidepath.compiler.bindings import promised_nodes, resolve_bindings
from glidepath.compiler.catalog import LaunchPlanInterface, NodeInterface, TypeByName, interface_of, type_of, types_of
from glidepath.compiler.draft import Draft, branch_children
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID, key_of
from glidepath.idl.text import compact_text

_NOTHING = NodeInterface({}, {})


def find_interfaces(draft: Draft) -> None:
    """Fill ``draft.interfaces`` for all nodes, each after those whose types it takes over."""
    own = interface_of(draft.template.interface)
    draft.interfaces[START_NODE_ID] = NodeInterface({}, own.inputs)
    draft.interfaces[END_NODE_ID] = NodeInterface(own.outputs, {})
    nodes = {node.id: node for node in draft.all_nodes()}
    for node_id in nodes:
        _find_one(draft, nodes, node_id)


def _find_one(draft: Draft, nodes: dict[str, core.Node], wanted: str) -> None:
    # A stack of our own: a chain of ten thousand approvals is no reason to hit Python's recursion limit.
    pending = [wanted]
    started: set[str] = set()
    while pending:
        node_id = pending[-1]
        if node_id in draft.interfaces:
            pending.pop()
            continue
        missing = [
            each
            for each in _taken_from(nodes[node_id])
            if each in nodes and each not in draft.interfaces and each not in started
        ]
        if node_id not in started and missing:
            started.add(node_id)
            pending.extend(missing)
            continue
        pending.pop()
        # A ring of nodes that take each other's types stays unknown here; the cycle check names it.
        draft.interfaces[node_id] = _effective(draft, nodes[node_id])


def _taken_from(node: core.Node) -> Iterator[str]:
    """The nodes whose interfaces a node's own interface is made of."""
    if node.HasField("array_node"):
        yield from _taken_from(node.array_node.node)
    elif node.HasField("branch_node") or node.gate_node.HasField("approve"):
        yield from promised_nodes(node.inputs)
        yield from (child.id for child in branch_children(node))


def _effective(draft: Draft, node: core.Node) -> NodeInterface | None:
    """A node's interface as others see it: outputs under their aliases."""
    interface = _interface(draft, node)
    if interface is None or not node.output_aliases:
        return interface
    outputs = dict(interface.outputs)
    used: set[str] = set()
    for alias in node.output_aliases:
        if alias.alias in used:
            draft.errors.add(kinds.DUPLICATE_ALIAS, node.id, alias.alias)
        elif alias.var not in outputs:
            draft.errors.add(kinds.PARAMETER_NOT_BOUND, node.id, alias.var)
        else:
            outputs[alias.alias] = outputs.pop(alias.var)
        used.add(alias.alias)
    return NodeInterface(interface.inputs, outputs)


def _interface(draft: Draft, node: core.Node) -> NodeInterface | None:
    kind = node.WhichOneof("target")
    if kind == "task_node":
        return _task(draft, node)
    if kind == "workflow_node":
        return _workflow(draft, node)
    if kind == "branch_node":
        return _branch(draft, node)
    if kind == "gate_node":
        return _gate(draft, node)
    if kind == "array_node":
        return _array(draft, node)
    draft.errors.add(kinds.VALUE_REQUIRED, node.id, "Target")
    return None


def _task(draft: Draft, node: core.Node) -> NodeInterface | None:
    if not node.task_node.HasField("reference_id"):
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, "TaskNode.ReferenceId")
        return None
    found = draft.catalog.tasks.get(key_of(node.task_node.reference_id))
    if found is None:
        draft.errors.add(kinds.TASK_REFERENCE_NOT_FOUND, node.id, compact_text(node.task_node.reference_id))
    return found


def _workflow(draft: Draft, node: core.Node) -> NodeInterface | None:
    reference = node.workflow_node.WhichOneof("reference")
    if reference == "launchplan_ref":
        return _launch_plan(draft, node, node.workflow_node.launchplan_ref)
    if reference == "sub_workflow_ref":
        return _sub_workflow(draft, node, node.workflow_node.sub_workflow_ref)
    draft.errors.add(kinds.VALUE_REQUIRED, node.id, "WorkflowNode.Reference")
    return None


def _sub_workflow(draft: Draft, node: core.Node, reference: core.Identifier) -> NodeInterface | None:
    template = draft.catalog.sub_workflows.get(key_of(reference))
    if template is None:
        draft.errors.add(kinds.WORKFLOW_REFERENCE_NOT_FOUND, node.id, compact_text(reference))
        return None
    if not template.HasField("interface"):
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, "WorkflowNode.Interface")
        return None
    return interface_of(template.interface)


def _launch_plan(draft: Draft, node: core.Node, reference: core.Identifier) -> NodeInterface | None:
    key = key_of(reference)
    plan = draft.catalog.launch_plans.get(key)
    if plan is None:
        if key[1:] == draft.key[1:]:
            return interface_of(draft.template.interface)
        draft.errors.add(kinds.WORKFLOW_REFERENCE_NOT_FOUND, node.id, compact_text(reference))
        return None
    return _exposed(draft, node, plan)


def _exposed(draft: Draft, node: core.Node, plan: LaunchPlanInterface) -> NodeInterface | None:
    """A launch plan's required inputs, plus those that the node binds although they have defaults."""
    if plan.expected_inputs is None:
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, "WorkflowNode.ExpectedInputs")
    if plan.expected_outputs is None:
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, "WorkflowNode.ExpectedOutputs")
    if plan.expected_inputs is None or plan.expected_outputs is None:
        return None
    bound = {binding.var for binding in node.inputs}
    inputs = {
        name: type_of(parameter.var)
        for name, parameter in plan.expected_inputs.parameters.items()
        if parameter.required or name in bound
    }
    return NodeInterface(inputs, types_of(plan.expected_outputs))


def _gate(draft: Draft, node: core.Node) -> NodeInterface | None:
    condition = node.gate_node.WhichOneof("condition")
    if condition == "approve":
        passed = {name: resolved.type for name, resolved in resolve_bindings(draft, node).items()}
        return NodeInterface(passed, passed)
    if condition == "signal":
        return _signal(draft, node, node.gate_node.signal)
    if condition == "sleep":
        return _NOTHING
    draft.errors.add(kinds.NO_CONDITION_FOUND, node.id, node.id)
    return None


def _signal(draft: Draft, node: core.Node, signal: core.SignalCondition) -> NodeInterface | None:
    if not signal.HasField("type"):
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, "GateNode.Signal.Type")
    if not signal.output_variable_name:
        draft.errors.add(kinds.VALUE_REQUIRED, node.id, "GateNode.Signal.OutputVariableName")
    if not signal.HasField("type") or not signal.output_variable_name:
        return None
    return NodeInterface({}, {signal.output_variable_name: signal.type})


def _array(draft: Draft, node: core.Node) -> NodeInterface | None:
    """A map task's template already has lists in its interface; a launch plan's has not, and the node says so."""
    interface = _interface(draft, node.array_node.node)
    if interface is None or not node.array_node.is_original_sub_node_interface.value:
        return interface
    bound = set(node.array_node.bound_inputs)
    return NodeInterface(
        {name: each if name in bound else _list_of(each) for name, each in interface.inputs.items()},
        {name: _list_of(each) for name, each in interface.outputs.items()},
    )


def _list_of(item: core.LiteralType | None) -> core.LiteralType | None:
    return None if item is None else core.LiteralType(collection_type=item)


def _branch(draft: Draft, node: core.Node) -> NodeInterface | None:
    """The inputs are whatever is bound; the outputs are those that all cases have."""
    inputs = {name: resolved.type for name, resolved in resolve_bindings(draft, node).items()}
    known = [draft.interfaces.get(child.id) for child in branch_children(node)]
    outputs: list[TypeByName] = [each.outputs for each in known if each is not None]
    if not outputs:
        return NodeInterface(inputs, {})
    shared = [name for name in outputs[0] if all(name in others for others in outputs[1:])]
    for name in shared:
        for others in outputs[1:]:
            _compare(draft, node, name, outputs[0][name], others[name])
    return NodeInterface(inputs, {name: outputs[0][name] for name in shared})


def _compare(draft: Draft, node: core.Node, name: str, first: core.LiteralType | None, other: core.LiteralType | None) -> None:
    """Two cases must give the same type for an output, to the byte; a difference is reported from both sides, as in stock."""
    if first is None or other is None or first == other:
        return
    draft.errors.add(kinds.MISMATCHING_TYPES, node.id, name, compact_text(other), compact_text(first))
    draft.errors.add(kinds.MISMATCHING_TYPES, node.id, name, compact_text(first), compact_text(other))
