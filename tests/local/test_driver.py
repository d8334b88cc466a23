"""What a local run tells, what it waits for, and whose exception it raises."""

from __future__ import annotations

import os
from datetime import timedelta
from typing import Any

import pytest

from glidepath import LaunchPlan, RetryBackoff, current_context, dynamic, local, map_task, reference_task, task, workflow
from glidepath.errors import FlyteAssertion, FlyteRecoverableException
from glidepath.idl import core, event

TRIES: list[float] = []


@task
def square(n: int) -> int:
    return n * n


@task
def invert(n: int) -> float:
    return 1 / n


@workflow
def squared(n: int) -> int:
    return square(n=n)


plan = LaunchPlan.get_or_create(squared)


@workflow
def with_child(n: int) -> int:
    return square(n=plan(n=n))


def watched(entity: Any, **inputs: Any) -> list[Any]:
    events: list[Any] = []
    local.run(entity, inputs, local.RunOptions(watch=events.append))
    return events


def test_a_watched_run_tells_the_events_of_a_control_plane() -> None:
    told = [
        (message.id.node_id, core.NodeExecution.Phase.Name(message.phase))
        for message in watched(squared, n=3)
        if isinstance(message, event.NodeExecutionEvent)
    ]
    assert told == [
        ("start-node", "SUCCEEDED"),
        ("n0", "QUEUED"),
        ("n0", "RUNNING"),
        ("n0", "SUCCEEDED"),
        ("end-node", "QUEUED"),
        ("end-node", "SUCCEEDED"),
    ]


def test_child_executions_tell_theirs_under_the_name_that_their_node_gives_them() -> None:
    events = watched(with_child, n=2)
    child = next(
        message.workflow_node_metadata.execution_id.name
        for message in events
        if isinstance(message, event.NodeExecutionEvent) and message.HasField("workflow_node_metadata")
    )
    ended = [message.execution_id.name for message in events if isinstance(message, event.WorkflowExecutionEvent)]
    assert list(dict.fromkeys(ended)) == ["local", child]


@task(retries=2, retry_backoff=RetryBackoff(timedelta(milliseconds=20)))
def patient() -> int:
    TRIES.append(current_context().execution_date.timestamp())
    if len(TRIES) < 3:
        raise FlyteRecoverableException("not yet")
    return len(TRIES)


@workflow
def patient_wf() -> int:
    return patient()


def test_a_run_waits_between_attempts_that_are_spaced() -> None:
    TRIES.clear()
    assert patient_wf() == 3


@dynamic
def inverses(ns: list[int]) -> list[float]:
    return [invert(n=n) for n in ns]


@workflow
def inverses_wf(ns: list[int]) -> list[float]:
    return inverses(ns=ns)


def test_a_failure_in_a_dynamic_graph_is_the_users_exception_with_its_place() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        inverses_wf(ns=[1, 0])
    (note,) = caught.value.__notes__
    assert note.startswith("in node n0-0-dn1, attempt 1, of ")


@dynamic
def misfit(n: int) -> int:
    return elsewhere(n=n)


@reference_task(project="p", domain="d", name="far.away", version="v1")
def elsewhere(n: int) -> int: ...  # type: ignore[empty-body]


@workflow
def misfit_wf(n: int) -> int:
    return misfit(n=n)


def test_a_reference_in_a_dynamic_graph_says_where_it_can_run() -> None:
    with pytest.raises(FlyteAssertion, match=r"calls p/d/far\.away@v1, which is a reference") as caught:
        misfit_wf(n=1)
    assert "--remote" in caught.value.hint


HANDLED: list[int] = []


@task
def handler(n: int) -> None:
    HANDLED.append(n)
    raise LookupError("the handler fails too")


@workflow(on_failure=handler)
def handled(n: int) -> float:
    return invert(n=n)


def test_what_a_handler_raises_comes_with_what_it_handled() -> None:
    HANDLED.clear()
    with pytest.raises(LookupError, match="the handler fails too") as caught:
        handled(n=0)
    assert HANDLED == [0]
    assert isinstance(caught.value.__context__, ZeroDivisionError)


@workflow
def mapped(ns: list[int]) -> list[float]:
    return map_task(invert)(n=ns)


def test_an_item_that_fails_raises_what_its_task_raised() -> None:
    assert mapped(ns=[1, 2]) == [1.0, 0.5]
    with pytest.raises(ZeroDivisionError):
        mapped(ns=[1, 0])


@task
def index(n: int) -> str:
    return os.environ[os.environ["BATCH_JOB_ARRAY_INDEX_VAR_NAME"]]


@workflow
def indices(ns: list[int]) -> list[str]:
    return map_task(index)(n=ns)


def test_an_item_finds_its_index_in_its_environment_and_nobody_after_it() -> None:
    assert indices(ns=[7, 8, 9]) == ["0", "1", "2"]
    assert "BATCH_JOB_ARRAY_INDEX_VAR_NAME" not in os.environ
