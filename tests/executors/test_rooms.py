"""Eager attempts wait for others, so they take no room from them and have places of their own at each depth."""

from pathlib import Path

from executor_attempts import make_attempt

from glidepath.executors.processes.admission import Admission, Request
from glidepath.executors.processes.rooms import Rooms, Turn, depth_of

WHOLE = Request(2, 1000)


def rooms(places: int = 2) -> Rooms:
    return Rooms(Admission(WHOLE, 10, 30), places, 30)


def turn(name: str, depth: int | None = None) -> Turn:
    return Turn(name, "e1", WHOLE, depth)


def test_an_eager_attempt_takes_nothing_from_ordinary_ones() -> None:
    found = rooms()
    found.join(turn("eager", 0), 0)
    found.join(turn("task"), 0)
    assert found.admit(0) == ["eager", "task"]


def test_each_depth_has_places_of_its_own() -> None:
    found = rooms(places=1)
    for depth in range(5):
        found.join(turn(f"deep{depth}", depth), 0)
        found.join(turn(f"second{depth}", depth), 0)
    assert found.admit(0) == [f"deep{depth}" for depth in range(5)]
    found.leave("deep3")
    assert found.admit(1) == ["second3"]


def test_one_that_asks_for_more_than_the_machine_has_runs() -> None:
    found = rooms()
    assert found.can_ever_hold(Turn("e", "l", Request(64, 1), 0))
    assert not found.can_ever_hold(Turn("t", "l", Request(64, 1)))


def test_one_that_runs_already_is_counted() -> None:
    found = rooms(places=1)
    found.hold(turn("adopted", 0))
    found.join(turn("new", 0), 0)
    assert found.admit(0) == []
    assert found.waits("new")
    found.leave("adopted")
    assert found.admit(0) == ["new"]


def test_the_depth_is_what_the_parent_told() -> None:
    ordinary = make_attempt(Path("/d"), "a")
    assert depth_of(ordinary) is None
    told = {"root": {}, "nested": {"_F_EE_ROOT": "r", "_GLIDEPATH_EAGER_DEPTH": "3"}, "stock": {"_F_EE_ROOT": "r"}}
    depths = {}
    for name, env in told.items():
        attempt = make_attempt(Path("/d"), name, env=env)
        attempt.task.metadata.is_eager = True
        depths[name] = depth_of(attempt)
    assert depths == {"root": 0, "nested": 3, "stock": -1}


def test_stocks_nested_ones_are_never_kept_waiting() -> None:
    found = rooms(places=1)
    for number in range(100):
        found.join(turn(f"stock{number}", -1), 0)
    assert len(found.admit(0)) == 100
