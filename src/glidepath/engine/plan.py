"""The static side of an execution: a compiled closure, indexed once and shared by every step."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import NamedTuple

from glidepath.compiler.draft import branch_children
from glidepath.engine.overrides import with_node_overrides
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID, key_of

START, END, TASK, SUB_WORKFLOW, LAUNCH_PLAN = "start", "end", "task", "sub_workflow", "launch_plan"
BRANCH, GATE, ARRAY = "branch_node", "gate_node", "array_node"
IdKey = tuple[int, str, str, str, str]


class GraphNode(NamedTuple):
    """One node of one graph: its compiled message and what every step asks of it, looked up once."""

    id: str
    kind: str
    spec: core.Node
    upstream_count: int
    downstream: tuple[str, ...]
    bindings: tuple[tuple[str, core.BindingData], ...]
    aliases: Mapping[str, str]
    """Output alias to the variable it stands for."""
    task: core.TaskTemplate | None
    has_outputs: bool
    """Whether the task gives any."""
    arms: tuple[Arm, ...] = ()
    """Of a branch: its cases in order, then its else."""
    item: GraphNode | None = None
    """Of an array: what each of its items runs."""


class Arm(NamedTuple):
    """One way out of a branch."""

    condition: core.BooleanExpression | None
    """None for the else."""
    graph: Graph
    """Its one node."""


class Graph(NamedTuple):
    """One workflow of the closure: its nodes with their edges. ``start-node`` and ``end-node`` are nodes like others."""

    id: core.Identifier
    nodes: Mapping[str, GraphNode]
    fail_after_executable_nodes: bool
    interruptible: bool
    has_outputs: bool
    first: str = START_NODE_ID
    """The node that begins when the graph does."""
    failure: str = ""
    """The node that runs when the graph has failed; nothing else leads to it."""

    def node(self, node_id: str) -> GraphNode:
        return self.nodes[node_id]


class ItemsGraph(Graph):
    """The items of an array as a graph without edges: all its nodes, ``n0`` and on, are the one that it holds.

    ``id`` is what the array's task execution is called by: the task that its items run, or for launch plans its own node.
    """

    __slots__ = ()

    def node(self, node_id: str) -> GraphNode:
        return self.nodes[self.first]._replace(id=node_id)


def items_graph(array: GraphNode, interruptible: bool) -> ItemsGraph:
    """The graph of an array's items."""
    item = array.item
    if item is None:
        raise LookupError(f"node [{array.id}] is no array")
    named = core.Identifier(resource_type=core.ResourceType.TASK, name=array.id, version="v1")
    return ItemsGraph(
        id=item.task.id if item.task is not None else named,
        nodes={item.id: item},
        fail_after_executable_nodes=False,
        interruptible=interruptible,
        has_outputs=item.has_outputs,
        first=item.id,
    )


class Plan:
    """A compiled closure made ready to run: the primary graph and every sub-workflow's, by identifier."""

    def __init__(self, closure: core.CompiledWorkflowClosure) -> None:
        tasks = {key_of(task.template.id): task.template for task in closure.tasks}
        self.closure = closure
        self.primary: Graph = _graph_of(closure.primary, tasks)
        self.graphs: Mapping[IdKey, Graph] = {key_of(sub.template.id): _graph_of(sub, tasks) for sub in closure.sub_workflows}

    def sub_workflow(self, identifier: core.Identifier) -> Graph:
        """The graph of a sub-workflow; a workflow may also contain itself."""
        return self.graphs.get(key_of(identifier)) or self.primary


class _Setting(NamedTuple):
    """What the nodes of a graph are made with."""

    tasks: Mapping[IdKey, core.TaskTemplate]
    interruptible: bool


def _graph_of(compiled: core.CompiledWorkflow, tasks: Mapping[IdKey, core.TaskTemplate]) -> Graph:
    template = compiled.template
    setting = _Setting(tasks, template.metadata_defaults.interruptible)
    edges, counts = _edges_of(compiled)
    nodes = {spec.id: _node_of(spec, setting, counts.get(spec.id, 0), edges.get(spec.id, ())) for spec in template.nodes}
    failure = template.failure_node.id if template.HasField("failure_node") else ""
    if failure:
        nodes[failure] = _node_of(template.failure_node, setting)
    return Graph(
        id=template.id,
        nodes=nodes,
        fail_after_executable_nodes=template.metadata.on_failure == core.WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE,
        interruptible=setting.interruptible,
        has_outputs=bool(template.interface.outputs.variables),
        failure=failure,
    )


def _edges_of(compiled: core.CompiledWorkflow) -> tuple[dict[str, tuple[str, ...]], dict[str, int]]:
    """The nodes after each node, in the order of the template, which is that of the calls; and how many stand before it.

    A branch also comes after what its arms take: the compiler notes that at the arms, which begin with the branch.
    """
    upstream, downstream = compiled.connections.upstream, compiled.connections.downstream
    position = {spec.id: place for place, spec in enumerate(compiled.template.nodes)}
    edges = {node_id: tuple(sorted(ids.ids, key=position.__getitem__)) for node_id, ids in downstream.items()}
    counts = {node_id: len(ids.ids) for node_id, ids in upstream.items()}
    own = {spec.id for spec in compiled.template.nodes} - {START_NODE_ID}
    for spec in compiled.template.nodes:
        taken = {each for inner in _inner_ids(spec) for each in upstream[inner].ids} & own
        for node_id in sorted(taken.difference(upstream[spec.id].ids)) if taken else ():
            edges[node_id] = (*edges.get(node_id, ()), spec.id)
            counts[spec.id] = counts.get(spec.id, 0) + 1
    return edges, counts


def _inner_ids(spec: core.Node) -> Iterator[str]:
    """The ids of all nodes inside a branch, at every depth."""
    for child in branch_children(spec):
        yield child.id
        yield from _inner_ids(child)


def _node_of(spec: core.Node, setting: _Setting, upstream_count: int = 0, downstream: tuple[str, ...] = ()) -> GraphNode:
    kind = _kind_of(spec)
    task = with_node_overrides(setting.tasks[key_of(spec.task_node.reference_id)], spec) if kind == TASK else None
    return GraphNode(
        id=spec.id,
        kind=kind,
        spec=spec,
        upstream_count=upstream_count,
        downstream=downstream,
        bindings=tuple((binding.var, binding.binding) for binding in spec.inputs),
        aliases={alias.alias: alias.var for alias in spec.output_aliases},
        task=task,
        has_outputs=task is not None and bool(task.interface.outputs.variables),
        arms=tuple(_arms_of(spec.branch_node.if_else, setting)) if kind == BRANCH else (),
        item=_item_of(spec.array_node, setting) if kind == ARRAY else None,
    )


def _item_of(array: core.ArrayNode, setting: _Setting) -> GraphNode:
    """What each item runs. A map task's template speaks of lists where one item gives one output."""
    item = _node_of(array.node, setting)
    if item.task is None or array.is_original_sub_node_interface.value:
        return item
    task = core.TaskTemplate()
    task.CopyFrom(item.task)
    for variable in task.interface.outputs.variables.values():
        if variable.type.WhichOneof("type") == "collection_type":
            element = core.LiteralType()
            element.CopyFrom(variable.type.collection_type)
            variable.type.CopyFrom(element)
    return item._replace(task=task)


def _arms_of(block: core.IfElseBlock, setting: _Setting) -> Iterator[Arm]:
    for case in (block.case, *block.other):
        yield Arm(case.condition, _arm_graph(case.then_node, setting))
    if block.HasField("else_node"):
        yield Arm(None, _arm_graph(block.else_node, setting))


def _arm_graph(spec: core.Node, setting: _Setting) -> Graph:
    return Graph(
        id=core.Identifier(),
        nodes={spec.id: _node_of(spec, setting)},
        fail_after_executable_nodes=False,
        interruptible=setting.interruptible,
        has_outputs=True,
        first=spec.id,
    )


def _kind_of(spec: core.Node) -> str:
    if spec.id == START_NODE_ID:
        return START
    if spec.id == END_NODE_ID:
        return END
    target = spec.WhichOneof("target") or "empty"
    if target == "task_node":
        return TASK
    if target == "workflow_node":
        return LAUNCH_PLAN if spec.workflow_node.WhichOneof("reference") == "launchplan_ref" else SUB_WORKFLOW
    return target
