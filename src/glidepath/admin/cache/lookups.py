"""Answers to nodes that ask the cache: a hit, a miss, or, for serialised tasks, the turn to compute.

Everything happens on threads of its own, since storage may be slow. Who waits for another's computation waits here and is
looked at again when the one that computes has ended: nobody polls.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from glidepath.admin.cache import catalog, reservations
from glidepath.admin.cache.catalog import Found
from glidepath.admin.cache.keeping import Keeping, prepare
from glidepath.admin.cache.presence import Presence
from glidepath.admin.cache.reservations import Owner, Slot, slot_of
from glidepath.admin.errands import Errands
from glidepath.admin.live import Key, Live
from glidepath.admin.store import Store
from glidepath.engine import Transition
from glidepath.engine.cache_differences import Work, work_of
from glidepath.engine.cache_keys import CacheKey
from glidepath.engine.commands import LookupCache
from glidepath.engine.events import CacheAnswered
from glidepath.errors import FlyteDataNotFoundException, FlyteException
from glidepath.idl import core
from glidepath.idl.ids import generated_name
from glidepath.idl.literal_uris import places_in
from glidepath.storage.protocol import Storage

log = logging.getLogger(__name__)

_THREADS = 8
_HIT, _MISS = core.CatalogCacheStatus.CACHE_HIT, core.CatalogCacheStatus.CACHE_MISS
_FAILED = core.CatalogCacheStatus.CACHE_LOOKUP_FAILURE
_ACQUIRED = core.CatalogReservation.RESERVATION_ACQUIRED


@dataclass(eq=False)
class _Question:
    """A node that asked. All but ``withdrawn`` stays as it is made."""

    execution: Key
    command: LookupCache
    key: CacheKey
    owner: Owner
    withdrawn: bool = False
    """Nobody waits for the answer any more."""

    @property
    def slot(self) -> Slot:
        return slot_of(self.key.dataset, self.key.tag)


class Lookups:
    """Asked by the orchestrator's thread, answered on others."""

    def __init__(
        self,
        store: Store,
        storage: Storage,
        folder: str,
        clock: Callable[[], datetime],
        max_age: timedelta = timedelta(0),
    ) -> None:
        """folder: URI below which outputs go that are too big for a row. max_age: outputs that are older are not used; zero is
        no limit."""
        self._store = store
        self._storage = storage
        self._folder = folder
        self._clock = clock
        self._max_age = max_age
        self._presence = Presence(storage)
        self._errands = Errands("cache", _THREADS)
        self._tell: Callable[[Key, CacheAnswered], None]
        self._lock = threading.Lock()
        self._open: dict[Key, dict[str, _Question]] = {}
        """Every question without an answer, by ``uid``."""
        self._waiting: dict[Slot, set[_Question]] = {}
        """Questions that :meth:`wake` finds, also while a thread looks: who takes one out answers it or looks again."""
        self._told: dict[Key, dict[str, Work]] = {}
        """What nodes that found nothing will keep, by ``uid``: it takes too long to compute on the orchestrator's thread."""
        self._alarms: set[threading.Timer] = set()

    def start(self, tell: Callable[[Key, CacheAnswered], None]) -> None:
        """Begin; answers go to ``tell``, from any thread."""
        self._tell = tell

    def close(self) -> None:
        """Stop; who has no answer asks the next server."""
        with self._lock:
            alarms, self._alarms = self._alarms, set()
        for alarm in alarms:
            alarm.cancel()
        self._errands.close()
        self._presence.close()

    def ask(self, live: Live, command: LookupCache) -> None:
        """Look for outputs; the answer comes as an event."""
        execution = live.key
        self._told.setdefault(execution, {})
        owner = Owner(generated_name(live.state.id.name, command.uid, command.attempt), execution, command.uid)

        def look() -> None:
            work = work_of(command.task, command.inputs)
            if not work.key.cache_version:
                raise FlyteException(f"task {work.key.task} is cached without a version")
            told = self._told.get(execution)
            if told is not None:
                told[command.uid] = work
            question = _Question(execution, command, work.key, owner)
            with self._lock:
                self._open.setdefault(execution, {})[command.uid] = question
            self._look(question)

        self._do(execution, command, look)

    def prepare(self, live: Live, transition: Transition) -> Keeping:
        """The outputs that a transition keeps, ready for its commit."""
        return prepare(live, transition, self._folder, partial(self.told, live.key))

    def told(self, execution: Key, uid: str) -> Work | None:
        """What the lookup of a node computed; once."""
        return self._told.get(execution, {}).pop(uid, None)

    def wake(self, slots: Iterable[Slot]) -> None:
        """Somebody stopped computing, or keeps outputs now: who waits for that is looked at again."""
        for slot in slots:
            with self._lock:
                questions = self._waiting.pop(slot, set())
            for question in questions:
                self._do(question.execution, question.command, partial(self._look, question))

    def withdraw(self, execution: Key, uid: str | None = None) -> None:
        """An execution, or one of its nodes, has ended: nobody waits for the answers to it."""
        if uid is None:
            self._told.pop(execution, None)
        with self._lock:
            found = self._open.get(execution, {})
            for question in [each for each in found.values() if uid in (None, each.command.uid)]:
                question.withdrawn = True
                self._remove(question)

    def _remove(self, question: _Question) -> bool:
        """Forget a question, under the lock; False when it was not waiting."""
        found = self._open.get(question.execution, {})
        found.pop(question.command.uid, None)
        if not found:
            self._open.pop(question.execution, None)
        waiting = self._waiting.get(question.slot, set())
        was_there = question in waiting
        waiting.discard(question)
        if not waiting:
            self._waiting.pop(question.slot, None)
        return was_there

    def _give_back(self, question: _Question) -> None:
        """The node ended while it was given the reservation: somebody else may compute."""
        with self._store.write() as connection:
            freed = reservations.release_nodes(connection, [(question.execution, question.command.uid)])
        self.wake(freed)

    def _do(self, execution: Key, command: LookupCache, work: Callable[[], None]) -> None:
        def refused(error: Exception) -> None:
            log.warning("the cache cannot be asked for node %s of %s: %s", command.uid, execution, error)
            self._tell(execution, CacheAnswered(command.uid, command.attempt, self._clock(), _FAILED))

        self._errands.do(f"look into the cache for node {command.uid} of {execution}", work, refused)

    # --- on the threads

    def _look(self, question: _Question) -> None:
        """Find an answer, or leave the question where :meth:`wake` finds it."""
        with self._lock:
            if question.withdrawn:
                return
            self._waiting.setdefault(question.slot, set()).add(question)
        answer = self._hit(question)
        if answer is None and not question.command.reserve:
            answer = self._answer(question, _MISS)
        while answer is None:
            holder = self._reserve(question)
            if holder is None:
                answer = self._hit(question)  # somebody keeps outputs since we looked
            elif holder == question.owner:
                answer = self._answer(question, _MISS)._replace(reservation=_ACQUIRED)
            else:
                self._set_alarm(question.slot, holder)
                return
        self._hand_over(question, answer)

    def _hand_over(self, question: _Question, answer: CacheAnswered) -> None:
        """Tell the answer, unless the question was woken meanwhile, when another thread looks again and tells."""
        with self._lock:
            was_there = self._remove(question) if question in self._waiting.get(question.slot, ()) else False
            withdrawn = question.withdrawn
        if was_there:
            self._tell(question.execution, answer)
        elif withdrawn and answer.reservation == _ACQUIRED:
            self._give_back(question)

    def _answer(self, question: _Question, status: core.CatalogCacheStatus) -> CacheAnswered:
        command = question.command
        return CacheAnswered(command.uid, command.attempt, self._clock(), status, question.key.catalog)

    def _hit(self, question: _Question) -> CacheAnswered | None:
        """The outputs that are kept; None where there are none, or their data are gone."""
        with self._store.read() as connection:
            found = catalog.find_by_tag(connection, question.key.dataset, question.key.tag)
        if found is None or not self._is_good(found):
            return None
        outputs = self._outputs(found)
        missing = found.data_uri if outputs is None else self._first_missing(outputs, question.command.task)
        if outputs is None or missing:
            log.warning("cached outputs of %s are gone: nothing is at %s", question.key.task, missing)
            with self._store.write() as connection:
                catalog.mark_gone(connection, found.row, missing)
            return None
        self.told(question.execution, question.command.uid)
        key = question.key.catalog
        key.artifact_tag.artifact_id = found.id
        if found.source is not None:
            key.source_task_execution.MergeFromString(found.source)
        return self._answer(question, _HIT)._replace(key=key, outputs=outputs)

    def _is_good(self, found: Found) -> bool:
        too_old = bool(self._max_age) and found.created_at < self._clock() - self._max_age
        return not found.gone and not too_old

    def _outputs(self, found: Found) -> core.LiteralMap | None:
        if found.data is not None:
            return core.LiteralMap.FromString(found.data)
        try:
            return core.LiteralMap.FromString(self._storage.get(found.data_uri))
        except FlyteDataNotFoundException:
            return None

    def _first_missing(self, outputs: core.LiteralMap, task: core.TaskTemplate) -> str:
        return self._presence.first_missing(places_in(outputs, task.interface.outputs))

    def _reserve(self, question: _Question) -> Owner | None:
        """Who computes the outputs from now on; None when somebody keeps them already."""
        with self._store.write() as connection:
            found = catalog.find_by_tag(connection, question.key.dataset, question.key.tag)
            if found is not None and self._is_good(found):
                return None
            return reservations.acquire(connection, question.slot, question.owner, self._clock())

    def _set_alarm(self, slot: Slot, holder: Owner) -> None:
        """Look again when the time of an engine outside has run out; nodes of this engine tell when they end."""
        if holder.expires_at is None:
            return
        delay = max(0.0, (holder.expires_at - self._clock()).total_seconds())
        alarm = threading.Timer(delay, self.wake, [[slot]])
        alarm.daemon = True
        with self._lock:
            self._alarms = {each for each in self._alarms if each.is_alive()} | {alarm}
        alarm.start()
