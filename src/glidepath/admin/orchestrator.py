"""Drives the engine for every live execution of this server.

One thread takes events from one inbox, lets the engine advance, commits all transitions of a round together, and only then
carries out their commands. So what anybody hears is in the store, and what was in flight at a crash is asked for again.
"""

from __future__ import annotations

import heapq
import itertools
import logging
import queue
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, TypeAlias

from glidepath.admin.dispatch import Dispatcher
from glidepath.admin.journal import Journal
from glidepath.admin.live import Key, Live, key_of
from glidepath.admin.loading import Loader
from glidepath.engine import Transition, advance, apply
from glidepath.engine.commands import AbortAttempt, AbortChild, Command, SetTimer, StartAttempt, StartChild
from glidepath.engine.events import AbortRequested, ChildEnded, Event, Launched, TimerFired
from glidepath.engine.resume import outstanding
from glidepath.executors.protocol import Report
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES
from glidepath.storage.protocol import Storage

log = logging.getLogger(__name__)

_ROUND = 500
"""Events of one commit at the most, so that a flood cannot delay the first of them without bound."""
_RETRY_SECONDS = 1.0
_WRITERS = 16
_LAUNCHERS = 4


class Children(Protocol):
    """How child executions are launched and ended: the execution service."""

    def launch_child(self, parent: Live, command: StartChild) -> None:
        """Create the child unless it exists. Raises what explains why it cannot be."""
        ...

    def terminate_child(self, parent: Live, name: str, reason: str) -> None:
        """Ask the child to end; one that has ended stays as it is."""
        ...


@dataclass(frozen=True)
class Wake:
    """The store has an execution that this orchestrator does not run yet."""


@dataclass(frozen=True)
class Terminate:
    """Somebody asked to end an execution; the store says ABORTING."""

    cause: str
    principal: str


Message: TypeAlias = "tuple[Key, Event | Wake | Terminate] | Report | None"


class Orchestrator:
    """Runs executions from launch to end. ``start`` goes on with those that were live when the last server stopped."""

    def __init__(
        self,
        loader: Loader,
        journal: Journal,
        storage: Storage,
        dispatcher: Dispatcher,
        clock: Callable[[], datetime],
    ) -> None:
        self._loader = loader
        self._journal = journal
        self._storage = storage
        self._dispatcher = dispatcher
        self._clock = clock
        self._children: Children | None = None
        self._inbox: queue.SimpleQueue[Message] = queue.SimpleQueue()
        self._live: dict[Key, Live] = {}
        self._timers: list[tuple[datetime, int, Key, TimerFired]] = []
        self._order = itertools.count()
        self._stopping = threading.Event()
        self._writers = ThreadPoolExecutor(_WRITERS, "storage")
        self._launchers = ThreadPoolExecutor(_LAUNCHERS, "launch")
        self._thread = threading.Thread(target=self._run, name="orchestrator", daemon=True)

    # --- called from any thread

    def start(self, children: Children) -> None:
        """Begin; executions of an earlier server go on."""
        self._children = children
        self._dispatcher.start(self._inbox.put)
        for execution in self._loader.live_executions():
            self._inbox.put((key_of(execution), Wake()))
        self._thread.start()

    def stop(self) -> None:
        """Stop after the current round. Attempts go on; the next server adopts them."""
        self._stopping.set()
        self._inbox.put(None)
        if self._thread.is_alive():
            self._thread.join()
        self._dispatcher.close()
        self._writers.shutdown(wait=False)
        self._launchers.shutdown(wait=False)

    def launched(self, execution: core.WorkflowExecutionIdentifier) -> None:
        """A new execution stands in the store."""
        self._inbox.put((key_of(execution), Wake()))

    def terminate(self, execution: core.WorkflowExecutionIdentifier, cause: str, principal: str) -> None:
        """An execution's phase is ABORTING now."""
        self._inbox.put((key_of(execution), Terminate(cause, principal)))

    # --- the orchestrator's thread

    def _run(self) -> None:
        while not self._stopping.is_set():
            self._round(self._take())

    def _take(self) -> list[Message]:
        """Everything that waits, at least one thing, or the timers that are due."""
        timeout = None
        if self._timers:
            timeout = max(0.0, (self._timers[0][0] - self._clock()).total_seconds())
        taken: list[Message] = []
        try:
            taken.append(self._inbox.get(timeout=timeout))
            while len(taken) < _ROUND:
                taken.append(self._inbox.get_nowait())
        except queue.Empty:
            pass
        now = self._clock()
        while self._timers and self._timers[0][0] <= now:
            _, _, key, fired = heapq.heappop(self._timers)
            taken.append((key, replace(fired, at=now)))
        return taken

    def _round(self, taken: Sequence[Message]) -> None:
        """Advance, commit, and only then let anybody hear of it."""
        todo: list[Callable[[], None]] = []
        for message in taken:
            found = None
            try:
                found = self._event_of(message, todo)
                if found is not None:
                    self._step(*found, todo)
            except Exception as error:  # noqa: BLE001  one execution's trouble must not stop the others
                self._give_up(found[0].key if found else _key_of(message), error)
        if self._until_done(self._journal.commit, "commit"):
            for action in todo:
                self._act(action)

    def _act(self, action: Callable[[], None]) -> None:
        try:
            action()
        except Exception:  # the edge of the thread: a command that fails must not stop the others
            log.exception("a command failed")

    def _event_of(self, message: Message, todo: list[Callable[[], None]]) -> tuple[Live, Event] | None:
        """The execution that a message is about, and the engine's event; None where there is nothing to advance."""
        if isinstance(message, Report):
            reported = self._dispatcher.event_of(message)
            live = self._live.get(reported[0]) if reported is not None else None
            return (live, reported[1]) if reported is not None and live is not None else None
        if message is None:
            return None
        key, what = message
        if isinstance(what, Wake):
            return self._wake(key, todo)
        live = self._live.get(key)
        if live is None:
            return None
        if isinstance(what, Terminate):
            live.closure = self._loader.closure_of(live.state.id)
            return live, AbortRequested(self._clock(), what.cause, what.principal)
        return live, what

    def _wake(self, key: Key, todo: list[Callable[[], None]]) -> tuple[Live, Event] | None:
        """Load an execution: a new one is launched, one that ran before goes on where it was."""
        if key in self._live:
            return None
        loaded = self._loader.load(core.WorkflowExecutionIdentifier(project=key[0], domain=key[1], name=key[2]))
        if loaded is None:
            return None
        live, inputs = loaded
        self._live[key] = live
        if inputs is None:
            commands = outstanding(live.state, self._clock())
            attempts = [command for command in commands if isinstance(command, StartAttempt)]
            todo.append(lambda: self._dispatcher.adopt(live, attempts))
            todo += [self._action(live, command) for command in commands if not isinstance(command, StartAttempt)]
        if live.closure.phase == core.WorkflowExecution.ABORTING:
            abort = live.closure.abort_metadata
            return live, AbortRequested(self._clock(), abort.cause, abort.principal)
        return (live, Launched(self._clock(), inputs)) if inputs is not None else None

    def _step(self, live: Live, event: Event, todo: list[Callable[[], None]]) -> None:
        transition = advance(live.state, event)
        if not transition:
            return
        for uid, value in transition.outputs.items():
            live.values.keep(uid, value)
        self._write(transition.files)
        self._journal.add(live, transition)
        apply(live.state, transition)
        todo += [self._action(live, command) for command in transition.commands]
        if transition.phase in TERMINAL_WORKFLOW_PHASES:
            self._live.pop(live.key, None)
            todo.append(lambda: self._tell_parent(live, transition))

    def _give_up(self, key: Key | None, error: Exception) -> None:
        """An execution that cannot be loaded or advanced has failed, and says why."""
        log.exception("execution %s cannot go on", key)
        if key is None:
            return
        self._live.pop(key, None)
        execution = core.WorkflowExecutionIdentifier(project=key[0], domain=key[1], name=key[2])
        self._journal.fail(execution, self._loader.closure_of(execution), f"the engine cannot go on: {error!r}")

    def _write(self, files: Sequence[tuple[str, core.LiteralMap]]) -> None:
        """Put literal maps where attempts and clients read them; side by side when there are several."""
        puts = [(uri, value.SerializeToString(deterministic=True)) for uri, value in files]
        if len(puts) == 1:
            self._put(*puts[0])
        else:
            list(self._writers.map(lambda put: self._put(*put), puts))

    def _put(self, uri: str, data: bytes) -> None:
        self._until_done(lambda: self._storage.put(uri, data), f"write {uri}")

    def _until_done(self, action: Callable[[], None], what: str) -> bool:
        """Try until it works: a full disk or a lost database stops progress, and loses nothing. False when told to stop."""
        while True:
            try:
                action()
                return True
            except Exception as error:  # noqa: BLE001  whatever the disk or the database says, the answer is to wait
                log.error("cannot %s, trying again in %s s: %s", what, _RETRY_SECONDS, error)
                if self._stopping.wait(_RETRY_SECONDS):
                    return False

    # --- commands

    def _action(self, live: Live, command: Command) -> Callable[[], None]:
        """What carries a command out, for after the commit."""
        if isinstance(command, StartAttempt):
            return lambda: self._dispatcher.submit(live, command)
        if isinstance(command, AbortAttempt):
            return lambda: self._dispatcher.abort(live, command)
        if isinstance(command, SetTimer):
            return lambda: self._set_timer(live, command)
        if isinstance(command, StartChild):
            return lambda: self._submit(lambda: self._launch_child(live, command))
        return lambda: self._submit(lambda: self._abort_child(live, command))

    def _submit(self, action: Callable[[], None]) -> None:
        self._launchers.submit(action)

    def _set_timer(self, live: Live, command: SetTimer) -> None:
        fired = TimerFired(command.uid, command.attempt, command.kind, command.at)
        heapq.heappush(self._timers, (command.at, next(self._order), live.key, fired))

    def _abort_child(self, live: Live, command: AbortChild) -> None:
        if self._children is not None:
            self._children.terminate_child(live, command.name, command.reason)

    def _launch_child(self, live: Live, command: StartChild) -> None:
        """Launch a child, or find the one that an earlier try launched, which may have ended since."""
        if self._children is None:
            return
        try:
            self._children.launch_child(live, command)
            ended = self._loader.ended_child(live.state.id, command.name)
        except Exception as error:  # noqa: BLE001  whatever refused the child is the node's error
            log.info("child %s was refused: %s", command.name, error)
            refusal = core.ExecutionError(code="ChildLaunchFailed", message=str(error), kind=core.ExecutionError.USER)
            ended = (core.WorkflowExecution.FAILED, None, refusal)
        if ended is not None:
            self._inbox.put((live.key, ChildEnded(command.uid, command.attempt, self._clock(), *ended)))

    def _tell_parent(self, live: Live, transition: Transition) -> None:
        parent = live.spec.metadata.parent_node_execution
        outer = self._live.get(key_of(parent.execution_id)) if parent.node_id else None
        node = outer.state.nodes.get(parent.node_id) if outer is not None else None
        if outer is None or node is None:
            return
        error = next((record.error for record in reversed(transition.records) if record.error is not None), None)
        outputs = transition.outputs.get(END_NODE_ID)
        ended = ChildEnded(parent.node_id, node.attempt, self._clock(), transition.phase, outputs, error)
        self._inbox.put((outer.key, ended))


def _key_of(message: Message) -> Key | None:
    return message[0] if isinstance(message, tuple) else None
