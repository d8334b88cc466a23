"""Leads attempts from submission to their last report. All of it happens on the loop's thread, but what says otherwise."""

from __future__ import annotations

import logging
import shutil
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from glidepath.errors import FlyteException
from glidepath.executors.processes import reports
from glidepath.executors.processes.admission import Admission
from glidepath.executors.processes.config import ProcessConfig
from glidepath.executors.processes.following import Followed, begun, exit_of, recorded_exit
from glidepath.executors.processes.launch import Launch, plan
from glidepath.executors.processes.loop import Loop
from glidepath.executors.processes.nursery import Nursery
from glidepath.executors.processes.parents import Parent, State
from glidepath.executors.processes.rooms import Rooms, Turn, depth_of
from glidepath.executors.processes.staging import CodeStore, link_into
from glidepath.executors.processes.strays import Strays, living_attempts
from glidepath.executors.processes.warm import records
from glidepath.executors.processes.warm.frames import Message
from glidepath.executors.protocol import Attempt, Listener, Outcome, Report
from glidepath.executors.secrets import write_files
from glidepath.executors.templates import task_template_uri
from glidepath.executors.verdict import Exit, final_report, verdict
from glidepath.idl import core
from glidepath.storage.protocol import Storage

log = logging.getLogger(__name__)

_THREADS = 4
_FOLLOW_SECONDS = 0.05
_TEND_SECONDS = 1.0


@dataclass
class _Live:
    """An attempt between its submission and its last report."""

    attempt: Attempt
    launch: Launch
    parent: Parent | None = None
    followed: Followed | None = None
    abort_reason: str | None = None
    ended: bool = False


class Supervisor:
    """All attempts of one executor, the machine's free room, the code and the parents."""

    def __init__(self, config: ProcessConfig, storage: Storage) -> None:
        self._config = config
        self._storage = storage
        self._listener: Listener = _nobody
        self._live: dict[str, _Live] = {}
        ordinary = Admission(config.room, config.max_running, config.patience_seconds)
        self._admission = Rooms(ordinary, config.max_eager, config.patience_seconds)
        self._code = CodeStore(config.root / "code", storage, config.max_code)
        self._nursery = Nursery(config, self._watch)
        self._loop = Loop("glidepath-processes", self._tick)
        self._pool = ThreadPoolExecutor(_THREADS, thread_name_prefix="glidepath-processes")
        self._tended = 0.0
        self._strays = Strays(config.grace_seconds)
        self.post = self._loop.post

    def start(self, listener: Listener) -> None:
        """From any thread: begin to work."""
        self._listener = listener
        self._config.root.mkdir(parents=True, exist_ok=True)
        self._loop.start()
        self.post(self._warm_up)

    def close(self) -> None:
        """From any thread: report nothing more, let the parents go, wait for the threads."""
        self.post(self._part)
        self._loop.close()
        self._pool.shutdown(wait=True)

    # -- taking attempts -------------------------------------------------------------------------------------------------

    def _warm_up(self) -> None:
        try:
            self._nursery.plain(self._config.python_for(""), time.monotonic())
        except OSError as error:
            log.warning("the default python environment does not start: %s", error)

    def submit(self, attempt: Attempt) -> None:
        """Begin an attempt, unless it has begun."""
        if attempt.name in self._live:
            return
        try:
            launch = plan(attempt, self._config)
        except FlyteException as error:
            self._report(final_report(attempt.name, reports.unfit(error), reports.utc_now()))
            return
        except OSError as error:  # a secret's file that cannot be read, say
            text = f"cannot read what the attempt needs: {error}"
            self._report(final_report(attempt.name, reports.broken("Unprepared", text), reports.utc_now()))
            return
        live = self._live[attempt.name] = _Live(attempt, launch)
        if self._found(live):
            return
        if not self._admission.can_ever_hold(_turn(launch)):
            self._finish(live, reports.too_large(launch.request, self._config.room))
            return
        self._report(reports.progress(attempt, core.TaskExecution.QUEUED, "handed to this machine"))
        self._admission.join(_turn(launch), time.monotonic())
        self._admit()
        if self._admission.waits(attempt.name):
            reason = self._admission.why(_turn(launch))
            self._report(reports.progress(attempt, core.TaskExecution.WAITING_FOR_RESOURCES, reason))

    def _found(self, live: _Live) -> bool:
        """Whether a process took this attempt on before; if so its end is reported, now or later."""
        followed = begun(live.launch.folder)
        if followed is None:
            return False
        end = recorded_exit(live.launch.folder)
        if end is not None:
            self._judge(live, end, time.time())
            return True
        live.followed = followed
        self._admission.hold(_turn(live.launch))
        self._report(reports.progress(live.attempt, core.TaskExecution.RUNNING, "found running", self._logs(live)))
        return True

    def _admit(self) -> None:
        for name in self._admission.admit(time.monotonic()):
            self._stage(self._live[name])

    def _stage(self, live: _Live) -> None:
        launch = live.launch
        if not launch.wants_template and (not launch.distribution or self._code.has(launch.distribution)):
            self._fork(live)
            return
        self._report(reports.progress(live.attempt, core.TaskExecution.INITIALIZING, "fetching its code"))
        self._work(self._fetch, live)

    def _fetch(self, live: _Live) -> None:
        """On a thread of the pool: bring the files that the attempt needs."""
        try:
            if live.launch.wants_template:
                self._storage.put(task_template_uri(live.attempt), live.attempt.task.SerializeToString(deterministic=True))
            if live.launch.distribution:
                self._code.fetch(live.launch.distribution)
                self._code.prune(self._used_code())
        except (FlyteException, OSError) as error:
            outcome = reports.code_missing(error, live.launch.distribution)
            self.post(lambda: self._finish(live, outcome))
            return
        self.post(lambda: self._fork(live))

    def _used_code(self) -> set[Path]:
        """From any thread: the code that attempts or parents work on."""
        attempts = {live.launch.distribution for live in list(self._live.values())}
        parents = {parent.bundle[1] for parent in list(self._nursery.parents) if parent.bundle is not None}
        return {self._code.folder(uri) for uri in attempts | parents}

    # -- running ---------------------------------------------------------------------------------------------------------

    def _fork(self, live: _Live) -> None:
        launch, now = live.launch, time.monotonic()
        if live.abort_reason is not None:
            self._finish(live, None)
            return
        try:
            self._furnish(launch)
        except OSError as error:
            text = f"cannot make the folder of the attempt, {launch.folder}: {error.strerror}"
            self._finish(live, reports.broken("AttemptFolder", text))
            return
        try:
            parent = self._nursery.pick(launch, now)
        except OSError as error:
            self._finish(live, reports.no_python(live.attempt, live.launch.python, error.strerror or str(error)))
            return
        live.parent = parent
        parent.attempts.add(live.attempt.name)
        self._send(parent, self._order(live))

    def _order(self, live: _Live) -> Message:
        launch = live.launch
        return {
            "do": "start",
            "name": live.attempt.name,
            "folder": str(launch.folder),
            "argv": launch.argv,
            "env": launch.env,
            "code": str(self._code.folder(launch.distribution)) if launch.distribution else "",
            "memory_limit": launch.memory_limit,
            "log_limit": self._config.log_limit_bytes,
            "learn": self._nursery.learns(launch),
        }

    def _furnish(self, launch: Launch) -> None:
        work = launch.folder / records.WORK
        # It may be there: made for an order of a former server, which its parent may be carrying out at this moment.
        work.mkdir(parents=True, exist_ok=True)
        write_files(launch.mounts)
        if launch.in_place:
            link_into(self._code.folder(launch.distribution), work)

    def abort(self, name: str, reason: str) -> None:
        """Stop an attempt, wherever it is on its way."""
        live = self._live.get(name)
        if live is None:
            self._report(reports.aborted(name, reason))
            return
        if live.abort_reason is not None:
            return
        live.abort_reason = reason
        if live.followed is not None:
            live.followed.stop(time.monotonic(), self._config.grace_seconds)
        elif live.parent is not None:
            self._send(live.parent, {"do": "abort", "name": name, "grace": self._config.grace_seconds})
        elif self._admission.waits(name):
            self._finish(live, None)

    def sweep(self) -> None:
        """Stop what former servers started and nobody has adopted."""
        self._work(self._find_strays)

    def _find_strays(self) -> None:
        living = living_attempts(self._config.root)
        self.post(lambda: self._strays.stop(living, self._live.__contains__, time.monotonic()))

    def _judge(self, live: _Live, end: Exit, at: float) -> None:
        """The process has ended: let others in, and find out on a thread of the pool what it left."""
        self._release(live)
        if live.abort_reason is not None:
            self._finish(live, None)
        else:
            self._work(self._conclude, live, end, at)

    def _conclude(self, live: _Live, end: Exit, at: float) -> None:
        try:
            outcome = verdict(self._storage, live.attempt, end, self._config.max_output_bytes)
        except (FlyteException, OSError) as error:
            outcome = reports.broken("OutputsUnreadable", f"cannot read what the attempt left: {error}")
        modules = records.read(str(live.launch.folder), records.MODULES)
        self.post(lambda: self._forget(live, list(modules["modules"]) if modules else []))
        self._report(final_report(live.attempt.name, outcome, reports.utc(at), self._logs(live)))
        self._tidy(live.launch)

    def _forget(self, live: _Live, modules: list[str]) -> None:
        self._live.pop(live.attempt.name, None)
        if modules and self._nursery.learns(live.launch):
            code = self._code.folder(live.launch.distribution)
            self._nursery.learned(live.launch, code, modules, time.monotonic())

    def _finish(self, live: _Live, outcome: Outcome | None) -> None:
        """Report the end of an attempt that needs no judging; ``None`` means aborted."""
        self._release(live)
        self._live.pop(live.attempt.name, None)
        if outcome is None or live.abort_reason is not None:
            self._report(reports.aborted(live.attempt.name, live.abort_reason or "", self._logs(live)))
        else:
            self._report(final_report(live.attempt.name, outcome, reports.utc_now(), self._logs(live)))
        self._work(self._tidy, live.launch)

    def _release(self, live: _Live) -> None:
        live.ended = True
        if live.parent is not None:
            live.parent.attempts.discard(live.attempt.name)
        self._admission.leave(live.attempt.name)
        self._admit()

    def _tidy(self, launch: Launch) -> None:
        for name in (records.WORK, "secrets"):
            shutil.rmtree(launch.folder / name, ignore_errors=True)

    # -- parents ---------------------------------------------------------------------------------------------------------

    def _watch(self, parent: Parent) -> None:
        self._loop.watch(parent.socket, lambda events: self._hear(parent))

    def _send(self, parent: Parent, message: Message) -> None:
        parent.send(message)
        if parent.wants_to_write:
            self._loop.writing(parent.socket, lambda events: self._hear(parent), True)

    def _hear(self, parent: Parent) -> None:
        if parent.wants_to_write:
            parent.flush()
            self._loop.writing(parent.socket, lambda events: self._hear(parent), parent.wants_to_write)
        messages = parent.receive()
        if messages is None:
            self._lost(parent)
            return
        for message in messages:
            getattr(self, f"_heard_{message['say']}")(parent, message)

    def _heard_hello(self, parent: Parent, _message: Message) -> None:
        self._nursery.greeted(parent)

    def _heard_ready(self, parent: Parent, _message: Message) -> None:
        self._nursery.prepared(parent)

    def _heard_cold(self, parent: Parent, message: Message) -> None:
        self._nursery.cold(parent, message["reason"])

    def _heard_started(self, _parent: Parent, message: Message) -> None:
        live = self._live.get(message["name"])
        if live is not None:
            at = reports.utc(message["at"])
            self._report(Report(live.attempt.name, core.TaskExecution.RUNNING, at, "its process runs", self._logs(live)))

    def _heard_ended(self, _parent: Parent, message: Message) -> None:
        live = self._live.get(message["name"])
        if live is not None and not live.ended:
            self._judge(live, exit_of(message["exit"]), message["exit"]["at"])

    def _heard_refused(self, _parent: Parent, message: Message) -> None:
        live = self._live.get(message["name"])
        if live is not None:
            self._finish(live, reports.broken("CannotFork", f"the machine starts no more processes: {message['reason']}"))

    def _heard_begun(self, parent: Parent, message: Message) -> None:
        """Another process had taken the attempt on just before: follow that one."""
        live = self._live.get(message["name"])
        if live is not None:
            self._follow(live, parent)

    def _follow(self, live: _Live, parent: Parent) -> None:
        parent.attempts.discard(live.attempt.name)
        live.parent = None
        live.followed = begun(live.launch.folder)

    def _lost(self, parent: Parent) -> None:
        self._loop.forget(parent.socket)
        loading = parent.state is not State.READY  # or it said that it cannot load its bundle
        self._nursery.gone(parent)
        for name in list(parent.attempts):
            live = self._live[name]
            self._follow(live, parent)
            if live.followed is not None:
                live.followed.kill()
            elif loading and parent.bundle is not None:
                self._fork(live)  # it only waited for its bundle, which cannot be loaded ahead
            elif loading:
                self._finish(
                    live, reports.no_python(live.attempt, live.launch.python, parent.last_words() or "it ended without a word")
                )
            else:
                self._finish(live, reports.broken("Interrupted", "the program that starts processes died"))

    def _part(self) -> None:
        self._listener = _nobody
        for parent in list(self._nursery.parents):
            self._loop.forget(parent.socket)
            parent.close()

    # -- time ------------------------------------------------------------------------------------------------------------

    def _tick(self, now: float) -> float:
        followed = [live for live in self._live.values() if live.followed is not None and not live.ended]
        for live in followed:
            end = live.followed.look(now) if live.followed else None
            if end is not None:
                self._judge(live, end, time.time())
        self._strays.look(now)
        if now - self._tended > _TEND_SECONDS:
            self._tended = now
            self._nursery.tend(now)
            self._admit()
        return _FOLLOW_SECONDS if followed or self._strays.any else _TEND_SECONDS

    def _work(self, job: Callable[..., None], *args: Any) -> None:
        """Do something slow on a thread of the pool."""
        self._pool.submit(_logged, job, *args)

    def _logs(self, live: _Live) -> tuple[core.TaskLog, ...]:
        return reports.task_log(self._config.log_url, live.attempt)

    def _report(self, report: Report) -> None:
        self._listener(report)


def _nobody(_report: Report) -> None:
    """The listener of an executor that is not started, or closed."""


def _logged(job: Callable[..., None], *args: Any) -> None:
    # The edge of a pool's thread: without this a fault would vanish with the future that nobody reads.
    try:
        job(*args)
    except Exception:
        log.exception("a job of the process executor failed")


def _turn(launch: Launch) -> Turn:
    return Turn(launch.attempt.name, launch.line, launch.request, depth_of(launch.attempt))
