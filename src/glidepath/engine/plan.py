"""The static side of an execution: a compiled closure, indexed once and shared by every step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from glidepath.engine.overrides import with_node_overrides
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID, key_of

START, END, TASK, SUB_WORKFLOW, LAUNCH_PLAN = "start", "end", "task", "sub_workflow", "launch_plan"
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


class Graph(NamedTuple):
    """One workflow of the closure: its nodes with their edges. ``start-node`` and ``end-node`` are nodes like others."""

    id: core.Identifier
    nodes: Mapping[str, GraphNode]
    fail_after_executable_nodes: bool
    interruptible: bool
    has_outputs: bool

    def node(self, node_id: str) -> GraphNode:
        return self.nodes[node_id]


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


def _graph_of(compiled: core.CompiledWorkflow, tasks: Mapping[IdKey, core.TaskTemplate]) -> Graph:
    template = compiled.template
    upstream, downstream = compiled.connections.upstream, compiled.connections.downstream
    nodes = {}
    for spec in template.nodes:
        kind = _kind_of(spec)
        task = with_node_overrides(tasks[key_of(spec.task_node.reference_id)], spec) if kind == TASK else None
        nodes[spec.id] = GraphNode(
            id=spec.id,
            kind=kind,
            spec=spec,
            upstream_count=len(upstream[spec.id].ids) if spec.id in upstream else 0,
            downstream=tuple(downstream[spec.id].ids) if spec.id in downstream else (),
            bindings=tuple((binding.var, binding.binding) for binding in spec.inputs),
            aliases={alias.alias: alias.var for alias in spec.output_aliases},
            task=task,
            has_outputs=task is not None and bool(task.interface.outputs.variables),
        )
    return Graph(
        id=template.id,
        nodes=nodes,
        fail_after_executable_nodes=template.metadata.on_failure == core.WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE,
        interruptible=template.metadata_defaults.interruptible,
        has_outputs=bool(template.interface.outputs.variables),
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
