"""From rows back to a running state, and the commands that may not have been carried out before the end of a process."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timezone
from types import MappingProxyType

from glidepath.engine import array_items
from glidepath.engine.commands import Command
from glidepath.engine.failures import error_of
from glidepath.engine.items import EndedItem
from glidepath.engine.nodes import gate, launch_plan, task
from glidepath.engine.nodes.array import items_scope, progress_of
from glidepath.engine.nodes.branch import arm_scope
from glidepath.engine.nodes.sub_workflow import sub_workflow_scope
from glidepath.engine.plan import ARRAY, BRANCH, GATE, LAUNCH_PLAN, SUB_WORKFLOW, TASK, GraphNode, Plan
from glidepath.engine.state import (
    BLOCKING_PHASES,
    COUNTED_PHASES,
    FAILED_PHASES,
    ITEMS,
    LIVE_PHASES,
    ROOT,
    ExecutionState,
    NodeState,
    Scope,
    Settings,
)
from glidepath.engine.step import COUNTED_KINDS, Step
from glidepath.idl import core, paths
from glidepath.idl.ids import START_NODE_ID
from glidepath.idl.phases import TERMINAL_NODE_PHASES

PlanOf = Callable[[str], Plan]
"""Given the URI of a dynamic node's compiled closure, its plan."""
_NEVER = datetime.max.replace(tzinfo=timezone.utc)


def _no_plan(uri: str) -> Plan:
    raise LookupError(f"the plan of a dynamic node is needed from {uri}")


def load(
    identifier: core.WorkflowExecutionIdentifier,
    plan: Plan,
    settings: Settings,
    values: Mapping[str, core.LiteralMap],
    rows: Iterable[NodeState],
    plan_of: PlanOf = _no_plan,
    items: Mapping[str, Iterable[EndedItem]] = MappingProxyType({}),
) -> ExecutionState:
    """The state of an execution that runs, from its persisted rows. Counters follow from the rows.

    ``items``: what is left of the ended items of each array that runs, by the array's ``uid``; its live items are rows.
    """
    state = ExecutionState(identifier, plan, settings, values, phase=core.WorkflowExecution.RUNNING)
    state.nodes = {row.uid: row for row in rows}
    root_inputs = paths.join(paths.node_output_dir(paths.node_data_dir(settings.metadata_dir, START_NODE_ID), 0), paths.OUTPUTS)
    stack = [Scope(ROOT, plan.primary, plan, data_dir=settings.metadata_dir, input_uri=root_inputs)]
    while stack:
        scope = stack.pop()
        if scope.kind == ITEMS:
            owner = state.nodes[scope.uid]
            array = state.scopes[scope.outer].graph.node(owner.node_id).spec.array_node
            array_items.load(state, scope, progress_of(array, owner.items), items.get(scope.uid, ()))
        else:
            stack.extend(_load_scope(state, scope, plan_of))
    if state.scopes[ROOT].handling is not None:
        state.phase = core.WorkflowExecution.FAILING
    return state


def _load_scope(state: ExecutionState, scope: Scope, plan_of: PlanOf) -> list[Scope]:
    """Count a scope's rows; returns the scopes inside it that are still open."""
    inner: list[Scope] = []
    failed: list[NodeState] = []
    live = 0
    for node_id, graph_node in scope.graph.nodes.items():
        node = state.nodes.get(scope.uid_of(node_id))
        if node is None:
            continue
        if node.phase in LIVE_PHASES:
            live += 1
            state.running += graph_node.kind in COUNTED_KINDS and node.phase in COUNTED_PHASES
            opened = _scope_inside(state, scope, graph_node, node, plan_of)
            if opened is not None:
                inner.append(opened)
        elif node.phase in FAILED_PHASES and node_id != scope.graph.failure:
            failed.append(node)
        if node.phase in TERMINAL_NODE_PHASES:
            _count_down(state, scope, node, graph_node.downstream)
    failed.sort(key=lambda node: node.ended_at or _NEVER)
    scope = scope._replace(failed=tuple(node.uid for node in failed))
    if scope.graph.failure and scope.uid_of(scope.graph.failure) in state.nodes:
        state.scopes[scope.uid] = scope._replace(handling=error_of(failed))
        return inner
    waiting = [
        node.uid
        for node_id in scope.graph.nodes
        if (node := state.nodes.get(scope.uid_of(node_id))) is not None
        and node.phase == core.NodeExecution.UNDEFINED
        and not node.waiting
    ]
    state.backlog.update(dict.fromkeys(waiting))
    state.scopes[scope.uid] = scope._replace(live=live + len(waiting))
    return inner


def _count_down(state: ExecutionState, scope: Scope, ended: NodeState, downstream: Iterable[str]) -> None:
    for node_id in downstream:
        uid = scope.uid_of(node_id)
        count = scope.graph.node(node_id).upstream_count
        node = state.nodes.get(uid) or NodeState(uid, node_id, scope.uid, waiting=count)
        blocked = node.blocked or ended.phase in BLOCKING_PHASES
        state.nodes[uid] = node._replace(waiting=node.waiting - 1, blocked=blocked)


def _scope_inside(state: ExecutionState, outer: Scope, graph_node: GraphNode, node: NodeState, plan_of: PlanOf) -> Scope | None:
    """The graph that a live node has opened; None for a node without one."""
    if graph_node.kind == SUB_WORKFLOW:
        return sub_workflow_scope(outer, graph_node, node)
    if node.phase == core.NodeExecution.DYNAMIC_RUNNING:
        return task.dynamic_scope(outer, node, plan_of(node.closure_uri))
    if graph_node.kind == ARRAY:
        return items_scope(outer, graph_node, node)
    if graph_node.kind == BRANCH:
        scopes = (arm_scope(outer, node, arm) for arm in graph_node.arms)
        return next((scope for scope in scopes if scope.uid_of(scope.graph.first) in state.nodes), None)
    return None


def outstanding(state: ExecutionState, at: datetime) -> list[Command]:
    """The commands of everything that is live. Carrying out one that had been carried out changes nothing."""
    step = Step(state, at)
    for node in state.nodes.values():
        scope = state.scopes.get(node.scope)
        if scope is None or node.phase not in LIVE_PHASES:
            continue
        graph_node = scope.graph.node(node.node_id)
        if graph_node.kind == TASK:
            task.resumed(step, scope, graph_node, node)
        elif graph_node.kind == GATE:
            gate.resumed(step, scope, graph_node, node)
        elif graph_node.kind == LAUNCH_PLAN:
            launch_plan.resumed(step, scope, graph_node, node)
    return step.transition.commands
