"""Every way to compose, here and on the embedded server: equal outputs, equal phases, equal events.

A run here is the engine in this process; on the server the same sources, registered, are run by processes.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from composing_journeys import JOURNEYS
from composing_world import Journey, Outcome, World, own_sources, recording_server, register, run_here

from glidepath.idl import core

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of the packages ``shown`` and ``composed``, importable."""
    folder = tmp_path_factory.mktemp("sources")
    own_sources(folder)
    with pytest.MonkeyPatch.context() as patch:
        patch.syspath_prepend(str(folder))
        patch.setenv("GLIDEPATH_LOCAL_CACHE", str(folder / "cache"))
        yield folder


@pytest.fixture(scope="module")
def world(root: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    with recording_server(tmp_path_factory.mktemp("server")) as found:
        register(found.shell, root, "own")
        yield found


@pytest.fixture(scope="module")
def launched(world: World) -> dict[str, core.WorkflowExecutionIdentifier]:
    """All runs of the server, started at once."""
    return {str(journey): world.launch(journey, "own") for journey in JOURNEYS}


@pytest.fixture(scope="module")
def ended_here() -> dict[str, Outcome]:
    """What came of the runs in this process so far."""
    return {}


@pytest.fixture(scope="module")
def ended_there() -> dict[str, Outcome]:
    """What came of the runs of the server so far."""
    return {}


@pytest.fixture
def here(root: Path, ended_here: dict[str, Outcome], journey: Journey) -> Outcome:
    if str(journey) not in ended_here:
        ended_here[str(journey)] = run_here(journey)
    return ended_here[str(journey)]


@pytest.fixture
def there(
    world: World,
    launched: dict[str, core.WorkflowExecutionIdentifier],
    ended_there: dict[str, Outcome],
    journey: Journey,
) -> Outcome:
    if str(journey) not in ended_there:
        ended_there[str(journey)] = world.outcome(journey, launched[str(journey)])
    return ended_there[str(journey)]


every_journey = pytest.mark.parametrize("journey", JOURNEYS, ids=str)
# An eager task's children are executions on the server, and calls here: there are no events to compare.
every_graph = pytest.mark.parametrize("journey", [journey for journey in JOURNEYS if not journey.eager], ids=str)
every_line = pytest.mark.parametrize("journey", [journey for journey in JOURNEYS if journey.ordered], ids=str)
every_failure = pytest.mark.parametrize("journey", [journey for journey in JOURNEYS if journey.fails], ids=str)


@every_journey
def test_the_run_ends_as_it_should(journey: Journey, here: Outcome, there: Outcome) -> None:
    expected = "FAILED" if journey.fails else "SUCCEEDED"
    assert there.story.phase == expected, there.story.error
    assert journey.eager or here.story.phase == expected, here.story.error


@every_journey
def test_outputs_are_equal(journey: Journey, here: Outcome, there: Outcome) -> None:
    assert here.outputs == there.outputs
    if journey.outputs is not None:
        assert here.outputs == journey.outputs


@every_graph
def test_executions_and_nodes_go_through_the_same_phases(here: Outcome, there: Outcome) -> None:
    assert here.story.executions == there.story.executions
    assert here.story.nodes == there.story.nodes


@every_graph
def test_attempts_go_through_the_same_phases(here: Outcome, there: Outcome) -> None:
    assert here.story.attempts == there.story.attempts


@every_line
def test_where_nothing_runs_side_by_side_events_come_in_one_order(here: Outcome, there: Outcome) -> None:
    assert here.story.order == there.story.order


@every_failure
def test_a_failure_says_the_same(journey: Journey, here: Outcome, there: Outcome) -> None:
    for error in (here.story.error, there.story.error):
        assert error is not None
        assert journey.fails in error.message
        assert error.code == journey.code
    assert here.story.error.kind == there.story.error.kind
