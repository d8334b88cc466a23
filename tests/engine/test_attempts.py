"""Budgets, deadlines and places of attempts (reference: engine.md, 1.9 and 1.15)."""

from datetime import timedelta

from graphs import START_TIME, Node, World, fails, literal_map, plus_one, state_of, task, workflow

from glidepath.engine.attempts import place_of
from glidepath.engine.commands import AbortAttempt, SetTimer, StartAttempt
from glidepath.engine.events import AttemptProgressed, ChildEnded, Launched, TimerFired
from glidepath.idl import core

SYSTEM = core.ExecutionError.SYSTEM
RUNNING = core.TaskExecution.RUNNING


def launched(state: object) -> World:
    world = World(state)  # type: ignore[arg-type]
    world.send(Launched(START_TIME, literal_map(n=0)))
    return world


def test_user_failures_use_the_users_budget() -> None:
    world = World(state_of(workflow({"n0": Node()}), tasks=[task(retries=2)]), {"n0": fails(recoverable=True)})
    world.run(n=0)
    assert world.log.count("T n0(2) QUEUED") == 1
    error = world.last.records[-1].error  # type: ignore[union-attr]
    assert error.code == "RetriesExhausted|USER:X"
    assert error.message == "[3/3] currentAttempt done. Last Error: USER::n0 broke"


def test_system_failures_have_a_budget_of_their_own() -> None:
    world = World(state_of(workflow({"n0": Node()})), {"n0": fails("Interrupted", recoverable=True, kind=SYSTEM)})
    world.run(n=0)
    assert [line for line in world.log if line.endswith(") QUEUED")] == [f"T n0({i}) QUEUED" for i in range(4)]
    assert world.log[-1] == "WF FAILED"


def test_a_permanent_failure_is_not_retried() -> None:
    world = World(state_of(workflow({"n0": Node()}), tasks=[task(retries=5)]), {"n0": fails()})
    world.run(n=0)
    assert "T n0(1) QUEUED" not in world.log
    assert world.last.records[-1].error.code == "USER:X"  # type: ignore[union-attr]


def test_an_attempt_past_its_timeout_is_stopped_and_retried() -> None:
    world = launched(state_of(workflow({"n0": Node()}), tasks=[task(retries=1, timeout=10)]))
    started = START_TIME + timedelta(seconds=3)
    world.send(AttemptProgressed("n0", 0, RUNNING, started))
    timers = {(timer.kind, timer.at) for timer in world.taken(SetTimer)}  # type: ignore[attr-defined]
    assert timers == {("active", START_TIME + timedelta(seconds=20)), ("execution", started + timedelta(seconds=10))}
    world.send(TimerFired("n0", 0, "execution", started + timedelta(seconds=10)))
    assert [command.attempt for command in world.taken(AbortAttempt)] == [0]  # type: ignore[attr-defined]
    assert [command.attempt for command in world.taken(StartAttempt)] == [0, 1]  # type: ignore[attr-defined]
    assert world.log[-2:] == ["T n0(0) FAILED", "T n0(1) QUEUED"]


def test_a_node_past_its_deadline_times_out() -> None:
    world = launched(state_of(workflow({"n0": Node()}), tasks=[task(retries=1, timeout=10)]))
    world.send(TimerFired("n0", 0, "active", START_TIME + timedelta(seconds=20)))
    assert world.log[-4:] == ["T n0(0) FAILED", "N n0 TIMED_OUT", "WF FAILING", "WF FAILED"]
    assert world.last.records[-1].error.code == "Timeout"  # type: ignore[union-attr]


def test_a_late_timer_is_ignored() -> None:
    world = World(state_of(workflow({"n0": Node(), "n1": Node(after=["n0"])}), tasks=[task(timeout=10)])).run(n=0)
    assert not world.send(TimerFired("n0", 0, "execution", START_TIME))


def test_progress_never_goes_back() -> None:
    world = launched(state_of(workflow({"n0": Node()})))
    assert world.send(AttemptProgressed("n0", 0, RUNNING, START_TIME))
    assert not world.send(AttemptProgressed("n0", 0, core.TaskExecution.INITIALIZING, START_TIME))
    assert not world.send(AttemptProgressed("n0", 0, RUNNING, START_TIME))
    assert world.send(AttemptProgressed("n0", 0, RUNNING, START_TIME, version=1))


def test_child_error_is_passed_on_whole() -> None:
    world = launched(state_of(workflow({"n0": Node("lp", plan=True)})))
    error = core.ExecutionError(code="USER:Deep", message="deep", kind=core.ExecutionError.USER)
    world.send(ChildEnded("n0", 0, START_TIME, core.WorkflowExecution.FAILED, error=error))
    assert world.last.records[-1].error == error  # type: ignore[union-attr]


def test_aborted_child_is_the_users_failure() -> None:
    world = launched(state_of(workflow({"n0": Node("lp", plan=True)})))
    world.send(ChildEnded("n0", 0, START_TIME, core.WorkflowExecution.ABORTED))
    assert world.last.records[-1].error.code == "RemoteChildWorkflowExecutionFailed"  # type: ignore[union-attr]


def test_places_follow_the_recipe() -> None:
    state = state_of(workflow({"n0": Node()}))
    place = place_of(state, StartAttempt("n0", 1, task().template, literal_map(), "file:///m/p-d-e/n0/data"))
    assert place.name == "e-n0-1"
    assert place.input_uri == "file:///m/p-d-e/n0/data/inputs.pb"
    assert place.output_prefix == "file:///m/p-d-e/n0/data/1"
    assert place.raw_output_prefix.startswith("file:///raw/")
    assert place.raw_output_prefix.endswith("/e-n0-1")
    assert place.previous_checkpoint.endswith("/e-n0-0/_flytecheckpoints")


def test_max_parallelism_bounds_what_runs_and_loses_nothing() -> None:
    nodes = {f"n{i}": Node() for i in range(10)}
    world = launched(state_of(workflow(nodes), max_parallelism=3))
    assert len(world.commands) == 3
    most = 0
    world.outcomes = {}
    while world.commands:
        most = max(most, world.state.running)
        command = world.commands.pop(0)
        world.send(plus_one(command))
    assert most == 3
    assert world.log[-1] == "WF SUCCEEDED"
