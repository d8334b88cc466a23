"""The watcher hears of ends from servers that hold questions, from those that do not, and across their absence."""

from __future__ import annotations

import queue
from typing import Any

import grpc
import pytest

from glidepath.errors import FlyteException, FlyteSystemUnavailableException
from glidepath.idl import admin, core
from glidepath.remote import watching
from glidepath.remote.watching import Watcher

RUNNING, SUCCEEDED = core.WorkflowExecution.RUNNING, core.WorkflowExecution.SUCCEEDED
E1 = core.WorkflowExecutionIdentifier(project="p", domain="d", name="e1")


class Answer:
    """A finished grpc future."""

    def __init__(self, outcome: Any) -> None:
        self.outcome = outcome

    def code(self) -> grpc.StatusCode:
        return self.outcome if isinstance(self.outcome, grpc.StatusCode) else grpc.StatusCode.OK

    def details(self) -> str:
        return "as scripted"

    def result(self) -> admin.Execution:
        return admin.Execution(id=E1, closure=admin.ExecutionClosure(phase=self.outcome))

    def add_done_callback(self, callback: Any) -> None:
        callback(self)


class Server:
    """Answers questions from a script; the last answer is given again and again."""

    def __init__(self, *outcomes: Any) -> None:
        self.outcomes = list(outcomes)
        self.questions = 0
        self.plain = 0

    def begin_get_ended_execution(self, request: admin.WorkflowExecutionGetRequest, seconds: float) -> Answer:
        self.questions += 1
        return Answer(self.outcomes.pop(0) if len(self.outcomes) > 1 else self.outcomes[0])

    def get_execution(self, request: admin.WorkflowExecutionGetRequest) -> admin.Execution:
        self.plain += 1
        return admin.Execution(id=E1)


def hear(server: Server, patience: float = 60) -> admin.Execution | FlyteException:
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()
    watcher = Watcher(server, patience)  # type: ignore[arg-type]  # a client by what the watcher calls
    try:
        watcher.watch(E1, heard.put)
        return heard.get(timeout=30)
    finally:
        watcher.close()


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "delays", lambda: iter([0.001] * 10_000))


def phase(heard: admin.Execution | FlyteException) -> core.WorkflowExecution.Phase:
    assert isinstance(heard, admin.Execution)
    return heard.closure.phase


def test_a_server_that_answers_at_once_is_asked_again() -> None:
    server = Server(RUNNING, RUNNING, SUCCEEDED)
    assert phase(hear(server)) == SUCCEEDED
    assert server.questions == 3


def test_a_question_that_was_held_to_its_deadline_is_asked_again() -> None:
    server = Server(grpc.StatusCode.DEADLINE_EXCEEDED, SUCCEEDED)
    assert phase(hear(server)) == SUCCEEDED


def test_a_server_that_was_away_is_found_again() -> None:
    assert phase(hear(Server(*[grpc.StatusCode.UNAVAILABLE] * 5, grpc.StatusCode.CANCELLED, SUCCEEDED))) == SUCCEEDED


def test_patience_ends() -> None:
    heard = hear(Server(grpc.StatusCode.UNAVAILABLE), patience=0.05)
    assert isinstance(heard, FlyteSystemUnavailableException)
    assert "UNAVAILABLE: as scripted" in heard.message


def test_an_execution_that_is_not_there_is_told_at_once() -> None:
    heard = hear(Server(grpc.StatusCode.NOT_FOUND))
    assert isinstance(heard, FlyteException)


def test_a_refused_token_is_renewed_by_a_plain_call() -> None:
    server = Server(grpc.StatusCode.UNAUTHENTICATED, SUCCEEDED)
    assert phase(hear(server)) == SUCCEEDED
    assert server.plain == 1


def test_who_cannot_take_the_news_does_not_stop_the_others() -> None:
    heard: queue.SimpleQueue[Any] = queue.SimpleQueue()

    def broken(ended: Any) -> None:
        raise ValueError("not mine")

    watcher = Watcher(Server(SUCCEEDED))  # type: ignore[arg-type]
    watcher.watch(E1, broken)
    watcher.watch(E1, heard.put)
    assert phase(heard.get(timeout=30)) == SUCCEEDED
    watcher.close()
