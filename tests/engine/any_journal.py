"""A journal of one random execution: what a store keeps, and a world that answers each command in one way only."""

from __future__ import annotations

import random
from collections.abc import Hashable
from datetime import timedelta
from typing import Any

from graphs import START_TIME, integer, literal_map
from random_graphs import dynamic_closure, fate, integers, random_closure

from glidepath.admin.arrays import is_item
from glidepath.engine import ExecutionState, Plan, Settings, Transition, advance, apply
from glidepath.engine.codec import decode, encode
from glidepath.engine.commands import (
    AbortAttempt,
    AbortChild,
    AwaitSignal,
    Command,
    LookupCache,
    SetTimer,
    StartAttempt,
    StartChild,
)
from glidepath.engine.events import (
    AttemptExpanded,
    AttemptFailed,
    AttemptSucceeded,
    CacheAnswered,
    ChildEnded,
    Event,
    Launched,
    Proceed,
    Resumed,
    SignalSet,
    TimerFired,
)
from glidepath.engine.items import EndedItem
from glidepath.engine.records import ItemRecord, NodeRecord, TaskRecord
from glidepath.engine.resume import load, outstanding
from glidepath.engine.state import LIVE_PHASES, Recovery
from glidepath.idl import core
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_WORKFLOW_PHASES

Status = core.CatalogCacheStatus
_EXECUTION = core.WorkflowExecutionIdentifier(project="p", domain="d", name="e")


class Journal:
    """Drives one execution and keeps what a store would: rows that were reported, values, the cache, plans by URI."""

    def __init__(self, seed: int, most: int = 0, misfortune: int = 0, begins: int = 200) -> None:
        self.misfortune = misfortune
        self.plan = Plan(random_closure(seed))
        self.settings = Settings("file:///m/p-d-e", "file:///raw", max_parallelism=most, system_retries=1, begins=begins)
        self.values: dict[str, core.LiteralMap] = {}
        self.state = ExecutionState(_EXECUTION, self.plan, self.settings, self.values)
        self.rows: dict[str, bytes] = {}
        self.ended: dict[str, list[EndedItem]] = {}
        self.phases: dict[str, int] = {}
        self.plans: dict[str, core.CompiledWorkflowClosure] = {}
        self.cache: dict[tuple[str, tuple[int, ...]], core.LiteralMap] = {}
        self.reserved: dict[tuple[str, tuple[int, ...]], str] = {}
        self.successes: list[tuple[str, int]] = []
        self.pending: dict[Hashable, Command] = {}
        self.error: core.ExecutionError | None = None
        self.recovery: Recovery | None = None

    def kept(self, uid: str) -> bool:
        """Whether the success of a node is still a success in the end: a dynamic task's attempt may succeed, its graph fail."""
        return self.phases.get(uid) == core.NodeExecution.SUCCEEDED or any(
            item.phase == core.NodeExecution.SUCCEEDED and uid.endswith(f"-n{item.number}") and uid.startswith(array)
            for array, items in self.ended.items()
            for item in items
        )

    def send(self, event: Event) -> None:
        while self.step(event).more:
            event = Proceed(event.at)

    def step(self, event: Event) -> Transition:
        self.state.recovery = self.recovery
        transition: Transition = advance(self.state, event)
        self.values.update(transition.outputs)
        for record in transition.records:
            if isinstance(record, NodeRecord):
                self.rows.setdefault(record.uid, b"")
                self.phases[record.uid] = record.phase
            elif isinstance(record, TaskRecord | ItemRecord) and record.phase == core.TaskExecution.SUCCEEDED:
                self.successes.append((record.uid, record.attempt))
            if not isinstance(record, ItemRecord):
                self.error = record.error or self.error
        for uid, node in transition.nodes.items():
            if uid in self.rows or is_item(self.state, transition, node):
                self.rows[uid] = encode(node)
        for uid, change in transition.items.items():
            self.ended.setdefault(uid, []).extend(change.ended)
        for entry in transition.cached:
            self.cache[(entry.task.id.name, tuple(integers(entry.inputs)))] = entry.outputs
        for uid in transition.released:
            self.reserved = {work: owner for work, owner in self.reserved.items() if owner != uid}
        apply(self.state, transition)
        for command in transition.commands:
            self.order(command)
        return transition

    def order(self, command: Command) -> None:
        if isinstance(command, AbortAttempt):
            self.pending.pop(("attempt", command.uid, command.attempt), None)
        elif isinstance(command, AbortChild):
            self.pending.pop(("child", command.uid), None)
        else:
            self.pending[name_of(command)] = command

    def crash(self) -> None:
        """The process dies: rows, values and cache are left; whatever was asked for must be asked for again."""
        if self.state.phase in TERMINAL_WORKFLOW_PHASES:
            return
        self.forget_stale()
        before, lost = self.state, self.pending
        rows = [decode(data) for data in self.rows.values()]
        rows = [row for row in rows if row.scope not in self.ended or row.phase in LIVE_PHASES]
        plan_of = lambda uri: Plan(self.plans[uri])  # noqa: E731
        self.state = load(_EXECUTION, self.plan, self.settings, self.values, rows, plan_of, self.ended)
        self.pending = {}
        for command in outstanding(self.state, START_TIME):
            self.order(command)
        self.send(Resumed(START_TIME))
        live = {uid for uid, node in before.nodes.items() if node.phase in LIVE_PHASES}
        wanted = {name for name, command in lost.items() if command.uid in live and command.uid not in self.state.backlog}
        assert wanted <= set(self.pending)
        assert self.state.running == before.running
        assert self.state.phase == before.phase

    def forget_stale(self) -> None:
        """Drop what nobody waits for any more: timers of attempts that ended, commands of nodes that did."""
        nodes = self.state.nodes
        self.pending = {
            name: command
            for name, command in self.pending.items()
            if (node := nodes.get(command.uid)) is not None
            and node.phase in LIVE_PHASES
            and node.attempt == getattr(command, "attempt", node.attempt)
        }

    def waits(self, command: Command) -> bool:
        """Whether another node runs the same cached work."""
        if not isinstance(command, LookupCache) or not command.reserve:
            return False
        work = work_of(command)
        return work not in self.cache and self.reserved.get(work, command.uid) != command.uid

    def answer(self, command: Command) -> Event:
        if isinstance(command, StartAttempt):
            return self.attempted(command)
        if isinstance(command, LookupCache):
            return self.looked_up(command)
        if isinstance(command, AwaitSignal):
            literal = integer(fate(command.signal_id))
            if command.approval:
                literal.scalar.primitive.boolean = fate(command.uid, "ok") >= self.misfortune
            return SignalSet(command.uid, START_TIME, literal)
        if isinstance(command, StartChild):
            if fate(command.name) < self.misfortune:
                error = core.ExecutionError(code="USER:Child", message=command.name, kind=core.ExecutionError.USER)
                return ChildEnded(command.uid, command.attempt, START_TIME, core.WorkflowExecution.FAILED, None, error)
            outputs = literal_map(o0=sum(integers(command.inputs)) + 2)
            return ChildEnded(command.uid, command.attempt, START_TIME, core.WorkflowExecution.SUCCEEDED, outputs)
        assert isinstance(command, SetTimer)
        return TimerFired(command.uid, command.attempt, command.kind, command.at)

    def attempted(self, command: StartAttempt) -> Event:
        uid, attempt, name = command.uid, command.attempt, command.task.id.name
        assert (uid, attempt) not in self.successes
        if fate(uid, attempt) < self.misfortune:
            system = fate(uid, attempt, "whose") < 30
            kind = core.ExecutionError.SYSTEM if system else core.ExecutionError.USER
            error = core.ExecutionError(code="X", message=f"{uid} broke", kind=kind)
            return AttemptFailed(uid, attempt, START_TIME, error, recoverable=fate(uid, attempt, "again") < 80)
        if name == "dynamic":
            uri = f"{command.data_dir}/{attempt}/closure.pb"
            self.plans[uri] = dynamic_closure(fate(uid.partition("-")[0], "plan"))
            return AttemptExpanded(uid, attempt, START_TIME, self.plans[uri], uri, f"{command.data_dir}/{attempt}/futures.pb")
        return AttemptSucceeded(uid, attempt, START_TIME, literal_map(o0=sum(integers(command.inputs)) + 1))

    def looked_up(self, command: LookupCache) -> Event:
        work = work_of(command)
        found = self.cache.get(work)
        if found is not None:
            return CacheAnswered(command.uid, command.attempt, START_TIME, Status.CACHE_HIT, None, found)
        reservation = core.CatalogReservation.RESERVATION_DISABLED
        if command.reserve:
            self.reserved[work] = command.uid
            reservation = core.CatalogReservation.RESERVATION_ACQUIRED
        return CacheAnswered(command.uid, command.attempt, START_TIME, Status.CACHE_MISS, None, None, reservation)


def work_of(command: LookupCache) -> tuple[str, tuple[int, ...]]:
    return command.task.id.name, tuple(integers(command.inputs))


def name_of(command: Command) -> Hashable:
    kinds: dict[type, tuple[Any, ...]] = {
        StartAttempt: ("attempt",),
        LookupCache: ("lookup",),
        AwaitSignal: ("signal",),
        StartChild: ("child",),
        SetTimer: ("timer", getattr(command, "kind", "")),
    }
    attempt = (getattr(command, "attempt", 0),) if isinstance(command, StartAttempt | SetTimer) else ()
    return (*kinds[type(command)], command.uid, *attempt)


def run_to_end(journal: Journal, order: int, cuts: frozenset[int] = frozenset()) -> Journal:
    """Launch, and answer what was asked for in an order of its own, with crashes between."""
    chance = random.Random(order)
    journal.send(Launched(START_TIME, literal_map(n=3)))
    for step in range(1, 5000):
        if step in cuts:
            journal.crash()
        journal.forget_stale()
        ready = [name for name in sorted(journal.pending, key=repr) if not journal.waits(journal.pending[name])]
        if not ready:
            break
        now = START_TIME + timedelta(seconds=step)
        journal.send(journal.answer(journal.pending.pop(chance.choice(ready)))._replace(at=now))
    assert journal.state.phase in TERMINAL_WORKFLOW_PHASES
    return journal


def check_end(journal: Journal) -> None:
    assert journal.state.running == 0
    assert len(journal.successes) == len(set(journal.successes))
    assert not {uid: phase for uid, phase in journal.phases.items() if phase not in TERMINAL_NODE_PHASES}
    assert not journal.reserved
