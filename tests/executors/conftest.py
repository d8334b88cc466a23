"""Executors of processes on a bare interpreter: raw commands, no SDK to load."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from glidepath.executors.processes import ProcessConfig, ProcessExecutor
from glidepath.storage import open_storage

sys.path.insert(0, str(Path(__file__).parent))

from executor_attempts import Machine, Reports


@pytest.fixture
def machine(tmp_path: Path) -> Iterator[Machine]:
    """Starts executors on one root; settings as keyword arguments."""
    started = []

    def start(**settings: object) -> tuple[ProcessExecutor, Reports]:
        facts: dict[str, object] = {"root": tmp_path / "processes", "images": {"*": sys._base_executable}, "grace_seconds": 0.3}
        executor, reports = ProcessExecutor(ProcessConfig(**{**facts, **settings}), open_storage()), Reports()
        executor.start(reports)
        started.append(executor)
        return executor, reports

    yield start
    for executor in started:
        executor.close()
