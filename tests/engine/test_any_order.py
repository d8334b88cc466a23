"""Any order of reports, cut at any point and reloaded from rows, ends as the uncut run does."""

from __future__ import annotations

import random

from graphs import START_TIME, Node, fails, literal_map, plus_one, state_of, task, workflow
from hypothesis import given, settings, strategies as st

from glidepath.engine import ExecutionState, NodeState, advance, apply
from glidepath.engine.commands import StartAttempt
from glidepath.engine.events import Event, Launched
from glidepath.engine.resume import load, outstanding
from glidepath.idl import core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES


@st.composite
def graphs(draw: st.DrawFn) -> tuple[dict[str, Node], bool]:
    size = draw(st.integers(1, 8))
    nodes = {}
    for i in range(size):
        after = draw(st.lists(st.sampled_from([f"n{j}" for j in range(i)]), unique=True, max_size=3)) if i else []
        nodes[f"n{i}"] = Node("inner" if draw(st.booleans()) else "t", after=after)
        nodes[f"n{i}"].sub = nodes[f"n{i}"].runs == "inner"
    return nodes, draw(st.booleans())


class Journal:
    """Rows and values as a store keeps them; survives the state that wrote them."""

    def __init__(self, state: ExecutionState) -> None:
        self.state = state
        self.rows: dict[str, NodeState] = {}
        self.values: dict[str, core.LiteralMap] = {}
        self.successes: list[str] = []
        self.pending: list[StartAttempt] = []
        state.values = self.values

    def send(self, event: Event) -> None:
        transition = advance(self.state, event)
        self.rows.update({uid: node for uid, node in transition.nodes.items() if node.phase != core.NodeExecution.UNDEFINED})
        self.values.update(transition.outputs)
        apply(self.state, transition)
        self.pending += [command for command in transition.commands if isinstance(command, StartAttempt)]
        self.successes += [
            record.uid
            for record in transition.records
            if type(record).__name__ == "TaskRecord" and record.phase == core.TaskExecution.SUCCEEDED  # type: ignore[union-attr]
        ]

    def crash(self) -> None:
        """The process dies: only rows and values are left; everything outstanding is asked for again."""
        if self.state.phase in TERMINAL_WORKFLOW_PHASES:
            return
        before = self.state
        self.state = load(before.id, before.plan, before.settings, self.values, self.rows.values())
        again = [command for command in outstanding(self.state, START_TIME) if isinstance(command, StartAttempt)]
        key = lambda command: (command.uid, command.attempt)  # noqa: E731
        assert sorted(map(key, again)) == sorted(map(key, self.pending))
        self.pending = again


def ends(nodes: dict[str, Node], fail_after: bool, broken: set[str], seed: int, cuts: set[int], most: int) -> object:
    inner = workflow({"a": Node(), "b": Node(after=["a"])}, name="inner", output="b")
    outer = workflow(nodes, fail_after=fail_after, output=list(nodes)[-1])
    journal = Journal(state_of(outer, inner, tasks=[task(retries=1)], max_parallelism=most))
    chance = random.Random(seed)
    journal.send(Launched(START_TIME, literal_map(n=1)))
    step = 0
    while journal.pending:
        step += 1
        if step in cuts:
            journal.crash()
        command = journal.pending.pop(chance.randrange(len(journal.pending)))
        node = journal.state.nodes.get(command.uid)
        if node is None or node.phase not in (core.NodeExecution.RUNNING, core.NodeExecution.QUEUED):
            continue
        journal.send(fails()(command) if command.uid in broken else plus_one(command))
    assert len(journal.successes) == len(set(journal.successes))
    assert journal.state.phase in TERMINAL_WORKFLOW_PHASES
    assert journal.state.running == 0
    return journal.state.phase, journal.values.get("end-node")


@settings(max_examples=150, deadline=None)
@given(graph=graphs(), seed=st.integers(0, 1000), data=st.data())
def test_cut_and_reloaded_runs_end_alike(graph: tuple[dict[str, Node], bool], seed: int, data: st.DataObject) -> None:
    nodes, fail_after = graph
    broken = set(data.draw(st.lists(st.sampled_from([*nodes, "n0-0-a"]), max_size=1)))
    most = data.draw(st.integers(0, 3))
    cuts = set(data.draw(st.lists(st.integers(1, 20), max_size=4)))
    whole = ends(nodes, fail_after, broken, seed, set(), most)
    assert ends(nodes, fail_after, broken, seed, cuts, most) == whole
    assert ends(nodes, fail_after, broken, seed + 1, cuts, 0) == whole
