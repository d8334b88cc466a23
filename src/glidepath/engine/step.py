"""One step in progress: the state before it, and over it what has changed so far. Nothing outside is touched."""

from __future__ import annotations

from collections import deque
from datetime import datetime

from glidepath.engine.bindings import resolve_inputs
from glidepath.engine.commands import Command
from glidepath.engine.plan import LAUNCH_PLAN, TASK, GraphNode
from glidepath.engine.records import ExecutionRecord, NodeRecord, TaskRecord
from glidepath.engine.state import LIVE_PHASES, ExecutionState, NodeState, Scope
from glidepath.engine.transition import Transition
from glidepath.idl import core
from glidepath.idl.ids import START_NODE_ID

COUNTED_KINDS = frozenset({TASK, LAUNCH_PLAN})
"""Nodes that count against ``max_parallelism``."""


class Step:
    """Reads fall through to the state; writes stay in the transition."""

    def __init__(self, state: ExecutionState, at: datetime) -> None:
        self.state = state
        self.at = at
        self.transition = Transition(phase=state.phase, running=state.running)
        self.ended: deque[str] = deque()
        """Nodes that ended in this step and whose neighbours have not heard of it yet."""
        self.opened: deque[Scope] = deque()
        """Scopes whose start node has not begun yet."""

    # --- reading

    def node(self, uid: str) -> NodeState | None:
        return self.transition.nodes.get(uid) or self.state.nodes.get(uid)

    def scope(self, uid: str) -> Scope | None:
        """The scope if it is still open."""
        if uid in self.transition.scopes:
            return self.transition.scopes[uid]
        return self.state.scopes.get(uid)

    def scope_of(self, node: NodeState) -> Scope | None:
        return self.scope(node.scope)

    def outputs(self, uid: str) -> core.LiteralMap:
        """Outputs of an ended node. Raises :class:`LookupError` where it has none."""
        found = self.transition.outputs.get(uid)
        return found if found is not None else self.state.values[uid]

    def produced(self, scope: Scope, node_id: str, var: str) -> core.Literal:
        """One output of a node of ``scope``, by variable or alias. Raises :class:`LookupError` naming it."""
        producer = scope.graph.node(node_id) if node_id else None
        name = producer.aliases.get(var, var) if producer else var
        literals = self.outputs(scope.uid_of(node_id)).literals
        if name not in literals:
            raise LookupError(f"node [{node_id or 'start-node'}] produced no output [{var}]")
        return literals[name]

    def resolve(self, scope: Scope, graph_node: GraphNode) -> core.LiteralMap:
        """The inputs of a ready node. Raises :class:`~glidepath.engine.bindings.BindingError`."""
        return resolve_inputs(graph_node, lambda node_id, var: self.produced(scope, node_id, var))

    # --- writing

    def put(self, node: NodeState) -> NodeState:
        self.transition.nodes[node.uid] = node
        return node

    def put_scope(self, scope: Scope) -> None:
        self.transition.scopes[scope.uid] = scope

    def open_scope(self, scope: Scope, inputs: core.LiteralMap) -> None:
        """A graph begins, later in the step, with these inputs."""
        self.put_scope(scope)
        self.transition.outputs[scope.uid_of(START_NODE_ID)] = inputs
        self.opened.append(scope)

    def close_scope(self, uid: str) -> None:
        self.transition.scopes[uid] = None

    def command(self, command: Command) -> None:
        self.transition.commands.append(command)

    def write(self, uri: str, literals: core.LiteralMap) -> None:
        self.transition.files.append((uri, literals))

    def enter(
        self, phase: core.WorkflowExecution.Phase, *, output_uri: str = "", error: core.ExecutionError | None = None
    ) -> None:
        """The execution enters ``phase``."""
        self.transition.phase = phase
        self.transition.records.append(ExecutionRecord(phase, self.at, output_uri, error))

    def record_node(self, node: NodeState, scope: Scope, graph_node: GraphNode, **facts: str) -> None:
        self.transition.records.append(
            NodeRecord(node.uid, graph_node, scope, node.phase, self.at, launched=node.launched, error=node.error, **facts)
        )

    def record_task(self, record: TaskRecord) -> None:
        self.transition.records.append(record)

    def finish(self, node: NodeState, scope: Scope, graph_node: GraphNode, **facts: str) -> None:
        """``node`` reached a terminal phase: report it, free its place and let its neighbours know later in the step."""
        before = self.node(node.uid)
        counted = graph_node.kind in COUNTED_KINDS and before is not None and before.phase in LIVE_PHASES
        self.put(node)
        if counted:
            self.transition.running -= 1
        self.record_node(node, scope, graph_node, **facts)
        self.ended.append(node.uid)


def lifted(scope: Scope, by: int) -> Scope:
    """The scope with ``by`` more live nodes."""
    return scope._replace(live=scope.live + by)
