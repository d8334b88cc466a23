"""Pauses between attempts on the server, and the deadline of a node with all its attempts."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from admin_specs import task
from orchestrated import FAILED, SUCCEEDED, PatientExecutor, Server, adds_one, impatient_task, node

from glidepath.executors.protocol import Attempt, Failed, Outcome
from glidepath.idl import core

PASSING = core.ExecutionError(code="USER:Recoverable", message="not yet", kind=core.ExecutionError.USER)


def fails_first(attempt: Attempt) -> Outcome:
    return adds_one(attempt) if attempt.retry_attempt else Failed(PASSING, recoverable=True)


def launch_patient(server: Server, pause: str) -> core.WorkflowExecutionIdentifier:
    """A task with one more try, after some seconds."""
    server.executor.behaviour = fails_first
    server.register()
    request = task("patient")
    request.spec.template.metadata.retries.retries = 1
    request.spec.template.config["retry_backoff_initial_seconds"] = pause
    server.call("CreateTask", request)
    return server.launch("e1", server.register_graph("patient", [node("n0", runs="patient")]), n=1)


@pytest.mark.parametrize("restarts", [0, 2])
def test_the_next_attempt_waits_for_its_pause(servers: Callable[[], Server], executor: PatientExecutor, restarts: int) -> None:
    server = servers()
    execution = launch_patient(server, "0.4")
    server.until(lambda: bool(executor.names))
    executor.run_next()
    server.until(lambda: server.attempt_phase(execution, "n0") == FAILED)
    assert executor.started == {"e1-n0-0"}
    for _ in range(restarts):
        server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert (executor.runs["e1-n0-0"], executor.runs["e1-n0-1"]) == (1, 1)


def test_an_execution_in_its_pause_can_be_ended(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = launch_patient(server, "60")
    server.until(lambda: bool(executor.names))
    executor.run_next()
    server.until(lambda: server.attempt_phase(execution, "n0") == FAILED)
    server.terminate(execution)
    server.until(lambda: server.phase(execution) == "ABORTED")
    assert executor.started == {"e1-n0-0"}


def test_the_deadline_of_all_attempts_together_outlives_a_restart(
    servers: Callable[[], Server], executor: PatientExecutor
) -> None:
    """An attempt that never runs does not time out by itself; its node does, after twice the time."""
    server = servers()
    server.register()
    server.call("CreateTask", impatient_task("slow", 0.3))
    execution = server.launch("e1", server.register_graph("patient", [node("n0", runs="slow")]), n=1)
    server.until(lambda: bool(executor.names))
    server = servers()
    server.until(lambda: server.phase(execution) == FAILED)
    assert server.nodes(execution)["n0"] == "TIMED_OUT"
    assert server.error(execution).code == "Timeout"
