"""One step in progress: the state before it, and over it what has changed so far. Nothing outside is touched."""

from __future__ import annotations

from collections import deque
from datetime import datetime
from typing import TYPE_CHECKING, TypedDict

from glidepath.engine.bindings import resolve_inputs
from glidepath.engine.commands import Command
from glidepath.engine.failures import innermost_failure, tell_error
from glidepath.engine.items import Items, index_of
from glidepath.engine.plan import LAUNCH_PLAN, TASK, GraphNode
from glidepath.engine.records import ITEM_PHASES, ExecutionRecord, ItemRecord, NodeRecord, TaskRecord
from glidepath.engine.state import ARM, COUNTED_PHASES, FAILED_PHASES, ITEMS, ExecutionState, NodeState, RecoveredNode, Scope
from glidepath.engine.transition import Transition
from glidepath.idl import core
from glidepath.idl.ids import START_NODE_ID
from glidepath.idl.phases import TERMINAL_TASK_PHASES

if TYPE_CHECKING:
    from typing_extensions import Unpack

COUNTED_KINDS = frozenset({TASK, LAUNCH_PLAN})
"""Nodes that count against ``max_parallelism``."""


class AttemptNews(TypedDict, total=False):
    """What may be told of an attempt besides its phase."""

    reason: str
    logs: tuple[core.TaskLog, ...]
    output_uri: str
    error: core.ExecutionError | None


class Step:
    """Reads fall through to the state; writes stay in the transition."""

    def __init__(self, state: ExecutionState, at: datetime) -> None:
        self.state = state
        self.at = at
        self.transition = Transition(phase=state.phase, running=state.running)
        self.begun = 0
        """Tasks and launch plans that began in this step."""
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
        while scope.kind == ARM:  # the node inside a branch is bound to the nodes around the branch
            outer = self.scope(scope.outer)
            if outer is None:
                raise LookupError(f"the graph around branch [{scope.uid}] has ended")
            scope = outer
        producer = scope.graph.node(node_id) if node_id else None
        name = producer.aliases.get(var, var) if producer else var
        literals = self.outputs(scope.uid_of(node_id)).literals
        if name not in literals:
            raise LookupError(f"node [{node_id or 'start-node'}] produced no output [{var}]")
        return literals[name]

    def resolve(self, scope: Scope, graph_node: GraphNode) -> core.LiteralMap:
        """The inputs of a ready node. Raises :class:`~glidepath.engine.bindings.BindingError`."""
        if scope.kind == ITEMS:
            return self._item_inputs(scope, index_of(graph_node.id))
        inputs = resolve_inputs(graph_node, lambda node_id, var: self.produced(scope, node_id, var))
        if scope.handling is not None and graph_node.id == scope.graph.failure:
            told = self.node(scope.failed[0]) if scope.failed else None
            tell_error(inputs, scope.handling, innermost_failure(told) if told is not None else "")
        return inputs

    def _item_inputs(self, scope: Scope, index: int) -> core.LiteralMap:
        """One element of each list that an array runs over, and its other inputs whole."""
        items = self.items(scope.uid)
        if items.inputs is None:  # the first time after a restart
            outer, owner = self.scope(scope.outer), self.node(scope.uid)
            if outer is None or owner is None:
                raise LookupError(f"the graph around array [{scope.uid}] has ended")
            items.inputs = self.resolve(outer, outer.graph.node(owner.node_id))
        return items.inputs_of(index)

    def items(self, uid: str) -> Items:
        """The items of an array as they were before the step; those of one that begins in it."""
        change = self.transition.items.get(uid)
        return change.opened if change is not None and change.opened is not None else self.state.arrays[uid]

    def recovered(self, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> RecoveredNode | None:
        """What an earlier execution left of a node that begins with these inputs."""
        recovery = self.state.recovery
        return recovery.find(node.uid, graph_node, inputs) if recovery is not None else None

    # --- writing

    def put(self, node: NodeState) -> NodeState:
        self.transition.nodes[node.uid] = node
        return node

    def put_scope(self, scope: Scope) -> None:
        self.transition.scopes[scope.uid] = scope

    def open_scope(self, scope: Scope, inputs: core.LiteralMap | None = None) -> None:
        """A graph begins, later in the step, with these inputs if it has a start node."""
        self.put_scope(scope)
        if inputs is not None:
            self.transition.outputs[scope.uid_of(START_NODE_ID)] = inputs
        self.opened.append(scope)

    def close_scope(self, uid: str) -> None:
        self.transition.scopes[uid] = None

    def command(self, command: Command) -> None:
        self.transition.commands.append(command)

    def write(self, uri: str, literals: core.LiteralMap) -> None:
        self.transition.files.append((uri, literals))

    def write_inputs(self, scope: Scope, node: NodeState, inputs: core.LiteralMap) -> None:
        """Put a node's inputs where its attempts read them; the items of an array read those of the whole array."""
        if scope.kind != ITEMS or not scope.input_uri:
            self.write(node.input_uri, inputs)

    def enter(
        self, phase: core.WorkflowExecution.Phase, *, output_uri: str = "", error: core.ExecutionError | None = None
    ) -> None:
        """The execution enters ``phase``."""
        self.transition.phase = phase
        self.transition.records.append(ExecutionRecord(phase, self.at, output_uri, error))

    def record_node(self, node: NodeState, scope: Scope, graph_node: GraphNode, **facts: str) -> None:
        if scope.kind == ITEMS:
            self._record_item(node, scope, graph_node)
            return
        self.transition.records.append(
            NodeRecord(
                node.uid,
                graph_node,
                scope,
                node.phase,
                self.at,
                launched=node.launched,
                error=node.error,
                cache_status=node.cache_status,
                cache_key=node.cache_key,
                reservation=node.reservation,
                closure_uri=node.closure_uri,
                job_spec_uri=node.job_spec_uri,
                **facts,
            )
        )

    def record_task(self, node: NodeState, scope: Scope, graph_node: GraphNode, **news: Unpack[AttemptNews]) -> None:
        """An attempt of ``node`` entered its phase, or has news of it. An array's one attempt is all its items."""
        if scope.kind != ITEMS:
            self.transition.records.append(
                TaskRecord(
                    uid=node.uid,
                    node=graph_node,
                    scope=scope,
                    attempt=node.attempt,
                    phase=node.task_phase,
                    at=self.at,
                    version=node.task_phase_version,
                    input_uri=node.input_uri,
                    **news,
                )
            )
            return
        kept, index = self.node(node.uid), index_of(graph_node.id)
        told = ItemRecord(
            scope,
            node.uid,
            index,
            node.attempt,
            node.task_phase,
            self.at,
            reason=news.get("reason", ""),
            logs=news.get("logs", ()),
        )
        self.transition.records.append(told._replace(cache_status=kept.cache_status) if kept is not None else told)

    def _record_item(self, node: NodeState, scope: Scope, graph_node: GraphNode) -> None:
        """An item is no node to clients: what only its node says becomes a line about it in its array's task execution."""
        phase = ITEM_PHASES[node.phase]
        if graph_node.kind == TASK and phase not in TERMINAL_TASK_PHASES:
            return  # its attempt says more
        told = self.transition.records[-1] if self.transition.records else None
        if isinstance(told, ItemRecord) and (told.uid, told.attempt, told.phase) == (node.uid, node.attempt, phase):
            self.transition.records[-1] = told._replace(cache_status=node.cache_status)  # its attempt has just said the rest
            return
        index = index_of(graph_node.id)
        self.transition.records.append(
            ItemRecord(scope, node.uid, index, node.attempt, phase, self.at, "", (), node.launched, node.cache_status)
        )

    def finish(self, node: NodeState, scope: Scope, graph_node: GraphNode, **facts: str) -> None:
        """``node`` reached a terminal phase: report it, free its place and let its neighbours know later in the step."""
        before = self.node(node.uid)
        if graph_node.kind in COUNTED_KINDS and before is not None and before.phase in COUNTED_PHASES:
            self.transition.running -= 1
        if node.phase in FAILED_PHASES:
            node = node._replace(ended_at=self.at)
        self.put(node)
        self.record_node(node, scope, graph_node, **facts)
        self.ended.append(node.uid)


def lifted(scope: Scope, by: int) -> Scope:
    """The scope with ``by`` more live nodes."""
    return scope._replace(live=scope.live + by)
