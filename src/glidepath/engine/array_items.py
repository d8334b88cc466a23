"""The items of arrays: which begin, what their ends mean to the array, and how it ends (reference: engine.md, 1.12).

An array that could begin another item has one entry in the backlog. Each time it comes up there, one item begins and the
array goes to the end of the line: so arrays and other nodes share the places that ``max_parallelism`` leaves.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from glidepath.engine import nodes
from glidepath.engine.items import (
    SUCCEEDED_PHASES,
    EndedItem,
    Items,
    ItemsChange,
    Progress,
    index_of,
    item_id,
)
from glidepath.engine.nodes.array import array_of
from glidepath.engine.plan import GraphNode
from glidepath.engine.state import COUNTED_PHASES, LIVE_PHASES, ExecutionState, NodeState, Scope
from glidepath.engine.step import Step
from glidepath.idl import core

_NONE = core.Literal(scalar=core.Scalar(none_type=core.Void()))
_ENTRY = "/"
"""Between an array's ``uid`` and a number in an entry of the backlog; no ``uid`` has one."""


def owner_of(entry: str) -> str:
    """The ``uid`` of the node that an entry of the backlog is about."""
    return entry.partition(_ENTRY)[0]


def entry_of(uid: str, progress: Progress) -> str:
    """The entry of an array in the backlog; another one for each item."""
    return f"{uid}{_ENTRY}{progress.begun}"


def begin_next(step: Step, scope: Scope) -> None:
    """A place is free for the next item of an array."""
    change = _change(step, scope)
    items, index = step.items(scope.uid), change.progress.begun
    while index < change.progress.size and items.has_ended(index):  # taken over from an earlier execution
        index += 1
    if index == change.progress.size:
        change.progress = change.progress._replace(begun=index, waits=False)
        return
    change.progress = change.progress._replace(begun=index + 1, live=change.progress.live + 1, waits=False)
    graph_node = scope.graph.node(item_id(index))
    node = NodeState(
        scope.uid_of(graph_node.id),
        graph_node.id,
        scope.uid,
        waiting=0,
        phase=core.NodeExecution.QUEUED,
        queued_at=step.at,
        data_dir=f"{scope.data_dir}/{index}",
    )
    step.transition.running += 1
    nodes.begin(step, scope, graph_node, step.put(node))
    _line_up(step, scope, change)


def ended(step: Step, scope: Scope, node: NodeState) -> None:
    """An item ended."""
    change = _change(step, scope)
    good = node.phase in SUCCEEDED_PHASES
    change.ended.append(_succeeded(step, node) if good else _failed(node))
    before = change.progress
    change.progress = before._replace(
        live=before.live - 1, succeeded=before.succeeded + good, failed=before.failed + (not good)
    )


def go_on(step: Step, scope: Scope) -> bool | None:
    """Line up for the next item; whether the array has succeeded or failed, None while it can do neither."""
    change = _change(step, scope)
    progress = change.progress
    if progress.over or (progress.hopeless and not progress.run_all):
        return progress.succeeded >= progress.needed
    _line_up(step, scope, change)
    return None


def complete(step: Step, scope: Scope) -> None:
    """All items have ended, and enough of them well."""
    owner, outer, graph_node = _owner(step, scope)
    outputs = outputs_of(step, scope, graph_node)
    uri = owner.expected_output_uri if outputs.literals else ""
    if uri:
        step.write(uri, outputs)
    step.transition.outputs[owner.uid] = outputs
    step.close_scope(scope.uid)
    owner = owner._replace(task_phase=core.TaskExecution.SUCCEEDED)
    step.record_task(owner, outer, graph_node, output_uri=uri)
    step.finish(owner._replace(phase=core.NodeExecution.SUCCEEDED, output_uri=uri), outer, graph_node, output_uri=uri)


def fail(step: Step, scope: Scope) -> None:
    """Too few items can succeed, and none runs any more."""
    owner, outer, graph_node = _owner(step, scope)
    error = error_of(step, scope)
    innermost = first_failed(step, scope)
    step.close_scope(scope.uid)
    owner = owner._replace(task_phase=core.TaskExecution.FAILED)
    step.record_task(owner, outer, graph_node, error=error)
    step.finish(owner._replace(phase=core.NodeExecution.FAILED, error=error, failed_node=innermost), outer, graph_node)


def load(state: ExecutionState, scope: Scope, progress: Progress, earlier: Iterable[EndedItem]) -> None:
    """Have an array go on after a restart, with what ended before it."""
    owner = state.nodes[scope.uid]
    outer = state.scopes[scope.outer]
    items = Items(array_of(outer.graph.node(owner.node_id), owner), progress)
    for item in earlier:
        items.add(item)
    running = {index_of(node.node_id): node for node in state.nodes.values() if node.scope == scope.uid}
    state.running += sum(node.phase in COUNTED_PHASES for node in running.values())
    begun = 0
    while begun < progress.size and (items.has_ended(begun) or begun in running):
        begun += 1
    good = sum(phase in SUCCEEDED_PHASES for phase in items.phases)
    bad = sum(map(bool, items.phases)) - good
    items.progress = progress._replace(begun=begun, live=len(running), succeeded=good, failed=bad)
    if items.progress.room:
        state.backlog[entry_of(scope.uid, items.progress)] = None
        items.progress = items.progress._replace(waits=True)
    state.arrays[scope.uid] = items
    state.scopes[scope.uid] = scope


def live(step: Step, scope: Scope) -> Iterator[NodeState]:
    """The items of an array that are queued or run. Looks at all nodes of the execution that are not forgotten."""
    for uid in {**step.state.nodes, **step.transition.nodes}:
        node = step.node(uid)
        if node is not None and node.scope == scope.uid and node.phase in LIVE_PHASES:
            yield node


def aborted(step: Step, scope: Scope, node: NodeState) -> None:
    """A live item was stopped, since its array ends."""
    change = _change(step, scope)
    change.aborted.append(node.uid)
    change.progress = change.progress._replace(live=change.progress.live - 1)


def error_of(step: Step, scope: Scope) -> core.ExecutionError:
    """Why an array failed: the messages of its items. Code and kind stay open, as in stock Flyte."""
    failures, change = step.items(scope.uid).failures.copy(), _change(step, scope)
    for item in change.ended:
        if item.phase not in SUCCEEDED_PHASES:
            failures.add(item.number, item.message)
    needed, size = change.progress.needed, change.progress.size
    return core.ExecutionError(message=failures.summary() or f"{needed} items must succeed, and there are {size}")


def first_failed(step: Step, scope: Scope) -> str:
    """The ``uid`` of the item that failed first; empty where none did."""
    index = step.items(scope.uid).first_failed
    if index is None:
        failed = (item.number for item in _change(step, scope).ended if item.phase not in SUCCEEDED_PHASES)
        index = next(failed, None)
    return scope.uid_of(item_id(index)) if index is not None else ""


def outputs_of(step: Step, scope: Scope, graph_node: GraphNode) -> core.LiteralMap:
    """Each output of the items as a list in their order, with none in the places of those that failed."""
    collected = {name: [_NONE] * _change(step, scope).progress.size for name in _output_names(graph_node)}
    for index, outputs in _outputs(step, scope):
        for name, literal in outputs.literals.items():
            if name not in collected:  # a launch plan's outputs are known only now
                collected[name] = [_NONE] * _change(step, scope).progress.size
            collected[name][index] = literal
    gathered = core.LiteralMap()
    for name, literals in collected.items():
        gathered.literals[name].collection.literals.extend(literals)
        gathered.literals[name].collection.SetInParent()
    return gathered


def _outputs(step: Step, scope: Scope) -> Iterator[tuple[int, core.LiteralMap]]:
    items, kept = step.items(scope.uid), {item.number: item for item in _change(step, scope).ended}
    for index, data in items.outputs.items():
        yield index, core.LiteralMap.FromString(data)
    for uid, (index, _) in items.stored.items():
        yield index, step.outputs(uid)
    for index, item in kept.items():
        if item.phase in SUCCEEDED_PHASES:
            yield index, step.outputs(items.uid_of(index)) if item.stored else core.LiteralMap.FromString(item.outputs)


def _succeeded(step: Step, node: NodeState) -> EndedItem:
    """Small outputs stay with the array; larger ones are in storage, where the attempt wrote them."""
    kept = step.items(node.scope).kept_bytes
    ended = EndedItem(index_of(node.node_id), node.phase, node.attempt).with_outputs(step.outputs(node.uid), kept)
    if not ended.stored:
        step.transition.outputs.pop(node.uid, None)
    return ended


def _failed(node: NodeState) -> EndedItem:
    message = node.error.message if node.error is not None else ""
    return EndedItem(index_of(node.node_id), node.phase, node.attempt, message=message)


def _line_up(step: Step, scope: Scope, change: ItemsChange) -> None:
    if change.progress.room and not change.progress.waits:
        step.transition.queued.append(entry_of(scope.uid, change.progress))
        change.progress = change.progress._replace(waits=True)


def _owner(step: Step, scope: Scope) -> tuple[NodeState, Scope, GraphNode]:
    """The array itself, the scope that it is a node of, and that node."""
    owner, outer = step.node(scope.uid), step.scope(scope.outer)
    if owner is None or outer is None:
        raise LookupError(f"scope [{scope.uid}] has no node that owns it")
    return owner, outer, outer.graph.node(owner.node_id)


def _output_names(graph_node: GraphNode) -> list[str]:
    item = graph_node.item
    return list(item.task.interface.outputs.variables) if item is not None and item.task is not None else []


def _change(step: Step, scope: Scope) -> ItemsChange:
    """What this step does to the items of an array so far."""
    changes = step.transition.items
    if scope.uid not in changes:
        changes[scope.uid] = ItemsChange(step.state.arrays[scope.uid].progress)
    return changes[scope.uid]
