"""Arrays under any order of reports, cut at any point and reloaded from rows, end as uncut ones do."""

from __future__ import annotations

import random
from typing import NamedTuple

from arrays import given as literals, map_workflow, numbers, outputs_of, plus_hundred, state_of
from graphs import START_TIME, World, fails
from hypothesis import given, settings, strategies as st

from glidepath.engine import ExecutionState, NodeState
from glidepath.engine.commands import StartAttempt
from glidepath.engine.events import Event, Launched, Resumed
from glidepath.engine.items import EndedItem
from glidepath.engine.resume import load, outstanding
from glidepath.engine.state import LIVE_PHASES
from glidepath.idl import core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES


class Shape(NamedTuple):
    size: int
    window: int
    most: int
    needed: int
    run_all: bool
    broken: frozenset[int]
    """Items of which every attempt fails."""
    shaky: frozenset[int]
    """Items of which the first attempt fails."""


@st.composite
def shapes(draw: st.DrawFn) -> Shape:
    size = draw(st.integers(0, 12))
    places = st.frozensets(st.integers(0, 11), max_size=4)
    return Shape(
        size=size,
        window=draw(st.integers(0, 4)),
        most=draw(st.integers(0, 3)),
        needed=draw(st.integers(0, size)),
        run_all=draw(st.booleans()),
        broken=draw(places),
        shaky=draw(places),
    )


class Journal:
    """What a store keeps: rows of nodes, rows of live items, what is left of the others."""

    def __init__(self, world: World) -> None:
        self.world = world
        self.rows: dict[str, NodeState] = {}
        self.ended: dict[str, dict[int, EndedItem]] = {}

    def send(self, event: Event) -> None:
        transition = self.world.send(event)
        self.rows.update({uid: node for uid, node in transition.nodes.items() if node.phase != core.NodeExecution.UNDEFINED})
        for uid, change in transition.items.items():
            self.ended.setdefault(uid, {}).update({item.number: item for item in change.ended})

    def crash(self) -> None:
        """Nothing is left but the rows; what was asked for is asked for again."""
        before = self.world.state
        nodes = [node for node in self.rows.values() if not node.scope or node.phase in LIVE_PHASES]
        ended = {uid: list(items.values()) for uid, items in self.ended.items()}
        after = load(before.id, before.plan, before.settings, before.values, nodes, items=ended)
        assert after.running == before.running
        assert live_items(after) == live_items(before)
        self.world.state = after
        self.world.commands = outstanding(after, START_TIME)
        self.send(Resumed(START_TIME))


def live_items(state: ExecutionState) -> dict[str, tuple[int, ...]]:
    """Counters of each array."""
    progress = {uid: items.progress for uid, items in state.arrays.items()}
    return {uid: (each.begun, each.live, each.succeeded, each.failed) for uid, each in progress.items()}


def run(shape: Shape, seed: int, cuts: frozenset[int]) -> tuple[object, list[int | None] | None, dict[str, int]]:
    """How it ended, its outputs, how often each item's success was reported."""
    workflow = map_workflow(parallelism=shape.window, min_successes=shape.needed, run_all_sub_nodes=shape.run_all)
    world = World(state_of(workflow, retries=1, max_parallelism=shape.most))
    journal, chance, successes = Journal(world), random.Random(seed), dict[str, int]()
    journal.send(Launched(START_TIME, literals(x=numbers(*range(shape.size)))))
    step = 0
    while world.state.phase not in TERMINAL_WORKFLOW_PHASES:
        step += 1
        if step in cuts:
            journal.crash()
        pending = [command for command in world.commands if isinstance(command, StartAttempt)]
        command = pending[chance.randrange(len(pending))]
        world.commands.remove(command)
        index = int(command.uid.rpartition("n")[2])
        if index in shape.broken or (index in shape.shaky and not command.attempt):
            journal.send(fails(recoverable=True)(command))
        else:
            successes[command.uid] = successes.get(command.uid, 0) + 1
            journal.send(plus_hundred(command))
    assert world.state.running == 0
    succeeded = world.state.phase == core.WorkflowExecution.SUCCEEDED
    return world.state.phase, outputs_of(world) if succeeded else None, successes


@settings(max_examples=200, deadline=None)
@given(shape=shapes(), seed=st.integers(0, 1000), cuts=st.frozensets(st.integers(1, 30), max_size=5))
def test_cut_and_reloaded_arrays_end_alike(shape: Shape, seed: int, cuts: frozenset[int]) -> None:
    phase, outputs, _ = run(shape, seed, frozenset())
    again = run(shape, seed, cuts)
    assert again[:2] == (phase, outputs)
    assert run(shape, seed + 1, frozenset())[:2] == (phase, outputs)
    assert set(again[2].values()) <= {1}


@settings(max_examples=50, deadline=None)
@given(shape=shapes(), seed=st.integers(0, 1000))
def test_the_end_follows_from_how_many_items_succeed(shape: Shape, seed: int) -> None:
    phase, outputs, _ = run(shape, seed, frozenset())
    broken = {index for index in shape.broken if index < shape.size}
    enough = shape.size - len(broken) >= shape.needed
    assert phase == (core.WorkflowExecution.SUCCEEDED if enough else core.WorkflowExecution.FAILED)
    if enough:
        assert outputs == [None if index in broken else index + 100 for index in range(shape.size)]
