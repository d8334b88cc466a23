"""Workflows called in this process: the engine's meaning, the user's own exceptions."""

from __future__ import annotations

import time
import traceback
from datetime import timedelta
from pathlib import Path
from typing import NamedTuple

import pytest

from glidepath import (
    FlyteFile,
    LaunchPlan,
    WorkflowFailurePolicy,
    current_context,
    reference_task,
    task,
    workflow,
)
from glidepath.errors import FlyteAssertion, FlyteRecoverableException, FlyteTypeException, FlyteUserException

CALLS: list[str] = []


@pytest.fixture(autouse=True)
def _fresh_calls() -> None:
    CALLS.clear()


class Pair(NamedTuple):
    low: int
    high: int


@task
def inc(n: int) -> int:
    CALLS.append(f"inc {n}")
    return n + 1


@task
def both(n: int) -> Pair:
    return Pair(low=n - 1, high=n + 1)


@task
def divide(a: int, b: int) -> float:
    CALLS.append(f"divide {a} {b}")
    return a / b


@task
async def later(n: int) -> int:
    return n * 2


@workflow
def twice(n: int = 1) -> int:
    return inc(n=inc(n=n))


@workflow
def pair_wf(n: int) -> Pair:
    pair = both(n=n)
    return Pair(low=pair.low, high=twice(n=pair.high))


@workflow
def two_outputs(n: int) -> tuple[int, int]:
    return inc(n=n), later(n=n)


@workflow
def failing(b: int = 0) -> float:
    return divide(a=1, b=b)


def test_a_workflow_gives_what_its_function_would() -> None:
    assert twice(n=3) == 5
    assert two_outputs(n=2) == (3, 4)
    assert pair_wf(n=5) == Pair(low=4, high=8)


def test_defaults_are_taken() -> None:
    assert twice() == 3


def test_the_users_exception_arrives_with_the_users_line_and_a_note_of_the_node() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        failing()
    assert "return a / b" in "".join(traceback.format_exception(caught.value))
    (note,) = caught.value.__notes__
    assert note.startswith("in node n0, attempt 1, of ")
    assert note.endswith("divide)")


def test_a_missing_input_is_named() -> None:
    with pytest.raises(FlyteAssertion, match="needs input n"):
        pair_wf()  # type: ignore[call-arg]


def test_an_unknown_input_is_named() -> None:
    with pytest.raises(FlyteAssertion, match="has no input 'm'"):
        twice(m=1)  # type: ignore[call-arg]


def test_an_input_of_the_wrong_type_is_refused() -> None:
    with pytest.raises(FlyteTypeException, match="input 'n'"):
        twice(n="three")  # type: ignore[arg-type]


def test_a_launch_plan_brings_its_inputs() -> None:
    plan = LaunchPlan.create("local_tests.fixed", twice, fixed_inputs={"n": 10})
    assert plan() == 12


def test_a_launch_plan_is_a_node() -> None:
    plan = LaunchPlan.create("local_tests.default", twice, default_inputs={"n": 10})

    @workflow
    def outer() -> int:
        return inc(n=plan())

    assert outer() == 13


def test_a_failing_child_fails_its_parent_with_the_childs_exception() -> None:
    plan = LaunchPlan.get_or_create(failing)

    @workflow
    def outer() -> float:
        return plan()  # type: ignore[no-any-return]

    with pytest.raises(ZeroDivisionError):
        outer()


@task(retries=2)
def flaky(good_at: int) -> int:
    CALLS.append("flaky")
    if len(CALLS) < good_at:
        raise FlyteRecoverableException("not yet")
    return len(CALLS)


@workflow
def flaky_wf(good_at: int) -> int:
    return flaky(good_at=good_at)


def test_a_recoverable_failure_is_retried() -> None:
    assert flaky_wf(good_at=3) == 3


def test_a_spent_budget_ends_with_the_last_exception() -> None:
    with pytest.raises(FlyteRecoverableException, match="not yet") as caught:
        flaky_wf(good_at=9)
    assert CALLS == ["flaky"] * 3
    assert "attempt 3" in caught.value.where
    assert caught.value.__context__ is None  # another attempt's failure is nothing that this one handled


def test_other_failures_are_not_retried() -> None:
    with pytest.raises(ZeroDivisionError):
        failing()
    assert CALLS == ["divide 1 0"]


@task(timeout=timedelta(milliseconds=20))
def slow() -> int:
    time.sleep(0.05)
    return 1


@workflow
def slow_wf() -> int:
    return slow()


def test_a_task_past_its_timeout_fails_as_it_would_on_a_server() -> None:
    with pytest.raises(FlyteUserException, match="timeout"):
        slow_wf()


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def patient() -> tuple[float, int]:
    return divide(a=1, b=0), inc(n=inc(n=1))


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def twice_broken() -> tuple[float, float]:
    return divide(a=1, b=0), divide(a=2, b=0)


def test_other_failed_nodes_are_named() -> None:
    with pytest.raises(ZeroDivisionError) as caught:
        twice_broken()
    assert caught.value.__notes__[1:] == ["1 more failed: n1"]  # type: ignore[attr-defined]


@workflow
def impatient() -> tuple[float, int]:
    return divide(a=1, b=0), inc(n=inc(n=1))


def test_the_failure_policy_decides_what_still_runs() -> None:
    with pytest.raises(ZeroDivisionError):
        patient()
    assert CALLS == ["divide 1 0", "inc 1", "inc 2"]
    CALLS.clear()
    with pytest.raises(ZeroDivisionError):
        impatient()
    assert CALLS == ["divide 1 0"]


@task
def write(name: str) -> FlyteFile:
    path = Path(current_context().working_directory) / "result.txt"
    assert not path.exists()
    path.write_text(name)
    return FlyteFile(str(path))


@task
def read(file: FlyteFile) -> str:
    return Path(file).read_text()


@workflow
def files() -> tuple[str, str]:
    return read(file=write(name="a")), read(file=write(name="b"))


def test_each_attempt_has_a_workspace_of_its_own() -> None:
    assert files() == ("a", "b")


@task(retries=1)
def resumes() -> str:
    checkpoint = current_context().checkpoint
    saved = checkpoint.read() if checkpoint.prev_exists() else None
    if saved is None:
        checkpoint.write(b"half way")
        raise FlyteRecoverableException("stopped")
    return saved.decode()


@workflow
def resumes_wf() -> str:
    return resumes()


def test_a_checkpoint_reaches_the_next_attempt() -> None:
    assert resumes_wf() == "half way"


@reference_task(project="p", domain="d", name="far.away", version="v1")
def elsewhere(n: int) -> int: ...  # type: ignore[empty-body]


@workflow
def uses_reference(n: int = 1) -> int:
    return elsewhere(n=n)


def test_a_reference_cannot_run_here_and_says_where_it_can() -> None:
    with pytest.raises(FlyteAssertion, match=r"far\.away, which is a reference") as caught:
        uses_reference()
    assert "--remote" in caught.value.hint
