"""The items of an array node: light, since there may be a hundred thousand of them (reference: engine.md, 1.12).

An item has a :class:`~glidepath.engine.state.NodeState` only while it lives. What remains of one that ended is a byte of
phase and, where they are small, its outputs as bytes. Only :meth:`Items.take` changes what is here, when a step is applied.
"""

from __future__ import annotations

from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import groupby
from typing import NamedTuple

from glidepath.idl import core, paths
from glidepath.idl.ids import unique_node_id

INLINE_BYTES = 16 * 1024
"""Outputs of one item that are kept beside its phase; larger ones are read from storage when the array ends."""
INLINE_TOTAL_BYTES = 64 * 1024 * 1024
_MESSAGE_BYTES = 100 * 1024
"""What the messages of failed items may take together; the rest is counted."""

_PREFIX = "n"

SUCCEEDED_PHASES = frozenset({core.NodeExecution.SUCCEEDED, core.NodeExecution.RECOVERED, core.NodeExecution.SKIPPED})


def item_id(index: int) -> str:
    """The node id of an item in its array's graph."""
    return f"{_PREFIX}{index}"


def index_of(node_id: str) -> int:
    """The index of the item with a node id."""
    return int(node_id[len(_PREFIX) :])


class Array(NamedTuple):
    """What does not change while an array runs."""

    uid: str
    attempt: int
    data_dir: str
    """URI of the folder in which each item has a folder, named by its index."""
    bound: frozenset[str] = frozenset()
    """Inputs that every item gets whole, though they may be lists."""


def output_uri(data_dir: str, ended: EndedItem) -> str:
    """Where the last attempt of an item leaves its outputs, in the folder of its array's items."""
    return f"{paths.node_output_dir(f'{data_dir}/{ended.number}', ended.attempt)}/{paths.OUTPUTS}"


class Progress(NamedTuple):
    """How far an array is."""

    size: int
    needed: int
    """Items that must succeed."""
    window: int
    """Items that may be live at once."""
    run_all: bool = False
    """Whether items still begin when too many have failed."""
    begun: int = 0
    """Items before this index have begun, or need not."""
    live: int = 0
    waits: bool = False
    """Whether the backlog has an entry for the next item."""
    succeeded: int = 0
    failed: int = 0

    @property
    def hopeless(self) -> bool:
        """Too few can succeed."""
        return self.size - self.failed < self.needed

    @property
    def over(self) -> bool:
        """Every item has ended."""
        return self.succeeded + self.failed == self.size

    @property
    def room(self) -> bool:
        """Another item may begin, as far as the array itself goes."""
        return self.begun < self.size and self.live < self.window and (self.run_all or not self.hopeless)


class EndedItem(NamedTuple):
    """What is left of an item that ended."""

    number: int
    """Its index."""
    phase: core.NodeExecution.Phase
    attempt: int
    outputs: bytes = b""
    """A serialised LiteralMap; empty also where the outputs must be read from storage."""
    stored: bool = False
    """The outputs are too large to keep here."""
    message: str = ""
    """Why it failed."""

    def with_outputs(self, outputs: core.LiteralMap, kept_bytes: int) -> EndedItem:
        """The item with its outputs, if they are small and the array keeps not too many bytes of them already."""
        data = outputs.SerializeToString(deterministic=True)
        large = len(data) > INLINE_BYTES or kept_bytes + len(data) > INLINE_TOTAL_BYTES
        return self._replace(stored=True) if large else self._replace(outputs=data)


@dataclass
class ItemsChange:
    """What one step does to the items of an array."""

    progress: Progress
    ended: list[EndedItem] = field(default_factory=list)
    aborted: list[str] = field(default_factory=list)
    """``uid`` of each item that was stopped because the array ends."""
    opened: Items | None = None
    """Set by the step in which the array begins."""


class Items:
    """All items of an array that runs."""

    def __init__(self, array: Array, progress: Progress, inputs: core.LiteralMap | None = None) -> None:
        self.array = array
        self.progress = progress
        self.inputs = inputs
        """The array's inputs, whole; None after a restart, until they are asked for."""
        self.phases = bytearray(progress.size)
        self.outputs: dict[int, bytes] = {}
        self.stored: dict[str, tuple[int, str]] = {}
        """By ``uid``, the index of each item whose outputs are too large to keep here, and where they lie."""
        self.kept_bytes = 0
        self.failures = Failures()
        self.first_failed: int | None = None

    def take(self, change: ItemsChange) -> None:
        """The items after a step."""
        self.progress = change.progress
        for ended in change.ended:
            self.add(ended)

    def add(self, ended: EndedItem) -> None:
        """An item ended."""
        self.phases[ended.number] = ended.phase
        if ended.stored:
            self.stored[self.uid_of(ended.number)] = (ended.number, self.output_uri(ended))
        elif ended.outputs:
            self.kept_bytes += len(ended.outputs) - len(self.outputs.get(ended.number, b""))
            self.outputs[ended.number] = ended.outputs
        if ended.phase not in SUCCEEDED_PHASES:
            self.failures.add(ended.number, ended.message)
            if self.first_failed is None:
                self.first_failed = ended.number

    def output_uri(self, ended: EndedItem) -> str:
        """Where the last attempt of an item leaves its outputs."""
        return output_uri(self.array.data_dir, ended)

    def has_ended(self, index: int) -> bool:
        return bool(self.phases[index])

    def uid_of(self, index: int) -> str:
        return unique_node_id(self.array.uid, self.array.attempt, item_id(index))

    def inputs_of(self, index: int) -> core.LiteralMap:
        """One element of each list that the array runs over, and the other inputs whole. Needs ``inputs``."""
        inputs = core.LiteralMap()
        for name, literal in self.inputs.literals.items() if self.inputs is not None else ():
            sliced = literal.WhichOneof("value") == "collection" and name not in self.array.bound
            inputs.literals[name].CopyFrom(literal.collection.literals[index] if sliced else literal)
        return inputs


class Failures:
    """The messages of failed items: equal ones once, with the indexes they belong to, and bounded as a whole."""

    def __init__(self) -> None:
        self._indexes: dict[str, array[int]] = {}
        self._size = 0
        self._untold = 0

    def add(self, index: int, message: str) -> None:
        known = self._indexes.get(message)
        if known is not None:
            known.append(index)
        elif self._size + len(message) <= _MESSAGE_BYTES or not self._indexes:
            self._indexes[message] = array("I", [index])
            self._size += len(message)
        else:
            self._untold += 1

    def copy(self) -> Failures:
        """The same messages, to add more to."""
        copied = Failures()
        copied._indexes = {message: array("I", indexes) for message, indexes in self._indexes.items()}
        copied._size, copied._untold = self._size, self._untold
        return copied

    def summary(self) -> str:
        """One line for each message, after the indexes it belongs to: ``[0][3-5]: disk full``."""
        lines = [f"{_ranges(indexes)}: {message[:_MESSAGE_BYTES]}" for message, indexes in self._indexes.items()]
        if self._untold:
            lines.append(f"... and {self._untold} more failed.")
        return "\n".join(lines)


def _ranges(indexes: Iterable[int]) -> str:
    return "".join(f"[{first}]" if first == last else f"[{first}-{last}]" for first, last in _runs(sorted(indexes)))


def _runs(indexes: list[int]) -> Iterator[tuple[int, int]]:
    for _, group in groupby(enumerate(indexes), lambda pair: pair[1] - pair[0]):
        members = [index for _, index in group]
        yield members[0], members[-1]
