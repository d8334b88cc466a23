"""One wide execution does not hold others up."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from orchestrated import SUCCEEDED, PatientExecutor, Server, node

from glidepath.admin.journal import Journal
from glidepath.idl import admin, core

WIDTH = 90


def wide_plan(server: Server) -> Any:
    return server.register_graph("wide", [node(f"n{number}") for number in range(WIDTH)])


def running_wide(server: Server, executor: PatientExecutor) -> core.WorkflowExecutionIdentifier:
    """An execution with all its attempts under way."""
    server.register()
    wide = server.launch("wide", wide_plan(server), parallelism=1000, n=1)
    server.until(lambda: len(executor.names) == WIDTH)
    return wide


@contextmanager
def held_up(executor: PatientExecutor) -> Iterator[None]:
    """The orchestrator stands in the commit of a first attempt's end until the block ends."""
    held, free = threading.Event(), threading.Event()
    commit = Journal.commit

    def wait(self: Journal) -> None:
        held.set()
        assert free.wait(20)
        commit(self)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Journal, "commit", wait)
        executor.run_next()
        assert held.wait(20)
        try:
            yield
        finally:
            patch.undo()
            free.set()


def test_the_newcomer_advances_before_what_waited_of_a_wide_one(
    servers: Callable[[], Server], executor: PatientExecutor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the orchestrator is held up, the wide execution's reports pile up, and then a small one is launched."""
    server = servers()
    wide = running_wide(server, executor)
    advanced: list[str] = []
    add = Journal.add

    def write_down(self: Journal, live: Any, *rest: Any) -> None:
        advanced.append(live.key[2])
        add(self, live, *rest)

    with held_up(executor):
        executor.run_all()
        hello = server.launch("hello", n=1)
        monkeypatch.setattr(Journal, "add", write_down)
    assert server.run_to_end(hello) == SUCCEEDED
    assert server.run_to_end(wide) == SUCCEEDED
    assert "hello" in advanced[:3]
    assert advanced.count("wide") > WIDTH


def test_status_is_told_while_the_orchestrator_is_busy(servers: Callable[[], Server], executor: PatientExecutor) -> None:
    server = servers()
    wide = running_wide(server, executor)
    with held_up(executor):
        assert server.phase(wide) == "RUNNING"
        assert len(server.nodes(wide)) == WIDTH + 1
        assert server.call("GetExecutionData", admin.WorkflowExecutionGetDataRequest(id=wide)).full_inputs.literals
    assert server.run_to_end(wide) == SUCCEEDED
