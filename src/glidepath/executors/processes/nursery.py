"""Keeps the warm parents: one per environment, one per bundle that is worth it, no more than there may be."""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from pathlib import Path

from glidepath.executors.processes.config import ProcessConfig
from glidepath.executors.processes.launch import Launch
from glidepath.executors.processes.parents import Parent, State, start_parent

log = logging.getLogger(__name__)

Bundle = tuple[str, str, str]
_MAX_REBUILDS = 4


class Nursery:
    """The parents of one executor. ``watch`` is called with each new one, so that its messages are read.

    A bundle's first attempt runs from the environment's plain parent and leaves the names of the modules that it imported; a
    parent that has these loaded is then started beside it and takes the next attempts. A bundle whose modules do not survive
    that stays cold.
    """

    def __init__(self, config: ProcessConfig, watch: Callable[[Parent], None]) -> None:
        self._config = config
        self._watch = watch
        self._started = 0
        self._cold: set[Bundle] = set()
        self._rebuilds: dict[Bundle, int] = {}
        self.parents: list[Parent] = []

    def pick(self, launch: Launch, now: float) -> Parent:
        """The parent to fork an attempt from. Raises :class:`OSError` when its interpreter cannot be run.

        One that is loading the bundle is worth waiting for: an attempt would import the same.
        """
        bundle = launch.bundle
        found = self._find(bundle, ready=True) or self._find(bundle, ready=False) or self.plain(launch.python, now)
        found.used = now
        return found

    def plain(self, python: str, now: float) -> Parent:
        """The parent of an environment that has loaded its SDK only; started if there is none."""
        for parent in self.parents:
            if parent.bundle is None and parent.python == python and not parent.retired:
                return parent
        self._make_room()
        return self._start(python, None, now + self._config.boot_seconds, now)

    def learns(self, launch: Launch) -> bool:
        """Whether an attempt should leave the names of the modules that it imported."""
        return self._config.preload and bool(launch.distribution) and launch.bundle not in self._cold

    def learned(self, launch: Launch, code: Path, modules: Sequence[str], now: float) -> None:
        """Start a parent that has a bundle's modules loaded, unless one is on its way or knows them all."""
        bundle = launch.bundle
        serving, coming = self._find(bundle, ready=True), self._find(bundle, ready=False)
        known = serving.modules if serving else []
        fresh = [name for name in modules if name not in known]
        rebuilds = self._rebuilds.get(bundle, 0)
        if not fresh or coming or bundle in self._cold or rebuilds >= _MAX_REBUILDS or not self._make_room():
            return
        self._rebuilds[bundle] = rebuilds + 1
        try:
            parent = self._start(launch.python, bundle, now + self._config.boot_seconds + self._config.preload_seconds, now)
        except OSError:
            return  # The attempts themselves will meet and report the same fault.
        parent.modules = [*known, *fresh]
        parent.send({"do": "prepare", "code": str(code), "env": launch.shared, "modules": parent.modules})

    def greeted(self, parent: Parent) -> None:
        """A parent has loaded its SDK."""
        if parent.bundle is None:
            parent.state = State.READY

    def prepared(self, parent: Parent) -> None:
        """A parent has loaded its bundle and takes over from the one before it."""
        for other in self.parents:
            if other is not parent and other.bundle == parent.bundle:
                other.retired = True
        parent.state = State.READY

    def cold(self, parent: Parent, reason: str) -> None:
        """A bundle cannot be loaded ahead: each of its attempts will import it."""
        if parent.bundle is not None and parent.state is State.LOADING:
            parent.state = State.GONE
            self._cold.add(parent.bundle)
            log.warning("the modules of %s are imported by each attempt: %s", parent.bundle[1], reason)

    def gone(self, parent: Parent) -> None:
        """A parent has ended."""
        self.cold(parent, "its parent died while it imported them")
        parent.close()
        parent.process.poll()
        if parent in self.parents:
            self.parents.remove(parent)

    def tend(self, now: float) -> None:
        """Let idle and replaced parents go; kill those that load for too long (their end is then noticed like any other)."""
        for parent in list(self.parents):
            if parent.state is State.LOADING and now > parent.deadline:
                self.cold(parent, "they did not load in time")
                parent.kill()
            elif not parent.attempts and (parent.retired or now - parent.used > self._config.idle_seconds):
                self._release(parent)

    def _find(self, bundle: Bundle, *, ready: bool) -> Parent | None:
        for parent in self.parents:
            if parent.bundle == bundle and not parent.retired and (parent.state is State.READY) is ready:
                return parent
        return None

    def _make_room(self) -> bool:
        if len(self.parents) < self._config.max_parents:
            return True
        idle = [parent for parent in self.parents if not parent.attempts and parent.state is State.READY]
        if idle:
            self._release(min(idle, key=lambda parent: parent.used))
        return bool(idle)

    def _release(self, parent: Parent) -> None:
        parent.retired = True
        parent.end_when_idle()

    def _start(self, python: str, bundle: Bundle | None, deadline: float, now: float) -> Parent:
        self._started += 1
        path = self._config.root / "parents" / f"{self._started}.log"
        parent = start_parent(python, bundle, self._config.base_env, path, deadline)
        parent.used = now
        self.parents.append(parent)
        self._watch(parent)
        return parent
