"""Any graph that failed anywhere: what recovers from it runs what is missing alone, and gives what a lucky run gives."""

from __future__ import annotations

from any_journal import Journal, check_end, run_to_end
from hypothesis import assume, given, settings, strategies as st

from glidepath.engine.codec import decode
from glidepath.engine.items import SUCCEEDED_PHASES
from glidepath.engine.plan import GraphNode
from glidepath.engine.state import RecoveredNode
from glidepath.idl import core


class Past:
    """An earlier execution, as its rows tell of it."""

    def __init__(self, journal: Journal) -> None:
        self.journal = journal

    def find(self, uid: str, node: GraphNode, inputs: core.LiteralMap) -> RecoveredNode | None:
        past = self.journal
        if uid not in past.phases:
            return None
        row = decode(past.rows[uid])
        if row.phase in (core.NodeExecution.SUCCEEDED, core.NodeExecution.RECOVERED):
            return RecoveredNode(outputs=past.values[uid])
        if row.closure_uri:
            closure = past.plans[row.closure_uri]
            return RecoveredNode(closure=closure, closure_uri=row.closure_uri, attempt=row.attempt)
        good = {item.number: item.outputs for item in past.ended.get(uid, ()) if item.phase in SUCCEEDED_PHASES}
        return RecoveredNode(items={number: core.LiteralMap.FromString(data) for number, data in good.items()})

    def checkpoint(self, uid: str) -> str:
        return ""


@settings(max_examples=100, deadline=None)
@given(seed=st.integers(0, 10**6), order=st.integers(0, 1000), cuts=st.frozensets(st.integers(1, 30), max_size=3))
def test_what_recovers_runs_what_is_missing_alone(seed: int, order: int, cuts: frozenset[int]) -> None:
    lucky = run_to_end(Journal(seed), order)
    source = run_to_end(Journal(seed, misfortune=25), order)
    assume(source.state.phase == core.WorkflowExecution.FAILED)
    journal = Journal(seed)
    journal.plans.update(source.plans)
    journal.recovery = Past(source)
    again = run_to_end(journal, order, cuts)
    check_end(again)
    handlers = "fn0"  # a failure is handled anew
    done = {uid for uid, _ in source.successes if source.kept(uid) and not uid.endswith(handlers)}
    assert not done & {uid for uid, _ in again.successes}
    assert again.state.phase == lucky.state.phase
    assert again.values.get("end-node") == lucky.values.get("end-node")
