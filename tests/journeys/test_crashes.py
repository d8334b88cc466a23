"""Servers that are killed, stopped, doubled or out of disk while executions are in flight: all end as they would have."""

from __future__ import annotations

import contextlib
import os
import random
import signal
import subprocess
import time
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from crash_world import (
    FLYTEADMIN,
    PHASE,
    Expected,
    World,
    assert_all_ended_as_they_would_have,
    free_port,
    until,
    warm_parents,
    world_in,
)

from glidepath.idl import core

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parent / "sources" / "crashes.py"
TASK_PHASE = core.TaskExecution
KILLS = 10

WORKFLOWS = {
    "chain_wf": Expected(PHASE.SUCCEEDED, lambda x: x + 8),
    "nested_wf": Expected(PHASE.SUCCEEDED, lambda x: 2 * (2 * (x + 1) + 2)),
    "parent_wf": Expected(PHASE.SUCCEEDED, lambda x: 2 * (2 * (x + 1) + 2)),
    "flaky_wf": Expected(PHASE.SUCCEEDED, lambda x: 10 * x + 1),
    "failing_wf": Expected(PHASE.FAILED, error="is not allowed"),
    "failing_parent_wf": Expected(PHASE.FAILED, error="is not allowed"),
    "endless_wf": Expected(PHASE.FAILED, error="expired"),
}
MIX = ["chain_wf"] * 4 + ["nested_wf"] * 4 + ["parent_wf"] * 4 + ["flaky_wf"] * 4
MIX += ["failing_wf", "failing_parent_wf", "endless_wf", "endless_wf"]


@pytest.fixture
def world(shell) -> Iterator[World]:
    found = world_in(shell, shell.folder / "data")
    yield found
    found.stop()


def assert_nothing_ran_twice(world: World) -> None:
    began = Counter(world.ledger.read_text().split())
    assert {name: count for name, count in began.items() if count > 1} == {}
    known = set()
    for name, attempts in world.attempts():
        phases = [attempt.closure.phase for attempt in attempts]
        assert TASK_PHASE.SUCCEEDED not in phases[:-1], f"{name} ran again after it had succeeded"
        known |= {f"{name}-{attempt.id.retry_attempt}" for attempt in attempts}
    assert set(began) <= known


def interruptions(world: World) -> int:
    return sum(attempt.closure.error.code == "Interrupted" for _, attempts in world.attempts() for attempt in attempts)


def test_a_server_killed_ten_times_loses_nothing(world: World) -> None:
    seed = int(os.environ.get("GLIDEPATH_CRASH_SEED", time.time_ns() % 100_000))
    print(f"seed {seed} (repeat it with GLIDEPATH_CRASH_SEED)")
    chance = random.Random(seed)
    world.start()
    world.register(SOURCE)
    for x, workflow in enumerate(MIX):
        world.launch(workflow, x)
    parents_killed = False
    for number in range(KILLS):
        time.sleep(chance.uniform(0.05, 1.5))  # often before it is up, or in the middle of taking over
        if number == KILLS // 2:
            parents = warm_parents(world.data)
            for pid in parents:
                os.kill(pid, signal.SIGKILL)
            parents_killed = bool(parents)
        world.kill()
        world.begin()
    until(lambda: bool(world.executions()), "the server did not come back")
    world.wait()
    assert_all_ended_as_they_would_have(world, WORKFLOWS)
    assert_nothing_ran_twice(world)
    assert parents_killed or interruptions(world) == 0


def test_a_server_stopped_and_started_goes_on(world: World) -> None:
    world.start()
    world.register(SOURCE)
    for x, workflow in enumerate(WORKFLOWS):
        world.launch(workflow, x)
    for _ in range(3):
        time.sleep(0.4)
        world.stop()
        world.start()
    world.wait()
    assert_all_ended_as_they_would_have(world, WORKFLOWS)
    assert_nothing_ran_twice(world)
    assert interruptions(world) == 0


def test_a_second_server_on_one_data_folder_is_refused(world: World) -> None:
    world.start()
    command = [FLYTEADMIN, "serve", "--data", str(world.data), "--single-port", str(free_port())]
    second = subprocess.run(command, env=world.shell.environment, capture_output=True, text=True, timeout=60, check=False)
    assert second.returncode != 0
    assert f"another server (pid {world.process.pid}, listening on http://localhost:{world.port}) has this data folder" in (
        second.stderr
    )
    assert world.executions() == {}


@pytest.fixture
def small_disk(shell) -> Iterator[Path]:
    """A file system of its own with little room."""
    folder = shell.folder / "disk"
    folder.mkdir()
    done = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=100m", "tmpfs", str(folder)], capture_output=True, check=False)
    if done.returncode:
        pytest.skip("this user may not mount a small disk; tests/admin/orchestration/test_faults.py fills a store in memory")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(folder: Path) -> Path:
    """Use up every byte."""
    filler = folder / "filler"
    with filler.open("wb", buffering=0) as file, contextlib.suppress(OSError):
        for size in (1 << 20, 1 << 12):
            with contextlib.suppress(OSError):
                while True:
                    file.write(b"\0" * size)
    return filler


def test_a_full_disk_stops_progress_and_loses_nothing(shell, small_disk: Path) -> None:
    world = world_in(shell, small_disk / "data")
    world.start()
    try:
        world.register(SOURCE)
        for x, workflow in enumerate(("chain_wf", "nested_wf", "parent_wf", "flaky_wf")):
            world.launch(workflow, x)
        time.sleep(1.0)
        filler = fill(small_disk)
        time.sleep(2.0)
        filler.unlink()
        world.wait()
        world.launch("chain_wf", 100)
        world.wait()
        assert_all_ended_as_they_would_have(world, WORKFLOWS)
    finally:
        world.stop()
