"""A server that is killed again and again under a load of every kind: all ends right, and nothing is done twice.

``make soak`` kills it 100 times; the suite, 25 times. ``GLIDEPATH_SOAK_KILLS`` and ``GLIDEPATH_SOAK_SEED`` choose.
"""

from __future__ import annotations

import contextlib
import os
import random
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from crash_world import (
    PHASE,
    Expected,
    World,
    assert_all_ended_as_they_would_have,
    begun_attempts,
    until,
    warm_parents,
    world_in,
)
from soak_checks import (
    RECOVERY,
    Killed,
    assert_children_are_as_many_as_called,
    assert_done_once,
    assert_everything_ended,
    assert_no_attempt_is_lost,
    assert_no_reservation_is_left,
    assert_nothing_ran_again,
    node_of,
    processes_of,
    servants_of,
)
from soak_users import ABANDONED, Users

from glidepath.executors.processes.warm import records

pytestmark = pytest.mark.slow

SOURCE = Path(__file__).parent / "sources" / "soak.py"
KILLS = int(os.environ.get("GLIDEPATH_SOAK_KILLS", 25))
SUCCEEDED, FAILED, ABORTED = PHASE.SUCCEEDED, PHASE.FAILED, PHASE.ABORTED

WORKFLOWS = {
    "chain_wf": Expected(SUCCEEDED, lambda x: x + 8),
    "nested_wf": Expected(SUCCEEDED, lambda x: 2 * (2 * (x + 1) + 2)),
    "parent_wf": Expected(SUCCEEDED, lambda x: 2 * (2 * (x + 1) + 2)),
    "branch_wf": Expected(SUCCEEDED, lambda x: 2 * x + 7),
    "map_wf": Expected(SUCCEEDED, lambda x: 7 * x + 21),
    "tolerant_wf": Expected(SUCCEEDED, lambda x: x + 12),
    "strict_wf": Expected(FAILED, error="3 is not allowed"),
    "children_wf": Expected(SUCCEEDED, lambda x: x + 20),
    "dynamic_wf": Expected(SUCCEEDED, lambda x: 11 * x + 16),
    "waiting_wf": Expected(SUCCEEDED, lambda x: x + 9),
    "handled_wf": Expected(FAILED, error="is not allowed"),
    "failing_parent_wf": Expected(FAILED, error="is not allowed"),
    "flaky_wf": Expected(SUCCEEDED, lambda x: 10 * x + 5),
    "cached_wf": Expected(SUCCEEDED, lambda x: 2 * x + 17),
    "eager_wf": Expected(SUCCEEDED, lambda x: 10 * x + 1020),
    "endless_wf": Expected(FAILED, error="expired"),
    "aborted_wf": Expected(ABORTED),
    "aborted_eager_wf": Expected(ABORTED),
    "recovered_wf": Expected(FAILED, error="the gate is closed"),
    f"recovered_wf {RECOVERY}": Expected(SUCCEEDED, lambda x: 4 * x + 104),
}
WORKFLOWS |= {
    f"{name} {ABANDONED}": Expected(ABORTED) for name in ("chain_wf", "cached_wf", "dynamic_wf", "eager_wf", "parent_wf")
}
TIMES = {"chain_wf": 4, "dynamic_wf": 4, "eager_wf": 4, "map_wf": 4, "waiting_wf": 4, "parent_wf": 3, "nested_wf": 3}
TIMES |= {"branch_wf": 3, "flaky_wf": 3, "cached_wf": 3, "strict_wf": 1, "failing_parent_wf": 2}
TIMES |= {name: 1 for name in WORKFLOWS if name.endswith(ABANDONED)}
MIX = [name for name in WORKFLOWS if not name.endswith(RECOVERY) for _ in range(TIMES.get(name, 2))]
_ONE_PLACE = 90_000
"""The ``x`` of all executions that share what they compute."""
_AFTER_KILLS = 180.0
_LINGER = 15.0
"""Seconds for processes to end after the executions: an abort leaves them five."""


@pytest.fixture
def world(shell) -> Iterator[World]:
    found = world_in(shell, shell.folder / "data")
    yield found
    found.stop()
    for pid in processes_of(found.data):  # of a test that failed
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


@dataclass
class Killer:
    """Kills servers at random moments, all warm parents once, and now and then the process of an attempt."""

    world: World
    chance: random.Random
    killed: Killed = field(default_factory=Killed)

    def wait_for_a_moment(self) -> None:
        """Mostly after the server announced itself, within a second; sometimes while it starts."""
        if self.chance.random() < 0.15:
            time.sleep(self.chance.uniform(0.0, 0.5))
            return
        self.world.wait_until_up()
        time.sleep(self.chance.uniform(0.05, 1.0))

    def kill_server(self) -> None:
        assert self.world.running, f"the server ended by itself\n{self.world.log}"
        self.world.kill()
        self.world.begin()

    def kill_parents(self) -> None:
        for pid in warm_parents(self.world.data):
            self.killed.parents.add(pid)
            os.kill(pid, signal.SIGKILL)

    def kill_attempt(self) -> None:
        """One of those that run; of a node of which none was killed before, since system failures have a budget."""
        running = {
            name: record["pid"]
            for name, record in begun_attempts(self.world.data).items()
            if node_of(name) not in self.killed.nodes and records.lives(record["pid"], record["start"])
        }
        if running:
            name = self.chance.choice(sorted(running))
            self.killed.attempts.add(name)
            with contextlib.suppress(ProcessLookupError):
                os.kill(running[name], signal.SIGKILL)


def load(chance: random.Random) -> list[tuple[str, int]]:
    """Workflows and their ``x``, in random order."""
    mixed = [(name, _ONE_PLACE if name.startswith("cached_wf") else 100 * number) for number, name in enumerate(MIX)]
    chance.shuffle(mixed)
    return mixed


def test_a_server_killed_again_and_again_under_every_kind_of_load(world: World) -> None:
    seed = int(os.environ.get("GLIDEPATH_SOAK_SEED", time.time_ns() % 100_000))
    print(f"seed {seed}, {KILLS} kills, {len(MIX)} executions (repeat it with GLIDEPATH_SOAK_SEED)")
    chance = random.Random(seed)
    world.start()
    world.register(SOURCE)
    killer = Killer(world, chance)
    with Users(world, load(chance), random.Random(seed + 1)) as users:
        for number in range(KILLS):
            users.progress = number / KILLS
            killer.wait_for_a_moment()
            if number == KILLS // 2:
                killer.kill_parents()
            elif number % 7 == 3:
                killer.kill_attempt()
            killer.kill_server()
        users.progress = 1.0
        users.wait_until_done(_AFTER_KILLS)
    world.wait(_AFTER_KILLS)
    until(lambda: processes_of(world.data) == {}, f"processes of attempts are left: {processes_of(world.data)}", _LINGER)
    assert_all_ended_as_they_would_have(world, WORKFLOWS)
    assert_everything_ended(world)
    assert_nothing_ran_again(world, killer.killed)
    assert_no_attempt_is_lost(world, killer.killed)
    assert_done_once(world, killer.killed)
    assert_children_are_as_many_as_called(world)
    assert_no_reservation_is_left(world)
    assert "cannot go on" not in world.whole_log
    assert len(list((world.data / "sockets").iterdir())) <= 1, "a server that is killed leaves something for ever"
    world.stop()
    until(lambda: servants_of(world) == {}, f"programs of servers are left: {servants_of(world)}", _LINGER)
