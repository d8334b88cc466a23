"""An execution that runs in this process: the engine's state, and the records that clients see of what is live in it."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from glidepath.admin.arrays import LiveArray
from glidepath.admin.recovery import SourceRecovery
from glidepath.engine import ExecutionState
from glidepath.engine.events import Event
from glidepath.idl import admin, core
from glidepath.storage.protocol import Storage

_VALUE_BYTES = 4 * 1024 * 1024

Key = tuple[str, str, str]
"""Project, domain and name of an execution."""


def key_of(execution: core.WorkflowExecutionIdentifier) -> Key:
    """An execution's identifier as a hashable key."""
    return (execution.project, execution.domain, execution.name)


def execution_of(key: Key) -> core.WorkflowExecutionIdentifier:
    """The identifier that a key stands for."""
    return core.WorkflowExecutionIdentifier(project=key[0], domain=key[1], name=key[2])


class NodeValues(Mapping[str, core.LiteralMap]):
    """Outputs of ended nodes: the newest in memory, up to a few MiB an execution; older ones read from storage again."""

    def __init__(self, storage: Storage, budget: int = _VALUE_BYTES) -> None:
        self._storage = storage
        self._budget = budget
        self._kept: OrderedDict[str, tuple[core.LiteralMap, int]] = OrderedDict()
        self._size = 0
        self.state: ExecutionState | None = None
        """Set once, by whoever makes the state that reads these values."""

    def keep(self, uid: str, value: core.LiteralMap) -> None:
        """Remember the outputs of a node; may forget older ones that storage has."""
        size = value.ByteSize()
        self._size += size - self._kept.get(uid, (value, 0))[1]
        self._kept[uid] = (value, size)
        while self._size > self._budget and len(self._kept) > 1:
            self._size -= self._kept.popitem(last=False)[1][1]

    def __getitem__(self, uid: str) -> core.LiteralMap:
        found = self._kept.get(uid)
        if found is not None:
            return found[0]
        uri = self.state.output_uri(uid) if self.state is not None else None
        if uri is None:
            raise KeyError(uid)
        value = core.LiteralMap()
        if uri:
            value.ParseFromString(self._storage.get(uri))
        self.keep(uid, value)
        return value

    def __iter__(self) -> Iterator[str]:
        return iter(self._kept)

    def __len__(self) -> int:
        return len(self._kept)


@dataclass
class Live:
    """One execution in progress. Only the orchestrator's thread touches it."""

    state: ExecutionState
    spec: admin.ExecutionSpec
    closure: admin.ExecutionClosure
    values: NodeValues
    recovery: SourceRecovery | None = None
    """What it takes over from the execution that it recovers from."""
    nodes: dict[str, admin.NodeExecution] = field(default_factory=dict)
    """Records of nodes that have begun and not ended, by unique id."""
    tasks: dict[str, admin.TaskExecution] = field(default_factory=dict)
    """Record of the newest attempt of each of those nodes."""
    arrays: dict[str, LiveArray] = field(default_factory=dict)
    """Rows of the live items of each array that runs, by the array's unique id."""
    gates: dict[str, set[str]] = field(default_factory=dict)
    """Nodes that wait for a signal, by its id."""
    eager: set[str] = field(default_factory=set)
    """Nodes whose attempts launch executions of their own."""
    postponed: list[Event] = field(default_factory=list)
    """Events that wait, in order, for a fault to pass."""

    @property
    def key(self) -> Key:
        return key_of(self.state.id)
