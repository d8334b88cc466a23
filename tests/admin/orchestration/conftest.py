"""Servers one after another on one store."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from orchestrated import PatientExecutor, Server

from glidepath.admin.store import Store
from glidepath.storage.memory import MemoryStorage


@pytest.fixture
def storage() -> MemoryStorage:
    return MemoryStorage()


@pytest.fixture
def executor(storage: MemoryStorage) -> PatientExecutor:
    return PatientExecutor(storage)


@pytest.fixture
def servers(store: Store, storage: MemoryStorage, tmp_path: Path, executor: PatientExecutor) -> Iterator[Callable[[], Server]]:
    """Starts a server; the one before it is stopped first."""
    running: list[Server] = []

    def start() -> Server:
        if running:
            running.pop().orchestrator.stop()
        running.append(Server(store, storage, executor, tmp_path))
        return running[0]

    yield start
    if running:
        running.pop().orchestrator.stop()
