"""Retries, failures, sub-workflows, launch plans and overrides."""

import os
import time
from dataclasses import dataclass
from datetime import timedelta

from flytekit import LaunchPlan, Resources, WorkflowFailurePolicy, current_context, task, workflow
from flytekit.exceptions.user import FlyteRecoverableException

from interop.values import who


@dataclass
class Deep:
    table: dict[str, list[int]]


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
def deep(n: int) -> Deep:
    return Deep({"k": [n, n * n]})


@task(retries=3)
def stubborn(succeed_at: int) -> int:
    """Succeeds at the attempt with this number; before that it asks for another."""
    attempt = int(os.environ["FLYTE_ATTEMPT_NUMBER"])
    if attempt < succeed_at:
        raise FlyteRecoverableException(f"attempt {attempt} of {succeed_at}")
    return attempt


@task
def broken(text: str) -> int:
    return int(text)


@task(timeout=timedelta(minutes=5))
def slow(seconds: int) -> int:
    time.sleep(seconds)
    return seconds


@task(environment={"UNIT": "MiB"}, requests=Resources(cpu="100m", mem="100Mi"))
def where() -> dict[str, str]:
    """What a task learns of its surroundings."""
    context = current_context()
    return {
        "unit": os.environ["UNIT"],
        "execution": context.execution_id.name,
        "task": context.task_id.name,
        "variable": os.environ["FLYTE_INTERNAL_EXECUTION_ID"],
        "folder": str(context.working_directory),
    }


@workflow
def add_wf(a: int, b: int = 5) -> int:
    return add(a=a, b=b)


@workflow
def twice_wf(a: int) -> int:
    """The same sub-workflow, two levels deep."""
    return add_wf(a=add_wf(a=a, b=1), b=2)


doubled = LaunchPlan.get_or_create(workflow=add_wf, name="interop.doubled", default_inputs={"a": 20})
fixed = LaunchPlan.get_or_create(workflow=add_wf, name="interop.fixed", fixed_inputs={"b": 100})


@workflow
def plans_wf(a: int) -> int:
    """Two launch plans as nodes: executions of their own."""
    return add(a=doubled(b=1), b=fixed(a=a))


@workflow
def paths_wf(n: int) -> int:
    """A part of an output, not the whole of it."""
    made = deep(n=n)
    return add(a=made.table["k"][1], b=made.table["k"][0])


@workflow
def stubborn_wf(succeed_at: int = 2) -> int:
    return stubborn(succeed_at=succeed_at)


@workflow
def broken_wf(text: str = "this") -> int:
    return broken(text=text)


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def patient_wf() -> tuple[int, int]:
    return broken(text="that"), add(a=1, b=add(a=1, b=1))


@workflow
def slow_wf(seconds: int = 120) -> int:
    return slow(seconds=seconds)


@workflow
def overrides_wf() -> tuple[dict[str, str], int]:
    found = where().with_overrides(node_name="found", requests=Resources(cpu="200m", mem="200Mi"))
    count = add(a=1).with_overrides(name="shown", retries=2, timeout=timedelta(minutes=1))
    found >> count
    return found, count


@workflow
def who_wf() -> dict[str, str]:
    return who()
