"""GetExecution that is answered at the end: many wait on few threads, and each hears once."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

import grpc
import pytest

from glidepath.admin.ends import Ends
from glidepath.admin.errors import missing_entity
from glidepath.admin.grpc import GrpcSettings, create_server
from glidepath.admin.live import key_of
from glidepath.admin.long_poll import LongPolls
from glidepath.admin.rpc import Call, Service
from glidepath.idl import admin, core, service
from glidepath.idl.waiting import END, WAIT

HELD = ((WAIT, END),)
RUNNING, SUCCEEDED = core.WorkflowExecution.RUNNING, core.WorkflowExecution.SUCCEEDED
THREADS = 2


def execution_id(name: str) -> core.WorkflowExecutionIdentifier:
    return core.WorkflowExecutionIdentifier(project="p", domain="d", name=name)


@dataclass
class World:
    """A server with two threads, and the executions that it knows."""

    ends: Ends = field(default_factory=Ends)
    phases: dict[str, core.WorkflowExecution.Phase] = field(default_factory=dict)
    stub: Any = None
    polls: Any = None

    def get(self, request: admin.WorkflowExecutionGetRequest, call: Call) -> admin.Execution:
        if request.id.name not in self.phases:
            raise missing_entity("execution", request.id)
        return admin.Execution(id=request.id, closure=admin.ExecutionClosure(phase=self.phases[request.id.name]))

    def end(self, name: str) -> None:
        self.phases[name] = SUCCEEDED
        self.ends.ended(key_of(execution_id(name)))

    def begin(self, name: str, seconds: float = 30) -> Any:
        request = admin.WorkflowExecutionGetRequest(id=execution_id(name))
        return self.stub.GetExecution.future(request, timeout=seconds, metadata=HELD)

    def plain(self, name: str) -> str:
        request = admin.WorkflowExecutionGetRequest(id=execution_id(name))
        found = self.stub.GetExecution(request, timeout=10)
        return core.WorkflowExecution.Phase.Name(found.closure.phase)


@pytest.fixture
def world() -> Iterator[World]:
    made = World()
    made.polls = LongPolls(made.get, made.ends)
    services = [Service("flyteidl.service.AdminService", {"GetExecution": made.get})]
    server = create_server(services, GrpcSettings(threads=THREADS), (made.polls,))
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        made.stub = service.AdminServiceStub(channel)
        yield made
    server.stop(None)


def until(condition: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 20
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.005)


def test_hundreds_wait_while_others_are_served(world: World) -> None:
    names = [f"e{number}" for number in range(300)]
    world.phases = dict.fromkeys(names, RUNNING)
    waiting = [world.begin(name) for name in names]
    until(lambda: len(world.ends) == len(names))
    assert world.plain("e0") == "RUNNING"
    assert not any(future.done() for future in waiting)
    for name in names:
        world.end(name)
    assert [future.result(20).closure.phase for future in waiting] == [SUCCEEDED] * len(names)
    assert len(world.ends) == 0


def test_one_that_has_ended_is_answered_at_once(world: World) -> None:
    world.phases["old"] = SUCCEEDED
    assert world.begin("old").result(10).closure.phase == SUCCEEDED
    assert len(world.ends) == 0


def test_an_end_between_the_look_and_the_wait_is_heard(world: World) -> None:
    world.phases["e"] = RUNNING
    looked = world.get

    def ends_after_the_look(request: admin.WorkflowExecutionGetRequest, call: Call) -> admin.Execution:
        found = looked(request, call)
        if found.closure.phase == RUNNING:
            world.end("e")
        return found

    world.polls._get = ends_after_the_look
    assert world.begin("e").result(10).closure.phase == SUCCEEDED


def test_an_unknown_execution_is_refused(world: World) -> None:
    with pytest.raises(grpc.RpcError) as raised:
        world.begin("nobody").result(10)
    assert raised.value.code() == grpc.StatusCode.NOT_FOUND
    assert "missing entity of type execution" in raised.value.details()
    assert len(world.ends) == 0


def test_a_caller_that_gives_up_is_forgotten(world: World) -> None:
    world.phases["e"] = RUNNING
    future = world.begin("e", seconds=0.2)
    assert future.code() == grpc.StatusCode.DEADLINE_EXCEEDED
    until(lambda: len(world.ends) == 0)
    cancelled = world.begin("e")
    until(lambda: len(world.ends) == 1)
    cancelled.cancel()
    until(lambda: len(world.ends) == 0)
    world.end("e")
    assert world.plain("e") == "SUCCEEDED"


def test_a_closing_server_answers_those_who_wait_with_what_it_knows(world: World) -> None:
    world.phases["e"] = RUNNING
    future = world.begin("e")
    until(lambda: len(world.ends) == 1)
    world.polls.close()
    assert future.result(10).closure.phase == RUNNING
    assert world.begin("e").result(10).closure.phase == RUNNING


def test_each_of_several_waiting_for_one_execution_hears_once(world: World) -> None:
    world.phases["e"] = RUNNING
    heard: list[int] = []
    ends, lock = world.ends, threading.Lock()

    def note(number: int) -> Callable[[], None]:
        def wake() -> None:
            with lock:
                heard.append(number)

        return wake

    leave = [ends.wait(key_of(execution_id("e")), note(number)) for number in range(3)]
    leave[1]()
    world.end("e")
    world.end("e")
    assert heard == [0, 2]
