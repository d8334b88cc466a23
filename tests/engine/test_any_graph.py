"""Any graph, any outcomes, any order of events: a run that is cut anywhere and reloaded from its rows ends as the uncut one."""

from __future__ import annotations

from any_journal import Journal, check_end, run_to_end
from hypothesis import given, settings, strategies as st


@settings(max_examples=800, deadline=None)
@given(
    seed=st.integers(0, 10**6),
    order=st.integers(0, 1000),
    cuts=st.frozensets(st.integers(1, 60), max_size=6),
    most=st.integers(0, 3),
    misfortune=st.sampled_from([0, 5, 25]),
    begins=st.sampled_from([1, 2, 200]),
)
def test_a_cut_run_ends_as_the_uncut_one(
    seed: int, order: int, cuts: frozenset[int], most: int, misfortune: int, begins: int
) -> None:
    whole = run_to_end(Journal(seed, most, misfortune, begins), order)
    check_end(whole)
    cut = run_to_end(Journal(seed, most, misfortune, begins), order, cuts)
    check_end(cut)
    assert cut.state.phase == whole.state.phase
    assert cut.values.get("end-node") == whole.values.get("end-node")
    if not most:  # else a node that had asked the cache when the process died may have lost its turn to another
        assert cut.phases == whole.phases
        assert cut.error == whole.error


@settings(max_examples=80, deadline=None)
@given(seed=st.integers(0, 10**6), orders=st.tuples(st.integers(0, 1000), st.integers(0, 1000)), most=st.integers(0, 3))
def test_the_order_of_events_does_not_matter_where_nothing_fails(seed: int, orders: tuple[int, int], most: int) -> None:
    first, second = run_to_end(Journal(seed, most), orders[0]), run_to_end(Journal(seed), orders[1])
    assert first.state.phase == second.state.phase
    assert first.values.get("end-node") == second.values.get("end-node")
