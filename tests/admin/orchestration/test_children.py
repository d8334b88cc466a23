"""Children of launch-plan nodes: across restarts, refused, aborted with their parents, never orphans."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from admin_specs import identifier
from orchestrated import ABORTED, FAILED, SUCCEEDED, PatientExecutor, Server, node, outputs_of

from glidepath.admin.offspring import Offspring
from glidepath.admin.orchestrator import Orchestrator
from glidepath.admin.services.executions import Executions
from glidepath.errors import FlyteUploadDataException
from glidepath.executors.protocol import Failed
from glidepath.idl import core


def parent_plan(server: Server) -> core.Identifier:
    server.register()
    return server.register_graph("parent", [node("n0", plan="wf"), node("n1", "n0")])


def test_a_childs_outputs_are_its_nodes(servers: Callable[[], Server]) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 3}


def test_a_child_that_fails_fails_its_node_with_its_error(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    error = core.ExecutionError(code="USER:ValueError", message="oh no", kind=core.ExecutionError.USER)
    executor.behaviour = lambda attempt: Failed(error, recoverable=False)
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    assert server.run_to_end(execution) == FAILED
    assert server.error(execution).message == "oh no"


def test_a_restart_while_a_child_runs_changes_nothing(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    server.until(lambda: bool(executor.names))
    for _ in range(3):
        server = servers()
    assert server.run_to_end(execution) == SUCCEEDED
    assert outputs_of(server, execution) == {"o0": 3}
    assert len(server.children()) == 1


def test_a_child_that_ended_just_before_a_crash_is_found_after_it(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    with monkeypatch.context() as patch:
        patch.setattr(Orchestrator, "_tell_parent", lambda *_: None)
        server.until(lambda: bool(executor.names))
        executor.run_next()
        server.until(lambda: [server.phase(child) for child in server.children()] == [SUCCEEDED])
        server.orchestrator.stop()
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED


def test_a_launch_that_was_not_carried_out_before_a_crash_is_carried_out_after_it(
    servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    plan = parent_plan(server)
    with monkeypatch.context() as patch:
        patch.setattr(Offspring, "launch", lambda *_: None)
        execution = server.launch("e1", plan, n=1)
        server.until(lambda: server.nodes(execution).get("n0") == "RUNNING")
        server.orchestrator.stop()
    server = servers()
    assert server.run_to_end(execution) == SUCCEEDED


def test_a_launch_waits_for_a_fault_that_passes(servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("glidepath.admin.errands._RETRY_SECONDS", 0.02)
    server = servers()
    plan = parent_plan(server)
    put, failures = server.storage.put, iter(range(3))
    execution = server.launch("e1", plan, n=1)

    def full(uri: str, data: bytes, *args: Any, **kwargs: Any) -> None:
        if "/admin/" in uri and next(failures, None) is not None:
            raise FlyteUploadDataException("no space left on device", where=uri)
        put(uri, data, *args, **kwargs)

    monkeypatch.setattr(server.storage, "put", full)
    assert server.run_to_end(execution) == SUCCEEDED


def test_a_child_that_is_refused_fails_its_node(servers: Callable[[], Server], monkeypatch: pytest.MonkeyPatch) -> None:
    server = servers()
    plan = parent_plan(server)

    create = Executions.create

    def refuse(self: Executions, request: Any, call: Any) -> Any:
        if request.spec.metadata.HasField("parent_node_execution"):
            request.spec.launch_plan.CopyFrom(identifier("LAUNCH_PLAN", "missing"))
        return create(self, request, call)

    monkeypatch.setattr(Executions, "create", refuse)
    execution = server.launch("e1", plan, n=1)
    server.until(lambda: server.phase(execution) == FAILED)
    assert server.error(execution).code == "ChildLaunchFailed"
    assert "missing entity of type launch_plan" in server.error(execution).message


def test_an_abort_ends_the_children(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    execution = server.launch("e1", parent_plan(server), n=1)
    server.until(lambda: bool(executor.names))
    server.terminate(execution)
    server.until(lambda: [server.phase(each) for each in (execution, *server.children())] == [ABORTED, ABORTED])
    server.until(lambda: not executor.names)


def test_a_child_whose_parent_was_aborted_just_before_a_crash_is_ended_after_it(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    server = servers()
    plan = parent_plan(server)
    with monkeypatch.context() as patch:
        patch.setattr(Offspring, "terminate", lambda *_: None)
        execution = server.launch("e1", plan, n=1)
        server.until(lambda: bool(executor.names))
        server.terminate(execution)
        server.until(lambda: server.phase(execution) == ABORTED)
        server.orchestrator.stop()
    server = servers()
    server.until(lambda: [server.phase(child) for child in server.children()] == [ABORTED])
    server.until(lambda: not executor.names)
