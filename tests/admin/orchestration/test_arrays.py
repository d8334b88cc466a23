"""Arrays on a server: outputs, external resources, restarts, recovery, children."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import pytest
from admin_specs import INT, identifier, integer, interface, launch_plan, literals, promise, task
from orchestrated import FAILED, SUCCEEDED, PatientExecutor, Server
from sqlalchemy import func, select

from glidepath.admin.arrays import succeeded_items
from glidepath.admin.errors import AlreadyExists
from glidepath.admin.services import array_items as responses
from glidepath.admin.store.schema import array_items
from glidepath.executors.protocol import Attempt, Failed, Outcome, Succeeded
from glidepath.idl import admin, core

INTS = core.LiteralType(collection_type=INT)
RUNNING = core.TaskExecution.RUNNING


def numbers(*values: int) -> core.Literal:
    return core.Literal(collection=core.LiteralCollection(literals=[integer(value) for value in values]))


def values_of(literal: core.Literal) -> list[int | None]:
    return [
        None if item.scalar.HasField("none_type") else item.scalar.primitive.integer for item in literal.collection.literals
    ]


def register(
    server: Server, *, name: str = "mapped", retries: int = 0, cached: bool = False, **of_array: object
) -> core.Identifier:
    """The workflow ``name``: a list ``n`` -> the list ``o0`` of one array over the map task ``m``."""
    request = task("m")
    request.spec.template.interface.CopyFrom(interface({"n": INTS}, {"o0": INTS}))
    request.spec.template.metadata.retries.retries = retries
    if cached:
        request.spec.template.metadata.discoverable = True
        request.spec.template.metadata.discovery_version = "1"
    with contextlib.suppress(AlreadyExists):
        server.call("CreateTask", request)
    item = core.Node(id="m", inputs=[promise("n", "", "n")], task_node=core.TaskNode(reference_id=identifier("TASK", "m")))
    return register_array(server, name, item, **of_array)


def register_array(server: Server, name: str, item: core.Node, **of_array: object) -> core.Identifier:
    array = core.ArrayNode(node=item, **of_array)  # type: ignore[arg-type]
    node = core.Node(id="n0", metadata=core.NodeMetadata(name="m"), inputs=[promise("n", "", "n")], array_node=array)
    template = core.WorkflowTemplate(
        id=identifier("WORKFLOW", name),
        interface=interface({"n": INTS}, {"o0": INTS}),
        nodes=[node],
        outputs=[promise("o0", "n0", "o0")],
    )
    server.call("CreateWorkflow", admin.WorkflowCreateRequest(id=template.id, spec=admin.WorkflowSpec(template=template)))
    plan = launch_plan(name, workflow_name=name)
    server.call("CreateLaunchPlan", plan)
    return plan.id


def launch(server: Server, plan: core.Identifier, *values: int, name: str = "e1") -> core.WorkflowExecutionIdentifier:
    request = admin.ExecutionCreateRequest(
        project="flytesnacks",
        domain="development",
        name=name,
        spec=admin.ExecutionSpec(launch_plan=plan),
        inputs=literals(n=numbers(*values)),
    )
    found: core.WorkflowExecutionIdentifier = server.call("CreateExecution", request).id
    return found


def outputs_of(server: Server, execution: core.WorkflowExecutionIdentifier) -> list[int | None]:
    data = server.call("GetExecutionData", admin.WorkflowExecutionGetDataRequest(id=execution))
    return values_of(data.full_outputs.literals["o0"])


def task_execution(server: Server, execution: core.WorkflowExecutionIdentifier) -> admin.TaskExecution:
    """The one task execution of the array."""
    node = core.NodeExecutionIdentifier(node_id="n0", execution_id=execution)
    listed = server.call("ListTaskExecutions", admin.TaskExecutionListRequest(node_execution_id=node, limit=10))
    (found,) = listed.task_executions
    return found  # type: ignore[no-any-return]


def phases(found: admin.TaskExecution) -> list[tuple[int, int, str]]:
    """Index, attempt and phase of each external resource."""
    name = core.TaskExecution.Phase.Name
    return [(each.index, each.retry_attempt, name(each.phase)) for each in found.closure.metadata.external_resources]


def broken(attempt: Attempt) -> Outcome:
    error = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)
    return Failed(error, recoverable=True)


def fails_for(*values: int, executor: PatientExecutor) -> None:
    """Items with these inputs fail; others give ten times their input."""

    def behave(attempt: Attempt) -> Outcome:
        given = attempt.inputs.literals["n"].scalar.primitive.integer
        return broken(attempt) if given in values else times_ten(attempt)

    executor.behaviour = behave


def times_ten(attempt: Attempt) -> Outcome:
    given = attempt.inputs.literals["n"].scalar.primitive.integer
    return Succeeded(literals(o0=integer(10 * given)), attempt.output_prefix + "/outputs.pb")


@pytest.fixture(autouse=True)
def tens(executor: PatientExecutor) -> None:
    executor.behaviour = times_ten


def test_an_array_gives_a_list(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = launch(server, register(server), *range(60))
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == [10 * value for value in range(60)]


def test_an_array_is_one_node_and_one_task_execution_with_a_resource_for_each_item(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = launch(server, register(server), 1, 2)
    server.run_to_end(execution)
    assert server.nodes(execution) == {"start-node": SUCCEEDED, "n0": SUCCEEDED, "end-node": SUCCEEDED}
    assert server.nodes(execution, "n0") == {}
    node = server.call(
        "GetNodeExecution",
        admin.NodeExecutionGetRequest(id=core.NodeExecutionIdentifier(node_id="n0", execution_id=execution)),
    )
    assert node.metadata.is_array
    found = task_execution(server, execution)
    assert (found.closure.task_type, found.closure.metadata.plugin_identifier) == ("container_array", "k8s-array")
    assert found.id.task_id == identifier("TASK", "m")
    assert phases(found) == [(0, 0, SUCCEEDED), (1, 0, SUCCEEDED)]
    assert [each.external_id for each in found.closure.metadata.external_resources] == ["e1-n0-0-n0-0", "e1-n0-0-n1-0"]
    assert dict(found.closure.custom_info) == {"succeeded": 2}
    assert server.call("GetTaskExecution", admin.TaskExecutionGetRequest(id=found.id)) == found


def test_resources_follow_the_items(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = launch(server, register(server, parallelism=2), 1, 2, 3)
    server.until(lambda: len(executor.names) == 2)
    executor.begin("e1-n0-0-n1-0")
    server.until(lambda: phases(task_execution(server, execution)) == [(0, 0, "QUEUED"), (1, 0, "RUNNING")])
    executor.run_next()
    server.until(lambda: phases(task_execution(server, execution)) == [(0, 0, SUCCEEDED), (1, 0, "RUNNING"), (2, 0, "QUEUED")])


def test_attempts_that_failed_stay_among_the_resources(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    fails_for(2, executor=executor)
    server = servers()
    execution = launch(server, register(server, retries=1, min_successes=1), 1, 2)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == [10, None]
    assert phases(task_execution(server, execution)) == [(0, 0, SUCCEEDED), (1, 0, FAILED), (1, 1, FAILED)]


def test_the_error_of_an_array_tells_which_items_failed(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    fails_for(2, executor=executor)
    server = servers()
    execution = launch(server, register(server), 1, 2)
    assert server.run_to_end(execution) == FAILED
    assert server.error(execution).message == "[1]: [1/1] currentAttempt done. Last Error: USER::oh no"


def test_a_response_holds_so_many_items_and_those_that_matter_most(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(responses, "MOST_ITEMS", 3)
    fails_for(4, executor=executor)
    server = servers()
    execution = launch(server, register(server, min_success_ratio=0.5), *range(8))
    server.run_to_end(execution)
    found = task_execution(server, execution)
    assert phases(found) == [(0, 0, SUCCEEDED), (1, 0, SUCCEEDED), (4, 0, FAILED)]
    assert dict(found.closure.custom_info) == {"succeeded": 7, "failed": 1}


def test_a_restart_goes_on_with_the_items_that_are_left(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    plan = register(server, parallelism=4)
    execution = launch(server, plan, *range(20))
    for ended in (3, 9, 15):
        server.until(lambda: len(executor.names) == 4)
        while len(executor.started) - len(executor.names) < ended:
            executor.run_next()
            server.until(lambda: len(executor.names) == 4)
        server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == [10 * value for value in range(20)]
    assert len(executor.started) == 20


def test_outputs_too_large_for_a_row_are_read_after_a_restart(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glidepath.engine.items.INLINE_BYTES", 0)
    server = servers()
    execution = launch(server, register(server, parallelism=1), 1, 2, 3)
    server.until(lambda: executor.names == ["e1-n0-0-n0-0"])
    executor.run_next()
    server.until(lambda: executor.names == ["e1-n0-0-n1-0"])
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == [10, 20, 30]


def test_an_aborted_array_stops_its_items(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = launch(server, register(server, parallelism=2), 1, 2, 3)
    server.until(lambda: len(executor.names) == 2)
    server.terminate(execution)
    server.until(lambda: server.phase(execution) == "ABORTED" and not executor.names)
    assert phases(task_execution(server, execution)) == [(0, 0, "ABORTED"), (1, 0, "ABORTED")]


def test_succeeded_items_of_a_failed_array_are_known(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    fails_for(2, executor=executor)
    server = servers()
    execution = launch(server, register(server, parallelism=1), 1, 2, 3)
    assert server.run_to_end(execution) == FAILED
    node = core.NodeExecutionIdentifier(node_id="n0", execution_id=execution)
    with server.store.read() as connection:
        (found,) = succeeded_items(connection, node)
    assert (found.number, core.LiteralMap.FromString(found.outputs)) == (0, literals(o0=integer(10)))


def test_the_phase_version_rises_with_the_items(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = launch(server, register(server, parallelism=1), 1, 2, 3)
    versions = []
    for index in range(3):
        server.until(lambda name=f"e1-n0-0-n{index}-0": executor.names == [name])  # type: ignore[misc]
        versions.append(server.phase_version(execution, "n0"))
        executor.run_next()
    assert versions == sorted(set(versions))


def test_an_ended_array_leaves_nothing_of_the_engine(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = launch(server, register(server), *range(5))
    server.run_to_end(execution)
    with server.store.read() as connection:
        live = select(func.count()).select_from(array_items).where(array_items.c.engine_state.is_not(None))
        assert connection.execute(live).scalar_one() == 0


def launch_plan_array(server: Server, **of_array: object) -> core.Identifier:
    server.register()
    item = core.Node(id="wf", inputs=[promise("n", "", "n")])
    item.workflow_node.launchplan_ref.CopyFrom(identifier("LAUNCH_PLAN", "wf"))
    of_array["is_original_sub_node_interface"] = {"value": True}
    return register_array(server, "mapped", item, **of_array)


def test_the_items_of_a_launch_plan_are_children(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = launch(server, launch_plan_array(server), 1, 2)
    server.until(lambda: len(server.children()) == 2)
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == [10, 20]
    resources = task_execution(server, execution).closure.metadata.external_resources
    children = {each.workflow_node_metadata.execution_id.name for each in resources}
    assert children == {child.name for child in server.children()}
    parents = {
        server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=child)).spec.metadata.parent_node_execution.node_id
        for child in server.children()
    }
    assert parents == {"n0"}


def test_a_failed_item_ends_the_children_of_the_others(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    fails_for(2, executor=executor)
    server = servers()
    execution = launch(server, launch_plan_array(server), 1, 2)
    server.until(lambda: len(executor.names) == 2)
    with executor.lock:
        executor.held.add(next(attempt.name for attempt in executor.waiting if attempt.inputs == literals(n=integer(1))))
    executor.run_next()
    server.until(lambda: server.phase(execution) == FAILED)
    server.until(lambda: sorted(server.phase(child) for child in server.children()) == ["ABORTED", FAILED])


def test_recover_runs_only_the_items_that_did_not_succeed(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    fails_for(2, 3, executor=executor)
    server = servers()
    execution = launch(server, register(server, parallelism=1, min_successes=4), *range(6))
    assert server.run_to_end(execution) == SUCCEEDED  # 4 of 6
    failed = launch(server, register(server, name="strict", parallelism=1, run_all_sub_nodes=True), *range(6), name="e2")
    assert server.run_to_end(failed) == FAILED
    executor.behaviour = times_ten
    recovered = recover(server, failed, "e3")
    assert server.run_to_end(recovered) == SUCCEEDED
    assert outputs_of(server, recovered) == [0, 10, 20, 30, 40, 50]
    assert {name for name in executor.started if name.startswith("e3-")} == {"e3-n0-0-n2-0", "e3-n0-0-n3-0"}


def test_large_outputs_of_items_are_recovered(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("glidepath.engine.items.INLINE_BYTES", 0)
    fails_for(2, executor=executor)
    server = servers()
    failed = launch(server, register(server, parallelism=1), 1, 2)
    assert server.run_to_end(failed) == FAILED
    for name in ("e2", "e3"):
        failed = recover(server, failed, name)
        assert server.run_to_end(failed) == FAILED
    executor.behaviour = times_ten
    recovered = recover(server, failed, "e4")
    assert server.run_to_end(recovered) == SUCCEEDED
    assert outputs_of(server, recovered) == [10, 20]


def test_items_are_looked_up_in_the_cache_one_by_one(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    plan = register(server, cached=True)
    server.run_to_end(launch(server, plan, 1, 2))
    execution = launch(server, plan, 2, 3, name="e2")
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == [20, 30]
    assert {name for name in executor.started if name.startswith("e2-")} == {"e2-n0-0-n1-0"}
    statuses = [each.cache_status for each in task_execution(server, execution).closure.metadata.external_resources]
    assert statuses == [core.CatalogCacheStatus.CACHE_HIT, core.CatalogCacheStatus.CACHE_POPULATED]


def recover(server: Server, source: core.WorkflowExecutionIdentifier, name: str) -> core.WorkflowExecutionIdentifier:
    found: core.WorkflowExecutionIdentifier = server.call(
        "RecoverExecution", admin.ExecutionRecoverRequest(id=source, name=name)
    ).id
    return found
