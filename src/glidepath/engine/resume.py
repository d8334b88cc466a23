"""From rows back to a running state, and the commands that may not have been carried out before the end of a process."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime

from glidepath.engine.commands import Command, StartChild
from glidepath.engine.nodes import task
from glidepath.engine.plan import LAUNCH_PLAN, SUB_WORKFLOW, TASK, Plan
from glidepath.engine.state import BLOCKING_PHASES, LIVE_PHASES, ROOT, ExecutionState, NodeState, Scope, Settings
from glidepath.engine.step import COUNTED_KINDS, Step
from glidepath.idl import core, paths
from glidepath.idl.ids import START_NODE_ID
from glidepath.idl.phases import TERMINAL_NODE_PHASES

_FAILED_PHASES = frozenset({core.NodeExecution.FAILED, core.NodeExecution.TIMED_OUT})


def load(
    identifier: core.WorkflowExecutionIdentifier,
    plan: Plan,
    settings: Settings,
    values: Mapping[str, core.LiteralMap],
    rows: Iterable[NodeState],
) -> ExecutionState:
    """The state of an execution that runs, from its persisted rows. Counters follow from the rows."""
    state = ExecutionState(identifier, plan, settings, values, phase=core.WorkflowExecution.RUNNING)
    state.nodes = {row.uid: row for row in rows}
    root_inputs = paths.join(paths.node_output_dir(paths.node_data_dir(settings.metadata_dir, START_NODE_ID), 0), paths.OUTPUTS)
    stack = [Scope(ROOT, plan.primary, data_dir=settings.metadata_dir, input_uri=root_inputs)]
    while stack:
        scope = stack.pop()
        stack.extend(_load_scope(state, scope))
    return state


def _load_scope(state: ExecutionState, scope: Scope) -> list[Scope]:
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
            state.running += graph_node.kind in COUNTED_KINDS
            if graph_node.kind == SUB_WORKFLOW:
                inner.append(_scope_of(state, scope, node))
        elif node.phase in _FAILED_PHASES:
            failed.append(node)
        if node.phase in TERMINAL_NODE_PHASES:
            _count_down(state, scope, node, graph_node.downstream)
    waiting = [
        node.uid
        for node_id in scope.graph.nodes
        if (node := state.nodes.get(scope.uid_of(node_id))) is not None
        and node.phase == core.NodeExecution.UNDEFINED
        and not node.waiting
    ]
    state.backlog.update(dict.fromkeys(waiting))
    names = tuple(node.uid for node in failed)
    state.scopes[scope.uid] = scope._replace(live=live + len(waiting), failed=names)
    return inner


def _count_down(state: ExecutionState, scope: Scope, ended: NodeState, downstream: Iterable[str]) -> None:
    for node_id in downstream:
        uid = scope.uid_of(node_id)
        count = scope.graph.node(node_id).upstream_count
        node = state.nodes.get(uid) or NodeState(uid, node_id, scope.uid, waiting=count)
        blocked = node.blocked or ended.phase in BLOCKING_PHASES
        state.nodes[uid] = node._replace(waiting=node.waiting - 1, blocked=blocked)


def _scope_of(state: ExecutionState, outer: Scope, node: NodeState) -> Scope:
    spec = outer.graph.node(node.node_id).spec
    return Scope(
        uid=node.uid,
        graph=state.plan.sub_workflow(spec.workflow_node.sub_workflow_ref),
        attempt=node.attempt,
        data_dir=node.output_dir,
        input_uri=node.input_uri,
    )


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
        elif graph_node.kind == LAUNCH_PLAN:
            inputs = step.resolve(scope, graph_node)
            plan = graph_node.spec.workflow_node.launchplan_ref
            step.command(StartChild(node.uid, node.attempt, node.launched, plan, inputs))
    return step.transition.commands
