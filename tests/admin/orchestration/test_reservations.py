"""Serialised cached nodes, on a real store: one computes, the others wait for it, whatever becomes of it."""

from __future__ import annotations

from cached_runs import Servers, cached_task, status, with_one_node
from orchestrated import ABORTED, SUCCEEDED, PatientExecutor, Server, node, outputs_of
from sqlalchemy import select

from glidepath.admin.store import Store
from glidepath.admin.store.schema import reservations
from glidepath.idl import core


def computing(server: Server, executor: PatientExecutor) -> tuple[core.Identifier, core.WorkflowExecutionIdentifier]:
    """The plan of one serialised cached node, and an execution of it whose attempt is under way, for others to wait for."""
    plan = with_one_node(server, cached_task("slow", serialize=True))
    first = server.launch("first", plan, n=3)
    server.until(lambda: executor.names == ["first-a-0"])
    return plan, first


def test_of_many_equal_serialised_runs_one_computes(servers: Servers, executor: PatientExecutor) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow", serialize=True))
    runs = [server.launch(f"run{i}", plan, n=3) for i in range(12)]
    server.until(lambda: bool(executor.names))
    for run in runs:
        server.until(lambda run=run: server.phase(run) == SUCCEEDED or bool(executor.run_next()))  # type: ignore[misc]
    assert len(executor.started) == 1
    assert sorted(status(server, run) for run in runs) == ["CACHE_HIT"] * 11 + ["CACHE_POPULATED"]
    assert all(outputs_of(server, run) == {"o0": 4} for run in runs)


def test_serialised_runs_with_other_inputs_do_not_wait_for_each_other(servers: Servers, executor: PatientExecutor) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow", serialize=True))
    server.launch("one", plan, n=1)
    server.launch("two", plan, n=2)
    server.until(lambda: sorted(executor.names) == ["one-a-0", "two-a-0"])


def test_when_the_one_that_computes_is_aborted_the_next_one_computes(servers: Servers, executor: PatientExecutor) -> None:
    server = servers()
    plan, first = computing(server, executor)
    second = server.launch("second", plan, n=3)
    third = server.launch("third", plan, n=3)
    server.until(lambda: server.phase(third) == "RUNNING")
    server.terminate(first)
    server.until(lambda: server.phase(first) == ABORTED)
    server.until(lambda: len(executor.names) == 1)
    for run in (second, third):
        assert server.run_to_end(run) == SUCCEEDED
    assert len(executor.started) == 2


def test_one_that_is_aborted_while_it_waits_takes_nobodys_turn(
    servers: Servers, executor: PatientExecutor, store: Store
) -> None:
    server = servers()
    plan, first = computing(server, executor)
    second = server.launch("second", plan, n=3)
    server.until(lambda: server.phase(second) == "RUNNING")
    server.terminate(second)
    server.until(lambda: server.phase(second) == ABORTED)
    assert server.run_to_end(first) == SUCCEEDED
    assert executor.started == {"first-a-0"}
    with store.read() as connection:
        assert connection.execute(select(reservations.c.id)).all() == []


def test_a_reservation_outlives_the_server(servers: Servers, executor: PatientExecutor, store: Store) -> None:
    server = servers()
    plan, first = computing(server, executor)
    second = server.launch("second", plan, n=3)
    server.until(lambda: server.phase(second) == "RUNNING")
    server = servers()
    third = server.launch("third", plan, n=3)
    server.until(lambda: server.phase(third) == "RUNNING")
    with store.read() as connection:
        assert connection.execute(select(reservations.c.execution_name)).scalars().all() == ["first"]
    for run in (first, second, third):
        assert server.run_to_end(run) == SUCCEEDED
    assert executor.started == {"first-a-0"}
    assert (status(server, second), status(server, third)) == ("CACHE_HIT", "CACHE_HIT")


def test_the_reservation_of_an_execution_that_is_gone_binds_nobody(
    servers: Servers, executor: PatientExecutor, store: Store
) -> None:
    server = servers()
    plan, first = computing(server, executor)
    server.terminate(first)
    server.until(lambda: server.phase(first) == ABORTED)
    second = server.launch("second", plan, n=3)
    assert server.run_to_end(second) == SUCCEEDED


def test_nodes_of_one_execution_wait_for_each_other_too(servers: Servers, executor: PatientExecutor) -> None:
    server = servers()
    server.call("CreateTask", cached_task("slow", serialize=True))
    plan = server.register_graph("twice", [node("a", runs="slow"), node("b", runs="slow")])
    run = server.launch("run", plan, n=3)
    assert server.run_to_end(run) == SUCCEEDED
    assert len(executor.started) == 1
    assert sorted([status(server, run, "a"), status(server, run, "b")]) == ["CACHE_HIT", "CACHE_POPULATED"]


# --- explanations
