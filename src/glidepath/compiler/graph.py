"""The edges of a workflow, and whether they form a graph without cycles that hangs together (reference: D2, steps 8 and 10)."""

from __future__ import annotations

from collections.abc import Iterator

from glidepath.compiler import errors as kinds
from glidepath.compiler.bindings import check_bindings
from glidepath.compiler.draft import Draft
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID


def link(draft: Draft) -> None:
    """Check all bindings and draw the edges: explicit ones, promised ones, then those of start and end.

    Nodes inside branches and the failure node get edges upwards only: nobody waits for them by name.
    """
    for node_id in sorted(draft.nodes):
        if node_id != START_NODE_ID:
            for source in _sources(draft, draft.nodes[node_id]):
                draft.upstream.setdefault(node_id, set()).add(source)
                draft.downstream.setdefault(source, set()).add(node_id)
    for node in _nodes_aside(draft):
        for source in _sources(draft, node):
            draft.upstream.setdefault(node.id, set()).add(source)
    _tie_loose_ends(draft)


def check_graph(draft: Draft) -> None:
    """Report a cycle, or nodes that cannot be reached from the start."""
    cycle, reached = _walk(draft)
    if cycle:
        draft.errors.add(kinds.CYCLE_DETECTED, START_NODE_ID, ">".join(cycle))
        return
    lost = sorted(draft.nodes.keys() - reached - {END_NODE_ID})
    if lost:
        draft.errors.add(kinds.UNREACHABLE_NODES, START_NODE_ID, ",".join(lost))


def write_connections(draft: Draft) -> None:
    """Write the edges into the result: for each node the sorted ids on either side."""
    connections = draft.result.connections
    for target, edges in ((connections.downstream, draft.downstream), (connections.upstream, draft.upstream)):
        for node_id in sorted(edges):
            target[node_id].ids.extend(sorted(edges[node_id]))


def _nodes_aside(draft: Draft) -> Iterator[core.Node]:
    yield from draft.inner.values()
    if draft.failure_node is not None:
        yield draft.failure_node


def _sources(draft: Draft, node: core.Node) -> set[str]:
    """The nodes that a node waits for; its bindings are checked on the way."""
    sources = set()
    for source in node.upstream_node_ids:
        if source in draft.nodes:
            sources.add(source)
        else:
            draft.errors.add(kinds.NODE_REFERENCE_NOT_FOUND, node.id, source)
    interface = draft.interfaces.get(node.id)
    if interface is not None:
        bindings = draft.template.outputs if node.id == END_NODE_ID else node.inputs
        sources |= check_bindings(draft, node, bindings, interface.inputs)
    return sources


def _tie_loose_ends(draft: Draft) -> None:
    for node_id in sorted(draft.nodes):
        if node_id in (START_NODE_ID, END_NODE_ID):
            continue
        if node_id not in draft.upstream:
            draft.upstream[node_id] = {START_NODE_ID}
            draft.downstream.setdefault(START_NODE_ID, set()).add(node_id)
        if node_id not in draft.downstream:
            draft.downstream[node_id] = {END_NODE_ID}
            draft.upstream.setdefault(END_NODE_ID, set()).add(node_id)


def _walk(draft: Draft) -> tuple[list[str], set[str]]:
    """Depth first from the start, each node once: the path that closes a cycle (empty if none), and all nodes reached."""
    path: list[str] = [START_NODE_ID]
    on_path = {START_NODE_ID}
    reached = {START_NODE_ID}
    children = [iter(sorted(draft.downstream.get(START_NODE_ID, ())))]
    while children:
        child = next(children[-1], None)
        if child is None:
            children.pop()
            on_path.discard(path.pop())
        elif child in on_path:
            return [*path, child], reached
        elif child not in reached:
            reached.add(child)
            path.append(child)
            on_path.add(child)
            children.append(iter(sorted(draft.downstream.get(child, ()))))
    return [], reached
