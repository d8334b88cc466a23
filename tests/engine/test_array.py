"""Arrays: how many items, which run when, what they give, why they fail (reference: engine.md, 1.12)."""

import pytest
from arrays import given, launched, map_workflow, numbers, outputs_of, plus_hundred, state_of
from graphs import START_TIME, World, fails, integer

from glidepath.engine import ExecutionState
from glidepath.engine.attempts import place_of
from glidepath.engine.commands import AbortAttempt, AbortChild, LookupCache, StartAttempt, StartChild
from glidepath.engine.events import (
    AbortRequested,
    AttemptExpanded,
    AttemptFailed,
    AttemptProgressed,
    CacheAnswered,
    ChildEnded,
    TimerFired,
)
from glidepath.engine.items import INLINE_BYTES
from glidepath.engine.records import ItemRecord
from glidepath.engine.rendering import external_resource, render
from glidepath.engine.state import RecoveredNode
from glidepath.idl import core

TaskPhase = core.TaskExecution
EXECUTION = core.WorkflowExecutionIdentifier(project="p", domain="d", name="e")


def run(workflow: core.CompiledWorkflow, inputs: dict[str, core.Literal], outcomes: object = None, **settings: int) -> World:
    """From launch to end; items give their ``x`` and a hundred unless ``outcomes`` says otherwise."""
    world = launched(state_of(workflow, **settings), **inputs)
    answers: dict[str, object] = outcomes or {}  # type: ignore[assignment]
    while world.commands:
        command = world.commands.pop(0)
        if isinstance(command, StartAttempt):
            world.send(answers.get(command.uid, plus_hundred)(command))  # type: ignore[operator]
    return world


def error_of(world: World) -> core.ExecutionError:
    return world.last.records[-1].error  # type: ignore[union-attr, return-value]


def test_each_item_gets_its_element_and_the_outputs_keep_the_order() -> None:
    world = launched(state_of(map_workflow()), x=numbers(1, 2, 3))
    while world.commands:  # the last first
        world.send(plus_hundred(world.commands.pop()))  # type: ignore[arg-type]
    assert outputs_of(world) == [101, 102, 103]
    assert world.log[-1] == "WF SUCCEEDED"


def test_an_item_is_told_its_index_and_reads_the_inputs_of_the_whole_array() -> None:
    world = launched(state_of(map_workflow()), x=numbers(7, 8))
    command = world.commands[1]
    assert isinstance(command, StartAttempt)
    assert command.uid == "n0-0-n1"
    assert command.inputs == given(x=integer(8))
    assert dict(command.env) == {
        "FLYTE_K8S_ARRAY_INDEX": "1",
        "BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX",
    }
    place = place_of(world.state, command)
    assert place.name == "e-n0-0-n1-0"
    assert place.input_uri == "file:///m/p-d-e/n0/data/inputs.pb"
    assert place.output_prefix == "file:///m/p-d-e/n0/data/0/1/0"
    assert [uri for uri in world.files if uri.endswith("inputs.pb")] == ["file:///m/p-d-e/n0/data/inputs.pb"]


def test_items_of_an_original_task_have_inputs_of_their_own() -> None:
    workflow = map_workflow(data_mode=core.ArrayNode.INDIVIDUAL_INPUT_FILES)
    world = launched(state_of(workflow), x=numbers(7, 8))
    uri = place_of(world.state, world.commands[1]).input_uri  # type: ignore[arg-type]
    assert uri == "file:///m/p-d-e/n0/data/0/1/inputs.pb"
    assert world.files[uri] == given(x=integer(8))


def test_the_task_of_an_item_gives_one_element() -> None:
    world = launched(state_of(map_workflow()), x=numbers(7))
    assert world.commands[0].task.interface.outputs.variables["o0"].type.simple == core.SimpleType.INTEGER  # type: ignore[union-attr]


def test_lists_run_side_by_side_and_other_inputs_go_to_every_item() -> None:
    workflow = map_workflow(["x", "y", "z", "b"], bound_inputs=["b"])
    inputs = {"x": numbers(1, 2), "y": numbers(3, 4), "z": integer(5), "b": numbers(6, 7, 8)}
    world = launched(state_of(workflow), **inputs)
    assert [command.inputs for command in world.commands] == [  # type: ignore[union-attr]
        given(x=integer(1), y=integer(3), z=integer(5), b=numbers(6, 7, 8)),
        given(x=integer(2), y=integer(4), z=integer(5), b=numbers(6, 7, 8)),
    ]


@pytest.mark.parametrize(
    ("inputs", "why"),
    [
        ({"x": numbers(1, 2), "y": numbers(1)}, "all lists must have the same length: x has 2, y has 1"),
        ({"x": integer(1), "y": integer(1)}, "no input is a list to run over"),
    ],
)
def test_inputs_that_give_no_length_fail_the_node(inputs: dict[str, core.Literal], why: str) -> None:
    world = launched(state_of(map_workflow(["x", "y"])), **inputs)
    error = error_of(world)
    assert (error.code, error.kind) == ("InvalidArrayLength", core.ExecutionError.USER)
    assert why in error.message


def test_an_array_whose_inputs_are_all_bound_has_one_item() -> None:
    world = run(map_workflow(bound_inputs=["x"]), {"x": integer(1)})
    assert outputs_of(world) == [101]


def test_an_empty_list_gives_an_empty_list() -> None:
    world = run(map_workflow(), {"x": numbers()})
    assert outputs_of(world) == []
    assert world.log[-1] == "WF SUCCEEDED"
    assert world.state.values["n0"].literals["o0"].WhichOneof("value") == "collection"


def test_no_more_items_run_than_the_array_allows_and_they_begin_in_order() -> None:
    world = launched(state_of(map_workflow(parallelism=2)), x=numbers(*range(5)))
    begun = []
    while world.commands:
        assert len(world.commands) == min(2, 5 - len(begun))
        command = world.commands.pop(0)
        begun.append(command.uid)
        world.send(plus_hundred(command))  # type: ignore[arg-type]
    assert begun == [f"n0-0-n{index}" for index in range(5)]


def test_an_array_without_a_limit_keeps_a_window_live() -> None:
    world = launched(state_of(map_workflow()), x=numbers(*range(2500)))
    assert len(world.commands) == 1000
    assert sum(node.scope == "n0" for node in world.state.nodes.values()) == 1000


def test_items_count_against_max_parallelism() -> None:
    world = launched(state_of(map_workflow(), max_parallelism=3), x=numbers(*range(10)))
    most = 0
    while world.commands:
        most = max(most, world.state.running)
        world.send(plus_hundred(world.commands.pop(0)))  # type: ignore[arg-type]
    assert most == 3
    assert outputs_of(world) == [100 + index for index in range(10)]


def test_ended_items_leave_no_nodes() -> None:
    world = run(map_workflow(parallelism=5), {"x": numbers(*range(20))})
    assert not [uid for uid in world.state.nodes if uid.startswith("n0-")]
    assert world.state.arrays == {}


def test_an_array_fails_with_its_first_failure_and_stops_the_others() -> None:
    world = launched(state_of(map_workflow()), x=numbers(1, 2, 3))
    world.send(fails()(world.commands[1]))  # type: ignore[arg-type]
    assert world.log[-1] == "WF FAILED"
    error = error_of(world)
    assert error.message == "[1]: n0-0-n1 broke"
    assert (error.code, error.kind) == ("", core.ExecutionError.UNKNOWN)
    assert [command.uid for command in world.taken(AbortAttempt)] == ["n0-0-n0", "n0-0-n2"]
    assert world.state.running == 0


def test_the_failed_item_is_the_node_that_truly_failed() -> None:
    world = launched(state_of(map_workflow()), x=numbers(1, 2, 3))
    world.send(fails()(world.commands[1]))  # type: ignore[arg-type]
    assert world.last.nodes["n0"].failed_node == "n0-0-n1"


def test_equal_messages_are_told_once_with_their_indexes() -> None:
    def broken(command: StartAttempt) -> AttemptFailed:
        error = core.ExecutionError(code="USER:X", message="disk full", kind=core.ExecutionError.USER)
        return AttemptFailed(command.uid, command.attempt, START_TIME, error, recoverable=False)

    outcomes = {f"n0-0-n{index}": broken for index in (0, 3, 4, 5)} | {"n0-0-n1": fails()}
    world = run(map_workflow(run_all_sub_nodes=True), {"x": numbers(*range(7))}, outcomes)
    assert error_of(world).message == "[0][3-5]: disk full\n[1]: n0-0-n1 broke"


def test_failed_items_leave_none_in_their_places_when_enough_succeed() -> None:
    world = run(map_workflow(min_success_ratio=0.5), {"x": numbers(1, 2, 3, 4)}, {"n0-0-n1": fails(), "n0-0-n3": fails()})
    assert world.log[-1] == "WF SUCCEEDED"
    assert outputs_of(world) == [101, None, 103, None]


@pytest.mark.parametrize(
    ("criterion", "size", "failures", "phase"),
    [
        ({"min_successes": 1}, 3, 2, "WF SUCCEEDED"),
        ({"min_successes": 2}, 3, 2, "WF FAILED"),
        ({"min_successes": 0}, 3, 3, "WF SUCCEEDED"),
        ({"min_success_ratio": 0.5}, 3, 1, "WF SUCCEEDED"),
        ({"min_success_ratio": 0.5}, 3, 2, "WF FAILED"),
        ({"min_success_ratio": 0.1}, 10, 9, "WF SUCCEEDED"),
        ({}, 3, 1, "WF FAILED"),
    ],
)
def test_how_many_items_must_succeed(criterion: dict[str, float], size: int, failures: int, phase: str) -> None:
    outcomes = {f"n0-0-n{index}": fails() for index in range(failures)}
    assert run(map_workflow(**criterion), {"x": numbers(*range(size))}, outcomes).log[-1] == phase


def test_more_successes_than_items_cannot_be() -> None:
    world = run(map_workflow(min_successes=5), {"x": numbers(1, 2)})
    assert error_of(world).message == "5 items must succeed, and there are 2"


def test_an_array_that_failed_begins_no_more_items() -> None:
    world = run(map_workflow(parallelism=1), {"x": numbers(*range(5))}, {"n0-0-n1": fails()})
    begun = {record.uid for record in _items(world)}
    assert begun == {"n0-0-n0", "n0-0-n1"}


def test_an_item_is_tried_again_alone() -> None:
    def at_first(command: StartAttempt) -> object:
        return plus_hundred(command) if command.attempt else fails(recoverable=True)(command)

    world = run(map_workflow(), {"x": numbers(1, 2)}, {"n0-0-n1": at_first}, retries=1)
    assert outputs_of(world) == [101, 102]
    assert [(record.uid, record.attempt) for record in _items(world) if record.phase == TaskPhase.QUEUED] == [
        ("n0-0-n0", 0),
        ("n0-0-n1", 0),
        ("n0-0-n1", 1),
    ]


def _items(world: World) -> list[ItemRecord]:
    return [record for record in world.records if isinstance(record, ItemRecord)]


def test_an_array_is_one_task_execution_and_its_items_are_no_nodes() -> None:
    world = run(map_workflow(), {"x": numbers(1)})
    assert world.log == [
        "WF RUNNING",
        "N start-node SUCCEEDED",
        "N n0 QUEUED",
        "T n0(0) QUEUED",
        "N n0 RUNNING",
        "T n0(0) RUNNING",
        "I n0-0-n0(0) QUEUED",
        "I n0-0-n0(0) SUCCEEDED",
        "T n0(0) SUCCEEDED",
        "N n0 SUCCEEDED",
        "N end-node QUEUED",
        "N end-node SUCCEEDED",
        "WF SUCCEEDING",
        "WF SUCCEEDED",
    ]


def test_the_task_execution_says_what_it_stands_for() -> None:
    world = run(map_workflow(), {"x": numbers(1)})
    message = render(world.state, next(record for record in world.records if type(record).__name__ == "TaskRecord"))
    assert (message.task_type, message.metadata.plugin_identifier) == ("container_array", "k8s-array")  # type: ignore[attr-defined]
    assert message.task_id.name == "m"  # type: ignore[attr-defined]


def test_an_item_is_an_external_resource() -> None:
    world = launched(state_of(map_workflow()), x=numbers(1, 2))
    log = core.TaskLog(uri="http://logs", name="Logs")
    world.send(AttemptProgressed("n0-0-n1", 0, TaskPhase.RUNNING, START_TIME, logs=(log,)))
    record = _items(world)[-1]
    info = external_resource(record, EXECUTION)
    assert info.external_id == "e-n0-0-n1-0"
    assert (info.index, info.retry_attempt, info.phase) == (1, 0, TaskPhase.RUNNING)
    assert [(told.uri, told.name) for told in info.logs] == [("http://logs", "Logs-1")]
    assert list(render(world.state, record).metadata.external_resources) == [info]  # type: ignore[attr-defined]


def test_abort_stops_the_live_items() -> None:
    world = launched(state_of(map_workflow(parallelism=2)), x=numbers(1, 2, 3))
    world.send(AbortRequested(START_TIME, "enough"))
    assert [command.uid for command in world.taken(AbortAttempt)] == ["n0-0-n0", "n0-0-n1"]
    assert world.log[-5:] == [
        "T n0(0) ABORTED",
        "N n0 ABORTED",
        "I n0-0-n0(0) ABORTED",
        "I n0-0-n1(0) ABORTED",
        "WF ABORTED",
    ]
    assert world.state.running == 0


def test_the_items_of_a_launch_plan_are_executions_with_names_of_their_own() -> None:
    world = launched(state_of(map_workflow(plan=True)), x=numbers(1, 2))
    children = world.taken(StartChild)
    assert [(child.uid, child.name) for child in children] == [("n0-0-n0", "e-n0-0-n0-0"), ("n0-0-n1", "e-n0-0-n1-0")]  # type: ignore[union-attr]
    assert children[1].inputs == given(x=integer(2))  # type: ignore[union-attr]
    succeeded = core.WorkflowExecution.SUCCEEDED
    world.send(ChildEnded("n0-0-n1", 0, START_TIME, succeeded, given(o0=integer(12))))
    world.send(ChildEnded("n0-0-n0", 0, START_TIME, succeeded, given(o0=integer(11))))
    assert outputs_of(world) == [11, 12]
    info = external_resource(_items(world)[0]._replace(launched="e-n0-0-n0-0"), EXECUTION)
    assert info.workflow_node_metadata.execution_id.name == "e-n0-0-n0-0"


def test_a_failed_array_ends_the_children_of_its_items() -> None:
    world = launched(state_of(map_workflow(plan=True)), x=numbers(1, 2))
    world.send(ChildEnded("n0-0-n1", 0, START_TIME, core.WorkflowExecution.FAILED, error=core.ExecutionError(message="deep")))
    assert [command.name for command in world.taken(AbortChild)] == ["e-n0-0-n0-0"]  # type: ignore[union-attr]
    assert error_of(world).message == "[1]: deep"


def test_large_outputs_are_read_when_the_array_ends() -> None:
    text = "x" * (INLINE_BYTES + 1)
    large = core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value=text)))
    world = launched(state_of(map_workflow(parallelism=1)), x=numbers(1, 2))
    first = world.commands.pop(0)
    world.send(plus_hundred(first)._replace(outputs=given(o0=large)))  # type: ignore[arg-type]
    assert world.state.output_uri("n0-0-n0") == "file:///m/p-d-e/n0/data/0/0/0/outputs.pb"
    world.send(plus_hundred(world.commands.pop(0)))  # type: ignore[arg-type]
    assert world.state.values["n0"].literals["o0"].collection.literals[0] == large


class Recovered:
    """An earlier execution in which items 0 and 2 of the array succeeded."""

    def find(self, uid: str, node: object, inputs: core.LiteralMap) -> RecoveredNode | None:
        return RecoveredNode(items={0: given(o0=integer(-1)), 2: given(o0=integer(-3))}) if uid == "n0" else None

    def checkpoint(self, uid: str) -> str:
        return ""


def recovering(workflow: core.CompiledWorkflow) -> ExecutionState:
    state = state_of(workflow)
    state.recovery = Recovered()
    return state


def test_recover_runs_only_the_items_that_failed() -> None:
    world = launched(recovering(map_workflow(parallelism=1)), x=numbers(1, 2, 3, 4))
    ran = []
    while world.commands:
        command = world.commands.pop(0)
        ran.append(command.uid)
        world.send(plus_hundred(command))  # type: ignore[arg-type]
    assert ran == ["n0-0-n1", "n0-0-n3"]
    assert outputs_of(world) == [-1, 102, -3, 104]


def test_an_item_that_turns_out_dynamic_fails() -> None:
    world = launched(state_of(map_workflow()), x=numbers(1))
    world.send(AttemptExpanded("n0-0-n0", 0, START_TIME, core.CompiledWorkflowClosure(), "file:///c", "file:///f"))
    assert (
        error_of(world).message == "[0]: an item of an array cannot be a dynamic task: map a launch plan, or an ordinary task"
    )


def test_each_item_asks_the_cache() -> None:
    state = state_of(map_workflow())
    state.plan.primary.node("n0").item.task.metadata.discoverable = True  # type: ignore[union-attr]
    world = launched(state, x=numbers(1, 2))
    asked = world.taken(LookupCache)
    assert [command.inputs for command in asked] == [given(x=integer(1)), given(x=integer(2))]  # type: ignore[union-attr]
    hit = core.CatalogCacheStatus.CACHE_HIT
    world.send(CacheAnswered("n0-0-n1", 0, START_TIME, hit, outputs=given(o0=integer(7))))
    world.send(CacheAnswered("n0-0-n0", 0, START_TIME, core.CatalogCacheStatus.CACHE_MISS))
    (start,) = world.taken(StartAttempt)
    world.send(plus_hundred(start))  # type: ignore[arg-type]
    assert outputs_of(world) == [101, 7]
    assert [(record.uid, record.cache_status) for record in _items(world) if record.phase == TaskPhase.SUCCEEDED] == [
        ("n0-0-n1", hit),
        ("n0-0-n0", core.CatalogCacheStatus.CACHE_POPULATED),
    ]


def test_an_item_past_its_timeout_is_tried_again() -> None:
    state = state_of(map_workflow(), retries=1)
    state.plan.primary.node("n0").item.task.metadata.timeout.seconds = 10  # type: ignore[union-attr]
    world = launched(state, x=numbers(1, 2))
    world.send(AttemptProgressed("n0-0-n1", 0, TaskPhase.RUNNING, START_TIME))
    world.send(TimerFired("n0-0-n1", 0, "execution", START_TIME))
    assert [(command.uid, command.attempt) for command in world.taken(StartAttempt)] == [  # type: ignore[union-attr]
        ("n0-0-n0", 0),
        ("n0-0-n1", 0),
        ("n0-0-n1", 1),
    ]


def test_arrays_take_free_places_in_turn() -> None:
    workflow = map_workflow()
    again = workflow.template.nodes.add()
    again.CopyFrom(workflow.template.nodes[1])
    again.id = "n1"
    for source, target in (("start-node", "n1"), ("n1", "end-node")):
        workflow.connections.downstream[source].ids.append(target)
        workflow.connections.upstream[target].ids.append(source)
    world = launched(state_of(workflow, max_parallelism=1), x=numbers(1, 2, 3))
    begun = []
    while world.commands:
        command = world.commands.pop(0)
        begun.append(command.uid)
        world.send(plus_hundred(command))  # type: ignore[arg-type]
    assert begun == ["n0-0-n0", "n1-0-n0", "n0-0-n1", "n1-0-n1", "n0-0-n2", "n1-0-n2"]
