"""What one step changes. The driver commits it, carries out its commands, then applies it to the state."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from glidepath.engine.commands import Command
from glidepath.engine.items import ItemsChange
from glidepath.engine.records import Record
from glidepath.engine.state import ExecutionState, NodeState, Scope
from glidepath.idl import core


class CacheEntry(NamedTuple):
    """Outputs to keep for whoever asks for the same work again."""

    uid: str
    attempt: int
    task: core.TaskTemplate
    inputs: core.LiteralMap
    outputs: core.LiteralMap
    key: core.CatalogMetadata | None
    overwrite: bool
    """Whether outputs that are kept already are replaced."""


@dataclass
class Transition:
    """Rows, reports, files and commands of one step, in the order in which they must become visible."""

    phase: core.WorkflowExecution.Phase
    """The execution's phase after the step."""
    nodes: dict[str, NodeState] = field(default_factory=dict)
    """Changed nodes by ``uid``, as they are after the step."""
    scopes: dict[str, Scope | None] = field(default_factory=dict)
    """Changed scopes by ``uid``; None where one ended."""
    outputs: dict[str, core.LiteralMap] = field(default_factory=dict)
    """Outputs of nodes that ended in the step."""
    files: list[tuple[str, core.LiteralMap]] = field(default_factory=list)
    """Literal maps to write before the commit: URI and content."""
    records: list[Record] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    cached: list[CacheEntry] = field(default_factory=list)
    """What the cache keeps, in the same commit as the success it comes from."""
    released: list[str] = field(default_factory=list)
    """Nodes that hold a reservation of cached work no more."""
    items: dict[str, ItemsChange] = field(default_factory=dict)
    """Arrays whose items begin or end, by ``uid``."""
    more: bool = False
    """Nodes are ready that this step did not begin: the driver sends :class:`~glidepath.engine.events.Proceed` soon."""
    running: int = 0
    queued: list[str] = field(default_factory=list)
    """What joined the backlog."""
    taken: list[str] = field(default_factory=list)
    """What left the backlog."""

    def __bool__(self) -> bool:
        return bool(self.records or self.nodes or self.commands or self.released)


def apply(state: ExecutionState, transition: Transition) -> None:
    """Make ``state`` what it is after a committed ``transition``. Nodes of ended scopes are forgotten."""
    state.phase = transition.phase
    state.running = transition.running
    state.nodes.update(transition.nodes)
    for entry in transition.queued:
        state.backlog[entry] = None
    for entry in transition.taken:
        state.backlog.pop(entry, None)
    for uid, change in transition.items.items():
        _apply_items(state, uid, change)
    for uid, scope in transition.scopes.items():
        if scope is not None:
            state.scopes[uid] = scope
        elif (ended := state.scopes.pop(uid, None)) is not None:
            state.arrays.pop(uid, None)
            for node_id in ended.graph.nodes:
                state.nodes.pop(ended.uid_of(node_id), None)


def _apply_items(state: ExecutionState, uid: str, change: ItemsChange) -> None:
    """Items that ended are nodes no more; what is left of them is with their array."""
    items = change.opened or state.arrays[uid]
    items.take(change)
    state.arrays[uid] = items
    for ended in change.ended:
        state.nodes.pop(items.uid_of(ended.number), None)
    for item in change.aborted:
        state.nodes.pop(item, None)
