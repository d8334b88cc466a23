"""Readiness and ends: which nodes of a graph start when one ends, and when the graph itself has ended.

Cost follows the edges of the node that ended, never the size of the graph; only a failure, which happens once to a graph,
looks at all its nodes.
"""

from __future__ import annotations

import itertools
import sys
from collections.abc import Callable, Iterator

from glidepath.engine import array_items, caching, nodes
from glidepath.engine.attempts import data_dir
from glidepath.engine.failures import error_of, innermost_failure
from glidepath.engine.plan import END, TASK, GraphNode
from glidepath.engine.state import (
    ARM,
    BLOCKING_PHASES,
    COUNTED_PHASES,
    FAILED_PHASES,
    GRAPH,
    ITEMS,
    LIVE_PHASES,
    ROOT,
    NodeState,
    Scope,
)
from glidepath.engine.step import COUNTED_KINDS, Step, lifted
from glidepath.idl import core

_ABORTED_CODE = "NodeAborted"
AUTO_ABORT_REASON = "Some node execution failed, auto-abort."


def settle(step: Step) -> None:
    """Begin opened graphs and tell the neighbours of ended nodes, until nothing more happens; then fill free places."""
    while True:
        while step.opened or step.ended:
            if step.opened:
                scope = step.opened.popleft()
                if scope.kind == ITEMS:
                    _items_go_on(step, scope)
                else:
                    _open(step, scope)
                continue
            node = step.node(step.ended.popleft())
            if node is not None:
                _settle_one(step, node)
        if not _begin_from_backlog(step):
            step.transition.more = _could_begin_more(step)
            return


def _settle_one(step: Step, node: NodeState) -> None:
    scope = step.scope_of(node)
    if scope is None:
        return
    if scope.kind == ITEMS:
        array_items.ended(step, scope, node)
        _items_go_on(step, scope)
        return
    if scope.handling is not None:
        if node.node_id == scope.graph.failure:
            _handled(step, scope, scope.handling, node)
        return
    scope = lifted(scope, -1)
    if node.phase in FAILED_PHASES:
        scope = scope._replace(failed=(*scope.failed, node.uid))
    step.put_scope(scope)
    _ENDS[scope.kind](step, scope, node)


def _node_of_graph_ended(step: Step, scope: Scope, node: NodeState) -> None:
    graph_node = scope.graph.node(node.node_id)
    if node.phase == core.NodeExecution.SUCCEEDED and graph_node.kind == END:
        _complete(step, scope, node)
        return
    if scope.failed and not scope.graph.fail_after_executable_nodes:
        _fail(step, scope)
        return
    for node_id in graph_node.downstream:
        _upstream_ended(step, node_id, node)
    after = step.scope(scope.uid)
    if after is not None and after.failed and not after.live:
        _fail(step, after)


def _node_of_arm_ended(step: Step, scope: Scope, node: NodeState) -> None:
    if scope.failed:
        _fail(step, scope)
    else:
        _complete(step, scope, node)


def _items_go_on(step: Step, scope: Scope) -> None:
    """An array's next item lines up, or the array ends with what its items gave."""
    succeeded = array_items.go_on(step, scope)
    if succeeded:
        array_items.complete(step, scope)
    elif succeeded is not None:
        abort_live(step, scope, AUTO_ABORT_REASON)
        array_items.fail(step, scope)


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
    else:
        _ready(step, scope, graph_node, uid)


def _open(step: Step, scope: Scope) -> None:
    """The first node of a graph is ready: the start node, or the one of a branch's arm, which may have to wait for a place."""
    graph_node = scope.graph.node(scope.graph.first)
    uid = scope.uid_of(graph_node.id)
    step.put(NodeState(uid, graph_node.id, scope.uid, waiting=0))
    _ready(step, scope, graph_node, uid)


def _ready(step: Step, scope: Scope, graph_node: GraphNode, uid: str) -> None:
    """Nothing stands before a node any more: it begins, or waits for a place."""
    if _is_full(step, graph_node):
        step.put_scope(lifted(scope, 1))
        step.transition.queued.append(uid)
    else:
        _begin(step, scope, graph_node)


def _is_full(step: Step, graph_node: GraphNode) -> bool:
    if graph_node.kind not in COUNTED_KINDS:
        return False
    most = step.state.settings.max_parallelism
    return step.begun >= step.state.settings.begins or (bool(most) and step.transition.running >= most)


def _begin_from_backlog(step: Step) -> bool:
    """Start the oldest waiting nodes while there are places; True when one started."""
    transition, most = step.transition, step.state.settings.max_parallelism or sys.maxsize
    started, taken = False, set(transition.taken)
    waiting = itertools.chain(step.state.backlog, transition.queued)
    while transition.running < most and step.begun < step.state.settings.begins and (uid := next(waiting, None)) is not None:
        if uid in taken:
            continue
        transition.taken.append(uid)
        owner = array_items.owner_of(uid)
        if owner != uid:
            items = step.scope(owner)
            if items is not None:
                array_items.begin_next(step, items)
                step.begun += 1
                started = True
            continue
        node = step.node(uid)
        scope = step.scope_of(node) if node is not None else None
        if node is not None and scope is not None and scope.handling is None:
            _begin(step, lifted(scope, -1), scope.graph.node(node.node_id))
            started = True
    return started


def _could_begin_more(step: Step) -> bool:
    """Whether nodes wait although there are places, since one step begins only so many."""
    settings, transition = step.state.settings, step.transition
    if step.begun < settings.begins or (settings.max_parallelism and transition.running >= settings.max_parallelism):
        return False
    return len(step.state.backlog) + len(transition.queued) > len(transition.taken)


def _begin(step: Step, scope: Scope, graph_node: GraphNode) -> None:
    uid = scope.uid_of(graph_node.id)
    scope = lifted(scope, 1)
    step.put_scope(scope)
    if graph_node.kind in COUNTED_KINDS:
        step.transition.running += 1
        step.begun += 1
    node = step.node(uid) or NodeState(uid, graph_node.id, scope.uid, waiting=0)
    node = node._replace(phase=core.NodeExecution.QUEUED, queued_at=step.at, data_dir=data_dir(scope, node))
    step.put(node)
    nodes.begin(step, scope, graph_node, node)


def _complete(step: Step, scope: Scope, last: NodeState) -> None:
    """The end node, or the node of a branch, succeeded: so did the graph, with the same outputs."""
    step.close_scope(scope.uid)
    outputs = step.outputs(last.uid)
    if scope.uid == ROOT:
        step.enter(core.WorkflowExecution.SUCCEEDING)
        step.enter(core.WorkflowExecution.SUCCEEDED, output_uri=last.output_uri if scope.graph.has_outputs else "")
        return
    owner = _owner(step, scope)
    outer = step.scope_of(owner)
    if outer is None:
        return
    graph_node = outer.graph.node(owner.node_id)
    uri = owner.expected_output_uri
    step.write(uri, outputs)
    step.transition.outputs[owner.uid] = outputs
    done = owner._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri)
    if graph_node.kind == TASK:
        done = caching.keep(step, graph_node, done, lambda: step.resolve(outer, graph_node), outputs)
    step.finish(done, outer, graph_node, output_uri=uri)


def _fail(step: Step, scope: Scope) -> None:
    """The graph cannot complete: stop what still runs in it and run its failure node; then it has failed."""
    error = error_of([node for uid in scope.failed if (node := step.node(uid)) is not None])
    if scope.uid == ROOT:
        step.enter(core.WorkflowExecution.FAILING, error=error)
    abort_live(step, scope, AUTO_ABORT_REASON)
    if scope.graph.failure:
        _begin(step, scope._replace(handling=error, live=0), scope.graph.node(scope.graph.failure))
    else:
        _has_failed(step, scope, error)


def _handled(step: Step, scope: Scope, error: core.ExecutionError, handler: NodeState) -> None:
    """The failure node ended; one that fails itself is what the graph fails with."""
    if handler.phase in FAILED_PHASES:
        original, error = error, error_of([handler])
        error.message += f"\nThis came up while handling: {original.message}"
    _has_failed(step, scope, error)


def _has_failed(step: Step, scope: Scope, error: core.ExecutionError) -> None:
    step.close_scope(scope.uid)
    if scope.uid == ROOT:
        step.enter(core.WorkflowExecution.FAILED, error=error)
        return
    owner = _owner(step, scope)
    outer = step.scope_of(owner)
    if outer is None:
        return
    first = step.node(scope.failed[0]) if scope.failed else None
    innermost = innermost_failure(first) if first is not None else ""
    caching.release(step, owner)
    failed = owner._replace(phase=core.NodeExecution.FAILED, error=error, failed_node=innermost)
    step.finish(failed, outer, outer.graph.node(owner.node_id))


def _owner(step: Step, scope: Scope) -> NodeState:
    owner = step.node(scope.uid)
    if owner is None:
        raise LookupError(f"scope [{scope.uid}] has no node that owns it")
    return owner


def abort_inside(step: Step, node: NodeState, reason: str) -> None:
    """Stop what runs in the graph inside a node, if there is one."""
    inner = step.scope(node.uid)
    if inner is not None:
        abort_live(step, inner, reason)
        step.close_scope(inner.uid)


def abort_live(step: Step, scope: Scope, reason: str) -> None:
    """Stop every queued or running node of a scope and of the scopes inside it."""
    stack = [scope]
    while stack:
        current = stack.pop()
        for node in _live_nodes(step, current):
            graph_node = current.graph.node(node.node_id)
            inner = step.scope(node.uid)
            if inner is not None:
                stack.append(inner)
                step.close_scope(node.uid)
            nodes.abort(step, current, graph_node, node, reason)
            caching.withdraw(step, graph_node, node)
            error = core.ExecutionError(code=_ABORTED_CODE, message=reason, kind=core.ExecutionError.SYSTEM)
            aborted = step.put(node._replace(phase=core.NodeExecution.ABORTED, error=error))
            if current.kind == ITEMS:
                array_items.aborted(step, current, aborted)
            if graph_node.kind in COUNTED_KINDS and node.phase in COUNTED_PHASES:
                step.transition.running -= 1
            step.record_node(aborted, current, graph_node)


def _live_nodes(step: Step, scope: Scope) -> Iterator[NodeState]:
    if scope.kind == ITEMS:
        yield from array_items.live(step, scope)
        return
    for node_id in scope.graph.nodes:
        node = step.node(scope.uid_of(node_id))
        if node is not None and node.phase in LIVE_PHASES:
            yield node


_ENDS: dict[str, Callable[[Step, Scope, NodeState], None]] = {GRAPH: _node_of_graph_ended, ARM: _node_of_arm_ended}
"""What the end of a node means to the scope it is in."""
