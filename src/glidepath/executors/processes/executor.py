"""Runs attempts as processes of this machine, forked from warm parents."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from glidepath.executors.processes.config import ProcessConfig
from glidepath.executors.processes.launch import folder_of
from glidepath.executors.processes.supervisor import Supervisor
from glidepath.executors.processes.warm import records
from glidepath.executors.protocol import Attempt, Listener
from glidepath.idl import core
from glidepath.storage.protocol import Storage


class ProcessExecutor:
    """The executor ``processes``: see :class:`~glidepath.executors.protocol.Executor`. All methods return at once.

    >>> executor = ProcessExecutor(ProcessConfig(root=Path("/var/lib/glidepath")), open_storage())  # doctest: +SKIP
    """

    def __init__(self, config: ProcessConfig, storage: Storage) -> None:
        self._config = config
        self._supervisor = Supervisor(config, storage)

    @property
    def task_types(self) -> frozenset[str] | None:
        """Every task that names a container."""
        return None

    def start(self, listener: Listener) -> None:
        """Begin, and load the server's own environment so that the first attempt finds it warm."""
        self._supervisor.start(listener)

    def submit(self, attempt: Attempt) -> None:
        """Run an attempt, or follow the one that a former server started under this name."""
        self._supervisor.post(lambda: self._supervisor.submit(attempt))

    def adopt(self, attempts: Sequence[Attempt]) -> None:
        """Take over attempts that a former server had accepted."""
        for attempt in attempts:
            self.submit(attempt)

    def abort(self, name: str, reason: str) -> None:
        """Stop an attempt: SIGTERM to all its processes, SIGKILL after the configured grace."""
        self._supervisor.post(lambda: self._supervisor.abort(name, reason))

    def sweep(self) -> None:
        """Stop attempts of former servers that were not adopted."""
        self._supervisor.post(self._supervisor.sweep)

    def close(self) -> None:
        """Stop; running attempts go on under their parents, which write down how they end."""
        self._supervisor.close()

    def log_path(self, execution: core.WorkflowExecutionIdentifier, name: str) -> Path:
        """The file that holds what an attempt printed; it is missing when the attempt printed nothing."""
        return folder_of(self._config.root, execution, name) / records.LOG
