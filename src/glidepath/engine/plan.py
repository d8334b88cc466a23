"""The static side of an execution: a compiled closure, indexed once and shared by every step."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from glidepath.engine.overrides import with_node_overrides
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID, key_of

START, END, TASK, SUB_WORKFLOW, LAUNCH_PLAN = "start", "end", "task", "sub_workflow", "launch_plan"


@dataclass(frozen=True)
class GraphNode:
    """One node of one graph: its compiled message and what every step asks of it, looked up once."""

    id: str
    kind: str
    spec: core.Node
    upstream_count: int
    downstream: tuple[str, ...]
    task: core.TaskTemplate | None = None

    @cached_property
    def bindings(self) -> tuple[tuple[str, core.BindingData], ...]:
        return tuple((binding.var, binding.binding) for binding in self.spec.inputs)

    @cached_property
    def aliases(self) -> Mapping[str, str]:
        """Output alias to the variable it stands for."""
        return {alias.alias: alias.var for alias in self.spec.output_aliases}

    @cached_property
    def has_outputs(self) -> bool:
        return self.task is not None and bool(self.task.interface.outputs.variables)


@dataclass(frozen=True)
class Graph:
    """One workflow of the closure: its nodes with their edges. ``start-node`` and ``end-node`` are nodes like others."""

    id: core.Identifier
    nodes: Mapping[str, GraphNode]
    fail_after_executable_nodes: bool
    interruptible: bool
    has_outputs: bool

    def node(self, node_id: str) -> GraphNode:
        return self.nodes[node_id]


@dataclass(frozen=True)
class Plan:
    """A compiled closure made ready to run: the primary graph and every sub-workflow's, by identifier."""

    closure: core.CompiledWorkflowClosure
    primary: Graph = field(init=False)
    graphs: Mapping[tuple[int, str, str, str, str], Graph] = field(init=False)

    def __post_init__(self) -> None:
        tasks = {key_of(task.template.id): task.template for task in self.closure.tasks}
        graphs = {key_of(sub.template.id): _graph_of(sub, tasks) for sub in self.closure.sub_workflows}
        object.__setattr__(self, "primary", _graph_of(self.closure.primary, tasks))
        object.__setattr__(self, "graphs", graphs)

    def sub_workflow(self, identifier: core.Identifier) -> Graph:
        """The graph of a sub-workflow; a workflow may also contain itself."""
        return self.graphs.get(key_of(identifier)) or self.primary


def _graph_of(compiled: core.CompiledWorkflow, tasks: Mapping[tuple[int, str, str, str, str], core.TaskTemplate]) -> Graph:
    template = compiled.template
    upstream, downstream = compiled.connections.upstream, compiled.connections.downstream
    nodes = {}
    for spec in template.nodes:
        kind = _kind_of(spec)
        nodes[spec.id] = GraphNode(
            id=spec.id,
            kind=kind,
            spec=spec,
            upstream_count=len(upstream[spec.id].ids) if spec.id in upstream else 0,
            downstream=tuple(downstream[spec.id].ids) if spec.id in downstream else (),
            task=with_node_overrides(tasks[key_of(spec.task_node.reference_id)], spec) if kind == TASK else None,
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
