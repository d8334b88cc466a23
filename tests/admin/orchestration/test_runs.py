"""Executions from launch to end, over a real store, restarts included."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

import pytest
from orchestrated import (
    ABORTED,
    FAILED,
    SUCCEEDED,
    PatientExecutor,
    Server,
    adds_one,
    impatient_task,
    node,
    outputs_of,
    template_of,
)

from glidepath.admin.errors import FailedPrecondition
from glidepath.executors.protocol import Failed
from glidepath.idl import admin, core


def test_an_execution_runs_to_its_outputs(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 5}


def test_nodes_and_attempts_are_recorded(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.run_to_end(execution)
    nodes = server.call("ListNodeExecutions", admin.NodeExecutionListRequest(workflow_execution_id=execution, limit=10))
    phases = {node.id.node_id: core.NodeExecution.Phase.Name(node.closure.phase) for node in nodes.node_executions}
    assert phases == {"start-node": SUCCEEDED, "n0": SUCCEEDED, "end-node": SUCCEEDED}
    tasks = server.call(
        "ListTaskExecutions",
        admin.TaskExecutionListRequest(
            node_execution_id=core.NodeExecutionIdentifier(node_id="n0", execution_id=execution), limit=10
        ),
    )
    assert [core.TaskExecution.Phase.Name(each.closure.phase) for each in tasks.task_executions] == [SUCCEEDED]


def test_a_restart_goes_on_where_it_was(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: len(executor.waiting) == 1)
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 5}


def test_an_attempt_is_not_submitted_again_by_a_restart(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: len(executor.waiting) == 1)
    for _ in range(3):
        server = servers()
    server.run_to_end(execution)
    assert [name for name in executor.started if name.startswith("e1-")] == ["e1-n0-0"]


def test_a_failed_attempt_fails_the_execution_with_its_error(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    error = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)
    executor.behaviour = lambda attempt: Failed(error, recoverable=False)
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    assert server.run_to_end(execution) == FAILED
    closure = server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=execution)).closure
    assert (closure.error.code, closure.error.message) == ("USER:ValueError", "oh no")


def test_terminate_stops_the_attempt(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: len(executor.waiting) == 1)
    server.call("TerminateExecution", admin.ExecutionTerminateRequest(id=execution, cause="enough"))
    server.until(lambda: server.phase(execution) == ABORTED)
    server.until(lambda: not executor.waiting)
    closure = server.call("GetExecution", admin.WorkflowExecutionGetRequest(id=execution)).closure
    assert closure.abort_metadata.cause == "enough"


def test_an_abort_that_was_asked_before_a_crash_is_carried_out_after_it(
    servers: Callable[[], Server], executor: PatientExecutor
) -> None:
    server = servers()
    server.register()
    execution = server.launch("e1", n=4)
    server.until(lambda: len(executor.waiting) == 1)
    server.orchestrator.stop()
    server.call("TerminateExecution", admin.ExecutionTerminateRequest(id=execution, cause="enough"))
    server = servers()
    server.until(lambda: server.phase(execution) == ABORTED)


def test_many_executions_share_commits(servers: Callable[[], Server]) -> None:
    server = servers()
    server.register()
    executions = [server.launch(f"e{i}", n=i) for i in range(30)]
    for i, execution in enumerate(executions):
        assert server.run_to_end(execution) == SUCCEEDED
        assert outputs_of(server, execution) == {"o0": i + 1}


def test_a_failure_inside_a_sub_workflow_fails_the_execution_and_stops_its_siblings(
    servers: Callable[[], Server], executor: PatientExecutor
) -> None:
    error = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)
    executor.behaviour = lambda attempt: Failed(error, recoverable=False) if "-n0-0-b" in attempt.name else adds_one(attempt)
    server = servers()
    server.register()
    inner = template_of("inner", [node("a"), node("b", "a"), node("c", "b")])
    plan = server.register_graph("outer", [node("n1"), node("n0", sub="inner")], inner)
    execution = server.launch("e1", plan, n=1)
    server.until(lambda: len(executor.names) == 2)
    executor.held.add("e1-n1-0")
    assert server.run_to_end(execution) == FAILED
    assert server.error(execution).message == "oh no"
    assert server.nodes(execution) == {"start-node": SUCCEEDED, "n0": FAILED, "n1": ABORTED}
    assert server.nodes(execution, "n0") == {"n0-0-start-node": SUCCEEDED, "n0-0-a": SUCCEEDED, "n0-0-b": FAILED}
    server.until(lambda: not executor.names)


def test_a_restart_inside_a_sub_workflow_goes_on(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    server.register()
    inner = template_of("inner", [node("a"), node("b", "a")])
    plan = server.register_graph("outer", [node("n0", sub="inner"), node("n1", "n0")], inner)
    execution = server.launch("e1", plan, n=1)
    for name in ("e1-n0-0-a-0", "e1-n0-0-b-0", "e1-n1-0"):
        server.until(lambda name=name: executor.names == [name])
        server = servers()
        executor.run_next()
    server.until(lambda: server.phase(execution) == SUCCEEDED)
    assert outputs_of(server, execution) == {"o0": 4}


@pytest.mark.parametrize("restarts", [False, True])
def test_no_more_nodes_run_at_once_than_max_parallelism(
    servers: Callable[[], Server], executor: PatientExecutor, restarts: bool
) -> None:
    server = servers()
    server.register()
    plan = server.register_graph("wide", [node(f"n{i}") for i in range(6)])
    execution = server.launch("e1", plan, parallelism=2, n=1)
    for ended in range(5):
        server.until(lambda ended=ended: len(executor.started) == ended + 2)
        assert len(executor.names) == 2
        if restarts:
            server = servers()
        executor.run_next()
    assert server.run_to_end(execution) == SUCCEEDED


def test_a_timeout_goes_on_after_a_restart(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    server.register()
    server.call("CreateTask", impatient_task("slow", 0.6))
    execution = server.launch("e1", server.register_graph("patient", [node("n0", runs="slow")]), n=1)
    server.until(lambda: bool(executor.names))
    executor.begin("e1-n0-0")
    server.until(lambda: server.attempt_phase(execution, "n0") == "RUNNING")
    server = servers()
    server.until(lambda: server.phase(execution) == FAILED)
    assert server.error(execution).code == "RetriesExhausted|TimeoutExpired"
    server.until(lambda: not executor.names)


def test_a_timeout_that_ran_out_while_no_server_ran_fires_at_the_next_start(
    servers: Callable[[], Server], executor: PatientExecutor
) -> None:
    server = servers()
    server.register()
    server.call("CreateTask", impatient_task("slow", 0.3, retries=1))
    execution = server.launch("e1", server.register_graph("patient", [node("n0", runs="slow")]), n=1)
    server.until(lambda: bool(executor.names))
    executor.begin("e1-n0-0")
    server.until(lambda: server.attempt_phase(execution, "n0") == "RUNNING")
    server.orchestrator.stop()
    time.sleep(0.35)
    server = servers()
    server.until(lambda: executor.names == ["e1-n0-1"])
    executor.run_next()
    server.until(lambda: server.phase(execution) == SUCCEEDED)


def test_a_termination_that_meets_the_end_leaves_one_last_phase(
    servers: Callable[[], Server], executor: PatientExecutor
) -> None:
    server = servers()
    server.register()
    for number in range(20):
        execution = server.launch(f"e{number}", n=1)
        server.until(lambda: bool(executor.names))
        ending = threading.Thread(target=executor.run_next)
        ending.start()
        try:
            server.terminate(execution)
        except FailedPrecondition:  # the end came first
            assert server.phase(execution) == SUCCEEDED
        ending.join()
        server.until(lambda execution=execution: server.phase(execution) in (SUCCEEDED, ABORTED))
        live = {phase for phase in server.nodes(execution).values() if phase in ("RUNNING", "QUEUED")}
        assert live == set()


def test_ended_executions_leave_nothing_behind(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    error = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)
    executor.behaviour = lambda attempt: Failed(error, False) if attempt.name.endswith("7-n0-0") else adds_one(attempt)
    server = servers()
    server.register()
    server.call("CreateTask", impatient_task("timed", 3600))
    inner = template_of("inner", [node("a"), node("b", "a", runs="timed")])
    plan = server.register_graph("outer", [node("n0"), node("n1", "n0", sub="inner"), node("n2", "n1", plan="wf")], inner)
    executions = [server.launch(f"e{number}", plan, n=number) for number in range(30)]
    for execution in executions[:5]:
        server.terminate(execution)
    for execution in executions:
        server.run_to_end(execution)
    orchestrator, dispatcher = server.orchestrator, server.dispatcher
    server.until(lambda: not dispatcher._attempts)
    assert (orchestrator._live, len(orchestrator._timers), dispatcher._names) == ({}, 0, {})
    server.until(lambda: not server.journal.pending)
