"""Drives the engine for every live execution of this server.

One thread takes events from one inbox, lets the engine advance, commits all transitions of a round together, and only then
carries out their commands. So what anybody hears is in the store, and what was in flight at a crash is asked for again.
"""

from __future__ import annotations

import logging
import threading
import time
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import TypeAlias

from glidepath.admin.arrays import item_of
from glidepath.admin.cache.lookups import Lookups
from glidepath.admin.cache.reservations import Slot
from glidepath.admin.dispatch import Dispatcher
from glidepath.admin.ends import Ends
from glidepath.admin.errands import Errands
from glidepath.admin.expanding import Expander, Planned
from glidepath.admin.faults import passes
from glidepath.admin.files import Files
from glidepath.admin.gates import Gates
from glidepath.admin.happenings import Adopted, Again, Answered, Broken, ChildOver, Happening, Terminate, ToOneInProgress, Wake
from glidepath.admin.inbox import Inbox
from glidepath.admin.journal import Journal
from glidepath.admin.live import Key, Live, execution_of, key_of
from glidepath.admin.loading import ChildEnd, Loader
from glidepath.admin.offspring import Children, Offspring
from glidepath.admin.timers import Timers
from glidepath.engine import Transition, advance, apply
from glidepath.engine.commands import AbortAttempt, AwaitSignal, Command, LookupCache, SetTimer, StartAttempt, StartChild
from glidepath.engine.events import AbortRequested, ChildEnded, Event, Launched, Proceed, Resumed, SignalSet, TimerFired
from glidepath.engine.records import ExecutionRecord
from glidepath.engine.resume import outstanding
from glidepath.executors.protocol import Report
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_WORKFLOW_PHASES
from glidepath.storage.protocol import Storage

log = logging.getLogger(__name__)

_ROUND = 500
"""Events of one commit at the most, of all executions in turn, so that a flood cannot delay the first of them without bound."""
_RETRY_SECONDS = 1.0
_LINGER_SECONDS = 0.02
"""How long progress that asks for nothing may wait for what follows it, to share its commit."""
_ERRANDS = 2


_NO_EXECUTION: Key = ("", "", "")

Message: TypeAlias = "tuple[Key, Happening] | Report | None"


class Stopped(Exception):
    """The server ends while the disk or the database fails: what is not written is left to the next server."""


class Orchestrator:
    """Runs executions from launch to end. ``start`` goes on with those that were live when the last server stopped."""

    def __init__(
        self,
        loader: Loader,
        journal: Journal,
        storage: Storage,
        dispatcher: Dispatcher,
        lookups: Lookups,
        clock: Callable[[], datetime],
    ) -> None:
        self._loader = loader
        self._journal = journal
        self._dispatcher = dispatcher
        self._lookups = lookups
        self._clock = clock
        self._offspring: Offspring
        self._ends = Ends()
        self._errands = Errands("errands", _ERRANDS)
        self._gates = Gates(loader, self._errands, self._tell)
        self._expander = Expander(loader, storage, self._errands, self._tell)
        self._inbox: Inbox[Key, Message] = Inbox()
        self._live: dict[Key, Live] = {}
        self._timers: Timers[Happening] = Timers()
        self._todo: list[tuple[Key, Callable[[], None]]] = []
        """What to do after the next commit, and for which execution."""
        self._commit_at: float | None = None
        self._stopping = threading.Event()
        self._files = Files(storage, self._until_done)
        self._thread = threading.Thread(target=self._run, name="orchestrator", daemon=True)

    # --- called from any thread

    @property
    def ends(self) -> Ends:
        """Who waits for the end of which execution."""
        return self._ends

    def start(self, children: Children) -> None:
        """Begin; executions of an earlier server go on."""
        self._offspring = Offspring(children, self._loader, self._tell)
        self._dispatcher.start(self._hear)
        self._lookups.start(self._tell)
        for execution in self._loader.live_executions():
            self._tell(key_of(execution), Wake())
        self._tell(_NO_EXECUTION, Adopted())
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current round. Attempts go on; the next server adopts them."""
        self._stopping.set()
        self._inbox.put(_NO_EXECUTION, None)
        if self._thread.is_alive():
            self._thread.join()
            self._offspring.close()
        self._errands.close()
        self._lookups.close()
        self._dispatcher.close()
        self._files.close()

    def launched(self, execution: core.WorkflowExecutionIdentifier) -> None:
        """A new execution stands in the store."""
        self._tell(key_of(execution), Wake())

    def terminate(self, execution: core.WorkflowExecutionIdentifier, cause: str, principal: str) -> None:
        """An execution's phase is ABORTING now."""
        self._tell(key_of(execution), Terminate(cause, principal))

    def signalled(self, execution: core.WorkflowExecutionIdentifier, signal_id: str, value: core.Literal) -> None:
        """A signal has a value."""
        self._tell(key_of(execution), Answered(signal_id, value))

    def freed(self, slots: Iterable[Slot]) -> None:
        """Somebody outside keeps cached outputs now, or computes them no longer."""
        self._lookups.wake(slots)

    def _tell(self, key: Key, what: Happening) -> None:
        self._inbox.put(key, (key, what))

    def _hear(self, report: Report) -> None:
        self._inbox.put(self._dispatcher.whose(report.name) or _NO_EXECUTION, report)

    # --- the orchestrator's thread

    def _run(self) -> None:
        try:
            while not self._stopping.is_set():
                self._round(self._take())
            self._until_done(self._journal.commit, "commit")
        except Stopped:
            log.warning("stopped before the last progress could be written; the next start finds it again")

    def _take(self) -> list[Message]:
        """Everything that waits, at least one thing, or the timers that are due, or nothing when it is time to commit."""
        waits = [self._timers.seconds_left(self._clock())]
        if self._commit_at is not None:
            waits.append(max(0.0, self._commit_at - time.monotonic()))
        taken = self._inbox.take(_ROUND, min((wait for wait in waits if wait is not None), default=None))
        now = self._clock()
        for key, what in self._timers.due(now):
            taken.append((key, what._replace(at=now) if isinstance(what, TimerFired) else what))
        return taken

    def _round(self, taken: Sequence[Message]) -> None:
        """Advance, commit, and only then let anybody hear of it. What nobody needs to hear of may wait for the next commit."""
        for message in taken:
            self._handle(message)
        if self._todo or (self._commit_at is not None and time.monotonic() >= self._commit_at):
            self._until_done(self._journal.commit, "commit")
            self._lookups.wake(self._journal.freed())
            self._commit_at = None
            todo, self._todo = self._todo, []
            for key, action in todo:
                self._act(key, action)
        elif self._journal.pending and self._commit_at is None:
            self._commit_at = time.monotonic() + _LINGER_SECONDS

    def _act(self, key: Key, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception as error:  # noqa: BLE001  the edge of the thread: one command must not stop the others
            self._tell(key, Broken(error))

    def _handle(self, message: Message) -> None:
        try:
            found = self._event_of(message)
        except Exception as error:  # noqa: BLE001  one execution's trouble must not stop the others
            key = message[0] if isinstance(message, tuple) else None
            if isinstance(message, tuple) and passes(error):
                self._postpone(message[0], message[1], error)
            else:
                self._give_up(key, error)
            return
        if found is not None:
            self._deliver(*found)

    def _deliver(self, live: Live, event: Event) -> None:
        """Let an execution advance; where the machine prevents it, it stands still, its events in order, until that passes."""
        if live.postponed:
            live.postponed.append(event)
            return
        try:
            self._step(live, event)
        except Stopped:
            raise
        except Exception as error:  # noqa: BLE001  one execution's trouble must not stop the others
            if not passes(error):
                self._give_up(live.key, error)
                return
            live.postponed.append(event)
            self._postpone(live.key, Again(), error)

    def _postpone(self, key: Key, what: Happening, error: Exception) -> None:
        log.error("execution %s cannot go on now, trying again in %s s: %s", key, _RETRY_SECONDS, error)
        self._timers.set(self._clock() + timedelta(seconds=_RETRY_SECONDS), key, what)

    def _event_of(self, message: Message) -> tuple[Live, Event] | None:
        """The execution that a message is about, and the engine's event; None where there is nothing to advance."""
        if message is None:
            return None
        if isinstance(message, Report):
            reported = self._dispatcher.event_of(message)
            live = self._live.get(reported[0]) if reported is not None else None
            if reported is None or live is None:
                return None
            if isinstance(reported[1], Planned):
                self._expander.expand(live, reported[1])
                return None
            return live, reported[1]
        key, what = message
        if isinstance(what, Wake):
            return self._wake(key)
        if isinstance(what, Adopted):
            self._todo.append((key, self._dispatcher.sweep))
            return None
        live = self._live.get(key)
        return self._event_in(live, what) if live is not None else None

    def _event_in(self, live: Live, what: ToOneInProgress) -> tuple[Live, Event] | None:
        """What something that happened to an execution in progress is to the engine."""
        if isinstance(what, Broken):
            raise what.error
        if isinstance(what, Again):
            postponed, live.postponed = live.postponed, []
            for event in postponed:
                self._deliver(live, event)
            return None
        if isinstance(what, Terminate):
            self._loader.refresh_abort(live)
            return live, AbortRequested(self._clock(), what.cause, what.principal)
        if isinstance(what, Answered):
            for uid in sorted(live.gates.pop(what.signal_id, ())):
                self._deliver(live, SignalSet(uid, self._clock(), what.value))
            return None
        if isinstance(what, ChildOver):
            if what.uid in live.eager:  # its attempt watches its children itself
                return None
            node = live.state.nodes.get(item_of(live.arrays, what.uid, what.child) or what.uid)
            return (live, ChildEnded(node.uid, node.attempt, self._clock(), *what.end)) if node is not None else None
        return live, what

    def _wake(self, key: Key) -> tuple[Live, Event] | None:
        """Load an execution: a new one is launched, one that ran before goes on where it was."""
        if key in self._live:
            return None
        loaded = self._loader.load(execution_of(key))
        if loaded is None:
            return None
        live, now = loaded.live, self._clock()
        commands = outstanding(live.state, now) if loaded.inputs is None else []
        self._live[key] = live
        self._todo += [(key, self._resumption(live, command)) for command in commands]
        if live.closure.phase == core.WorkflowExecution.ABORTING:
            abort = live.closure.abort_metadata
            return live, AbortRequested(now, abort.cause, abort.principal)
        if loaded.orphan:
            self._todo.append((key, lambda: self._offspring.end_orphan(live)))
            return None
        return live, (Launched(now, loaded.inputs) if loaded.inputs is not None else Resumed(now))

    def _step(self, live: Live, event: Event) -> None:
        transition = advance(live.state, event)
        if not transition:
            return
        for uid, value in transition.outputs.items():
            live.values.keep(uid, value)
        keeping = self._lookups.prepare(live, transition)
        self._files.write([*transition.files, *keeping.files])
        self._journal.add(live, transition, keeping)
        for uid in transition.released:
            self._lookups.withdraw(live.key, uid)
        apply(live.state, transition)
        if transition.more:
            self._tell(live.key, Proceed(self._clock()))
        self._todo += [(live.key, self._action(live, command)) for command in transition.commands]
        for uid in live.eager.intersection(transition.nodes):
            if transition.nodes[uid].phase in TERMINAL_NODE_PHASES:
                self._end_children(live, uid)
        if transition.phase in TERMINAL_WORKFLOW_PHASES:
            self._forget(live.key)
            self._todo.append((live.key, lambda: self._tell_parent(live, transition)))

    def _end_children(self, live: Live, uid: str) -> None:
        """What an eager node's attempts left running ends with the node."""
        live.eager.discard(uid)
        self._todo.append((live.key, lambda: self._offspring.end_launched_by(live, uid)))

    def _forget(self, key: Key) -> None:
        """The execution has ended; with the next commit all who wait for that hear of it."""
        self._todo.append((key, lambda: self._ends.ended(key)))
        self._live.pop(key, None)
        self._timers.drop(key)
        self._lookups.withdraw(key)

    def _give_up(self, key: Key | None, error: Exception) -> None:
        """An execution that cannot be loaded or advanced has failed, and says why; what it started is stopped."""
        log.error("execution %s cannot go on", key, exc_info=error)
        if key is None:
            return
        live, execution, why = self._live.get(key), execution_of(key), f"the engine cannot go on: {error!r}"
        self._forget(key)
        self._journal.fail(execution, why)
        self._todo.append((key, lambda: self._dispatcher.abandon(key, why)))
        if live is not None:
            self._todo.append((key, partial(self._offspring.abandon, live, why)))
        self._todo.append((key, lambda: self._offspring.tell_parent(execution)))

    def _until_done(self, action: Callable[[], None], what: str) -> None:
        """Try until it works: a full disk or a lost database stops progress, and loses nothing. Raises Stopped at the end."""
        while True:
            try:
                action()
                return
            except Exception as error:
                log.error("cannot %s, trying again in %s s: %s", what, _RETRY_SECONDS, error)
                if self._stopping.wait(_RETRY_SECONDS):
                    raise Stopped from error

    # --- commands

    def _action(self, live: Live, command: Command) -> Callable[[], None]:
        """What carries a command out, for after the commit."""
        if isinstance(command, StartAttempt):
            _note_eager(live, command)
            return lambda: self._dispatcher.submit(live, command)
        if isinstance(command, AbortAttempt):
            return lambda: self._dispatcher.abort(live, command)
        if isinstance(command, SetTimer):
            fired = TimerFired(command.uid, command.attempt, command.kind, command.at)
            return lambda: self._set_timer(live, command.at, fired)
        if isinstance(command, LookupCache):
            return lambda: self._lookups.ask(live, command)
        if isinstance(command, AwaitSignal):
            return lambda: self._gates.wait(live, command)
        if isinstance(command, StartChild):
            return lambda: self._offspring.launch(live, command)
        return lambda: self._offspring.end(live, command.name, command.reason)

    def _set_timer(self, live: Live, at: datetime, fired: TimerFired) -> None:
        if live.key in self._live:  # it may have ended in the same round
            self._timers.set(at, live.key, fired)

    def _resumption(self, live: Live, command: Command) -> Callable[[], None]:
        """What carries a command out that an earlier server may have carried out already."""
        if isinstance(command, StartAttempt):
            _note_eager(live, command)
            return lambda: self._dispatcher.adopt(live, [command])
        return self._action(live, command)

    def _tell_parent(self, live: Live, transition: Transition) -> None:
        parent = live.spec.metadata.parent_node_execution
        if parent.node_id and key_of(parent.execution_id) in self._live:
            ends = [record for record in transition.records if isinstance(record, ExecutionRecord)]
            error = next((end.error for end in reversed(ends) if end.error is not None), None)
            end = ChildEnd(transition.phase, transition.outputs.get(END_NODE_ID), error)
            self._tell(key_of(parent.execution_id), ChildOver(parent.node_id, end, live.state.id.name))


def _note_eager(live: Live, command: StartAttempt) -> None:
    if command.task.metadata.is_eager:
        live.eager.add(command.uid)
