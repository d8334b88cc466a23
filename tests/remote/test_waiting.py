"""Waiting for an execution: how often it asks, when it stops."""

import itertools

import pytest

from glidepath.errors import FlyteTimeout
from glidepath.idl import admin, core
from glidepath.remote import waiting


def execution(phase: core.WorkflowExecution.Phase) -> admin.Execution:
    return admin.Execution(
        id=core.WorkflowExecutionIdentifier(project="p", domain="d", name="a1"), closure=admin.ExecutionClosure(phase=phase)
    )


def test_questions_grow_rarer_up_to_the_longest_delay():
    delays = list(itertools.islice(waiting.delays(), 20))
    assert delays[0] == 0.05
    assert delays == sorted(delays)
    assert delays[-1] == 2.0


def test_a_chosen_interval_stays():
    assert list(itertools.islice(waiting.delays(7), 3)) == [7, 7, 7]


def test_it_returns_the_first_terminal_state_and_shows_every_state_on_the_way():
    phases = iter([core.WorkflowExecution.QUEUED, core.WorkflowExecution.RUNNING, core.WorkflowExecution.FAILED])
    seen: list[str] = []
    done = waiting.until_done(
        lambda: execution(next(phases)), interval=0, on_poll=lambda message: seen.append(waiting.phase_name(message))
    )
    assert waiting.phase_name(done) == "FAILED"
    assert seen == ["QUEUED", "RUNNING", "FAILED"]


def test_past_the_deadline_it_says_what_it_saw_last():
    with pytest.raises(FlyteTimeout) as raised:
        waiting.until_done(lambda: execution(core.WorkflowExecution.RUNNING), timeout=0)
    assert str(raised.value).startswith("execution a1 is still RUNNING after 0 s")
