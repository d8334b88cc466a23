"""Readiness and ends: which nodes of a graph start when one ends, and when the graph itself has ended.

Cost follows the edges of the node that ended, never the size of the graph; only a failure, which happens once to a graph,
looks at all its nodes.
"""

from __future__ import annotations

import itertools

from glidepath.engine import nodes
from glidepath.engine.attempts import data_dir
from glidepath.engine.plan import END, SUB_WORKFLOW, GraphNode
from glidepath.engine.state import BLOCKING_PHASES, LIVE_PHASES, ROOT, NodeState, Scope
from glidepath.engine.step import COUNTED_KINDS, Step, lifted
from glidepath.idl import core
from glidepath.idl.ids import START_NODE_ID

_ABORTED_CODE = "NodeAborted"
AUTO_ABORT_REASON = "Some node execution failed, auto-abort."


def settle(step: Step) -> None:
    """Begin opened graphs and tell the neighbours of ended nodes, until nothing more happens; then fill free places."""
    while True:
        while step.opened or step.ended:
            if step.opened:
                scope = step.opened.popleft()
                _begin(step, scope, scope.graph.node(START_NODE_ID))
                continue
            node = step.node(step.ended.popleft())
            if node is not None:
                _settle_one(step, node)
        if not _begin_from_backlog(step):
            return


def _settle_one(step: Step, node: NodeState) -> None:
    scope = step.scope_of(node)
    if scope is None:
        return
    graph_node = scope.graph.node(node.node_id)
    scope = lifted(scope, -1)
    if node.phase in (core.NodeExecution.FAILED, core.NodeExecution.TIMED_OUT):
        scope = scope._replace(failed=(*scope.failed, node.uid))
    step.put_scope(scope)
    if node.phase == core.NodeExecution.SUCCEEDED and graph_node.kind == END:
        _complete(step, scope, node)
        return
    if scope.failed and not scope.graph.fail_after_executable_nodes:
        _fail(step, scope)
        return
    for node_id in graph_node.downstream:
        _upstream_ended(step, node_id, node)
    scope = step.scope(scope.uid)
    if scope is not None and scope.failed and not scope.live:
        _fail(step, scope)


def _upstream_ended(step: Step, node_id: str, upstream: NodeState) -> None:
    scope = step.scope_of(upstream)
    if scope is None:
        return
    graph_node = scope.graph.node(node_id)
    uid = scope.uid_of(node_id)
    node = step.node(uid) or NodeState(uid, node_id, scope.uid, waiting=graph_node.upstream_count)
    blocked = node.blocked or upstream.phase in BLOCKING_PHASES
    node = step.put(node._replace(waiting=node.waiting - 1, blocked=blocked))
    if node.waiting:
        return
    if node.blocked:
        step.put_scope(lifted(scope, 1))
        step.finish(node._replace(phase=core.NodeExecution.SKIPPED), scope, graph_node)
    elif _is_full(step, graph_node):
        step.put_scope(lifted(scope, 1))
        step.transition.queued.append(uid)
    else:
        _begin(step, scope, graph_node)


def _is_full(step: Step, graph_node: GraphNode) -> bool:
    most = step.state.settings.max_parallelism
    return bool(most) and graph_node.kind in COUNTED_KINDS and step.transition.running >= most


def _begin_from_backlog(step: Step) -> bool:
    """Start the oldest waiting nodes while there are places; True when one started."""
    transition, most = step.transition, step.state.settings.max_parallelism
    if not most:
        return False
    started, taken = False, set(transition.taken)
    waiting = itertools.chain(step.state.backlog, transition.queued)
    while transition.running < most and (uid := next(waiting, None)) is not None:
        if uid in taken:
            continue
        transition.taken.append(uid)
        node = step.node(uid)
        scope = step.scope_of(node) if node is not None else None
        if node is not None and scope is not None:
            _begin(step, lifted(scope, -1), scope.graph.node(node.node_id))
            started = True
    return started


def _begin(step: Step, scope: Scope, graph_node: GraphNode) -> None:
    uid = scope.uid_of(graph_node.id)
    scope = lifted(scope, 1)
    step.put_scope(scope)
    if graph_node.kind in COUNTED_KINDS:
        step.transition.running += 1
    node = step.node(uid) or NodeState(uid, graph_node.id, scope.uid, waiting=0)
    node = node._replace(phase=core.NodeExecution.QUEUED, queued_at=step.at, data_dir=data_dir(scope, node))
    step.put(node)
    nodes.begin(step, scope, graph_node, node)


def _complete(step: Step, scope: Scope, end: NodeState) -> None:
    """The end node succeeded: so did the graph."""
    step.close_scope(scope.uid)
    outputs = step.outputs(end.uid)
    if scope.uid == ROOT:
        step.enter(core.WorkflowExecution.SUCCEEDING)
        step.enter(core.WorkflowExecution.SUCCEEDED, output_uri=end.output_uri if scope.graph.has_outputs else "")
        return
    owner = _owner(step, scope)
    outer = step.scope_of(owner)
    if outer is None:
        return
    graph_node = outer.graph.node(owner.node_id)
    uri = owner.expected_output_uri
    step.write(uri, outputs)
    step.transition.outputs[owner.uid] = outputs
    step.finish(owner._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri), outer, graph_node, output_uri=uri)


def _fail(step: Step, scope: Scope) -> None:
    """The graph cannot complete: stop what still runs in it, then it has failed with the first failure's error."""
    error = _error_of(step, scope)
    if scope.uid == ROOT:
        step.enter(core.WorkflowExecution.FAILING, error=error)
    abort_live(step, scope, AUTO_ABORT_REASON)
    step.close_scope(scope.uid)
    if scope.uid == ROOT:
        step.enter(core.WorkflowExecution.FAILED, error=error)
        return
    owner = _owner(step, scope)
    outer = step.scope_of(owner)
    if outer is not None:
        step.finish(owner._replace(phase=core.NodeExecution.FAILED, error=error), outer, outer.graph.node(owner.node_id))


def _owner(step: Step, scope: Scope) -> NodeState:
    owner = step.node(scope.uid)
    if owner is None:
        raise LookupError(f"scope [{scope.uid}] has no node that owns it")
    return owner


def _error_of(step: Step, scope: Scope) -> core.ExecutionError:
    """The first failure's error; the others are named in its message, so that none is lost."""
    first = step.node(scope.failed[0])
    error = core.ExecutionError()
    if first is not None and first.error is not None:
        error.CopyFrom(first.error)
    if first is not None and first.phase == core.NodeExecution.TIMED_OUT:
        error.code, error.kind = "Timeout", core.ExecutionError.USER
        error.message = error.message or f"Timeout in node {first.uid}"
    if len(scope.failed) > 1:
        error.message += f"\n{len(scope.failed) - 1} more failed: {', '.join(scope.failed[1:])}"
    return error


def abort_live(step: Step, scope: Scope, reason: str) -> None:
    """Stop every queued or running node of a scope and of the scopes inside it."""
    stack = [scope]
    while stack:
        current = stack.pop()
        for node_id, graph_node in current.graph.nodes.items():
            node = step.node(current.uid_of(node_id))
            if node is None or node.phase not in LIVE_PHASES:
                continue
            inner = step.scope(node.uid) if graph_node.kind == SUB_WORKFLOW else None
            if inner is not None:
                stack.append(inner)
                step.close_scope(node.uid)
            nodes.abort(step, current, graph_node, node, reason)
            error = core.ExecutionError(code=_ABORTED_CODE, message=reason, kind=core.ExecutionError.SYSTEM)
            aborted = step.put(node._replace(phase=core.NodeExecution.ABORTED, error=error))
            if graph_node.kind in COUNTED_KINDS:
                step.transition.running -= 1
            step.record_node(aborted, current, graph_node)
