"""The order of events for common shapes (reference: engine.md, 1.16)."""

from graphs import START_TIME, Node, World, fails, integer, literal_map, state_of, task, workflow

from glidepath.engine.commands import AbortAttempt, StartAttempt
from glidepath.engine.events import AbortRequested, AttemptSucceeded, Launched
from glidepath.idl import core


def test_one_task() -> None:
    world = World(state_of(workflow({"n0": Node()}, output="n0"))).run(n=41)
    assert world.log == [
        "WF RUNNING",
        "N start-node SUCCEEDED",
        "N n0 QUEUED",
        "T n0(0) QUEUED",
        "N n0 RUNNING",
        "T n0(0) SUCCEEDED",
        "N n0 SUCCEEDED",
        "N end-node QUEUED",
        "N end-node SUCCEEDED",
        "WF SUCCEEDING",
        "WF SUCCEEDED",
    ]
    assert world.files["file:///m/p-d-e/end-node/data/0/outputs.pb"] == literal_map(o0=42)
    assert world.files["file:///m/p-d-e/n0/data/inputs.pb"] == literal_map(x0=41)


def test_chain_passes_outputs_on() -> None:
    nodes = {f"n{i}": Node(after=[f"n{i - 1}"] if i else []) for i in range(50)}
    world = World(state_of(workflow(nodes, output="n49"))).run(n=0)
    assert world.state.values["end-node"].literals["o0"] == integer(50)


def test_nodes_begin_in_the_order_in_which_they_were_called() -> None:
    names = ["zulu", *(f"n{i}" for i in range(1, 12)), "alpha"]
    world = World(state_of(workflow({name: Node() for name in names}))).run(n=0)
    assert [line.split()[1] for line in world.log if line.startswith("N ") and line.endswith("QUEUED")][:-1] == names


def test_retry_reports_no_node_event() -> None:
    tries = []

    def second_time_lucky(command: StartAttempt) -> object:
        tries.append(command.attempt)
        if command.attempt == 0:
            return fails(recoverable=True)(command)
        return AttemptSucceeded(command.uid, command.attempt, START_TIME, literal_map(o0=7))

    state = state_of(workflow({"n0": Node()}), tasks=[task(retries=1)])
    world = World(state, {"n0": second_time_lucky}).run(n=0)  # type: ignore[dict-item]
    assert tries == [0, 1]
    assert world.log[3:9] == [
        "T n0(0) QUEUED",
        "N n0 RUNNING",
        "T n0(0) FAILED",
        "T n0(1) QUEUED",
        "T n0(1) SUCCEEDED",
        "N n0 SUCCEEDED",
    ]


def test_failure_aborts_what_is_live() -> None:
    nodes = {"n0": Node(), "n1": Node(), "n2": Node(after=["n0"])}
    world = World(state_of(workflow(nodes)), {"n0": fails(), "n1": lambda command: None})
    world.send(Launched(START_TIME, literal_map(n=0)))
    world.send(fails()(world.commands[0]))  # type: ignore[arg-type]
    assert world.log[-6:] == [
        "T n0(0) FAILED",
        "N n0 FAILED",
        "WF FAILING",
        "T n1(0) ABORTED",
        "N n1 ABORTED",
        "WF FAILED",
    ]
    assert [command.uid for command in world.taken(AbortAttempt)] == ["n1"]
    assert "N n2 SKIPPED" not in world.log


def test_fail_after_executable_nodes_runs_the_rest_and_skips_the_blocked() -> None:
    nodes = {"n0": Node(), "n1": Node(), "n2": Node(after=["n0"]), "n3": Node(after=["n1"])}
    world = World(state_of(workflow(nodes, fail_after=True)), {"n0": fails()}).run(n=0)
    assert "N n2 SKIPPED" in world.log
    assert "N n3 SUCCEEDED" in world.log
    assert "N end-node SKIPPED" in world.log
    assert world.log[-2:] == ["WF FAILING", "WF FAILED"]


def test_fail_after_names_every_failure() -> None:
    nodes = {"n0": Node(), "n1": Node()}
    world = World(state_of(workflow(nodes, fail_after=True)), {"n0": fails(), "n1": fails()}).run(n=0)
    assert world.last is not None
    error = world.last.records[-1].error
    assert error is not None
    assert error.message == "n0 broke\n1 more failed: n1"


def test_sub_workflow_nests_nodes_and_files() -> None:
    inner = workflow({"n0": Node()}, name="inner", output="n0")
    outer = workflow({"n0": Node("inner", sub=True), "n1": Node(after=["n0"])}, output="n1")
    world = World(state_of(outer, inner)).run(n=1)
    assert world.log[2:14] == [
        "N n0 QUEUED",
        "N n0 RUNNING",
        "N n0-0-start-node SUCCEEDED",
        "N n0-0-n0 QUEUED",
        "T n0-0-n0(0) QUEUED",
        "N n0-0-n0 RUNNING",
        "T n0-0-n0(0) SUCCEEDED",
        "N n0-0-n0 SUCCEEDED",
        "N n0-0-end-node QUEUED",
        "N n0-0-end-node SUCCEEDED",
        "N n0 SUCCEEDED",
        "N n1 QUEUED",
    ]
    assert world.state.values["end-node"].literals["o0"] == integer(3)
    assert world.files["file:///m/p-d-e/n0/data/0/n0/inputs.pb"] == literal_map(x0=1)
    assert world.files["file:///m/p-d-e/n0/data/0/outputs.pb"] == literal_map(o0=2)


def test_failure_in_a_sub_workflow_fails_its_node_with_the_same_error() -> None:
    inner = workflow({"n0": Node(), "n1": Node()}, name="inner")
    world = World(state_of(workflow({"n0": Node("inner", sub=True)}), inner), {"n0-0-n0": fails("USER:Inner")})
    world.run(n=1)
    assert world.last is not None
    assert world.last.records[-1].error.code == "USER:Inner"  # type: ignore[union-attr]
    assert world.log[-6:] == [
        "N n0-0-n0 FAILED",
        "T n0-0-n1(0) ABORTED",
        "N n0-0-n1 ABORTED",
        "N n0 FAILED",
        "WF FAILING",
        "WF FAILED",
    ]


def test_abort_stops_attempts_and_children() -> None:
    inner = workflow({"n0": Node()}, name="inner")
    nodes = {"n0": Node("inner", sub=True), "n1": Node(), "n2": Node("lp", plan=True)}
    world = World(state_of(workflow(nodes), inner))
    world.send(Launched(START_TIME, literal_map(n=0)))
    world.commands.clear()
    world.send(AbortRequested(START_TIME, "enough"))
    assert world.log[-1] == "WF ABORTED"
    assert "N n0-0-n0 ABORTED" in world.log
    assert {type(command).__name__ for command in world.commands} == {"AbortAttempt", "AbortChild"}
    assert world.state.running == 0


def test_events_after_the_end_change_nothing() -> None:
    world = World(state_of(workflow({"n0": Node()}))).run(n=0)
    before = list(world.log)
    late = AttemptSucceeded("n0", 0, START_TIME, literal_map(o0=1))
    assert not world.send(late)
    assert not world.send(AbortRequested(START_TIME, "late"))
    assert world.log == before
    assert world.state.phase == core.WorkflowExecution.SUCCEEDED


def test_empty_workflow_succeeds() -> None:
    world = World(state_of(workflow({}))).run()
    assert world.log[-1] == "WF SUCCEEDED"
