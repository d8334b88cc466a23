"""Outputs that are kept for whoever asks for the same work again (reference: engine.md, 1.10).

The engine says when to look, what to keep and when a reservation ends; where and under which key is its driver's business.
"""

from __future__ import annotations

from collections.abc import Callable

from glidepath.engine.commands import LookupCache
from glidepath.engine.events import CacheAnswered
from glidepath.engine.plan import GraphNode
from glidepath.engine.state import NodeState
from glidepath.engine.step import Step
from glidepath.engine.transition import CacheEntry
from glidepath.idl import core

_DISABLED = core.CatalogCacheStatus.CACHE_DISABLED
_SKIPPED = core.CatalogCacheStatus.CACHE_SKIPPED
_NOT_KEPT = (_DISABLED, core.CatalogCacheStatus.CACHE_HIT)
_ACQUIRED = core.CatalogReservation.RESERVATION_ACQUIRED
_RELEASED = core.CatalogReservation.RESERVATION_RELEASED


def looks_up(step: Step, graph_node: GraphNode) -> bool:
    """Whether a node asks the cache before it runs its task."""
    task = graph_node.task
    if task is None or not task.metadata.discoverable or not graph_node.has_outputs:
        return False
    return not step.state.settings.overwrite_cache


def look_up(step: Step, graph_node: GraphNode, node: NodeState, inputs: core.LiteralMap) -> None:
    """Ask; the node stays queued, unreported, until the answer comes."""
    task = graph_node.task
    if task is not None:
        step.command(LookupCache(node.uid, node.attempt, task, inputs, task.metadata.cache_serializable))


def first_status(step: Step, graph_node: GraphNode) -> core.CatalogCacheStatus:
    """What a node that does not ask the cache says of it."""
    task = graph_node.task
    skips = task is not None and task.metadata.discoverable and graph_node.has_outputs
    return _SKIPPED if skips else _DISABLED


def keep(
    step: Step,
    graph_node: GraphNode,
    node: NodeState,
    inputs: Callable[[], core.LiteralMap],
    outputs: core.LiteralMap,
) -> NodeState:
    """Have the outputs of a task that succeeded kept, if it is cached; the node as it is then."""
    task = graph_node.task
    if task is None or node.cache_status in _NOT_KEPT:
        return node
    overwrite = step.state.settings.overwrite_cache
    step.transition.cached.append(CacheEntry(node.uid, node.attempt, task, inputs(), outputs, node.cache_key, overwrite))
    return release(step, node)._replace(cache_status=core.CatalogCacheStatus.CACHE_POPULATED)


def refuse(step: Step, event: CacheAnswered) -> None:
    """An answer came too late: nobody needs the reservation that came with it."""
    if event.reservation == _ACQUIRED:
        step.transition.released.append(event.uid)


def withdraw(step: Step, graph_node: GraphNode, node: NodeState) -> None:
    """A node is aborted: it wants no reservation any more, whether it holds it, waits for it or is about to be given it."""
    waits = node.phase == core.NodeExecution.QUEUED and not node.cache_status and looks_up(step, graph_node)
    task = graph_node.task
    if node.reservation == _ACQUIRED or (waits and task is not None and task.metadata.cache_serializable):
        step.transition.released.append(node.uid)


def release(step: Step, node: NodeState) -> NodeState:
    """Let others run the work that this node had reserved; the node as it is then."""
    if node.reservation != _ACQUIRED:
        return node
    step.transition.released.append(node.uid)
    return node._replace(reservation=_RELEASED)
