"""Sub-workflows, launch plans as children, overrides, failures at several depths."""

from glidepath import LaunchPlan, WorkflowFailurePolicy, task, workflow
from glidepath.errors import FlyteRecoverableException


@task
def add(a: int, b: int = 1) -> int:
    return a + b


@task
def invert(n: int) -> float:
    return 1 / n


@task(retries=2)
def stubborn(n: int) -> int:
    if n:
        raise FlyteRecoverableException(f"{n} is never good")
    return n


@workflow
def twice(a: int) -> int:
    return add(a=add(a=a))


@workflow
def nested(a: int = 1) -> tuple[int, int]:
    first = twice(a=a)
    return first, twice(a=first).with_overrides(node_name="second-pair")


doubled = LaunchPlan.get_or_create(nested, name="composed.doubled", default_inputs={"a": 5})


@workflow
def outer() -> int:
    """A child execution whose nodes are sub-workflows."""
    low, high = doubled()
    return add(a=low, b=high)


@workflow
def inverse(n: int) -> float:
    return invert(n=n)


@workflow
def inverse_inside(n: int = 0) -> float:
    return inverse(n=n)


@workflow
def inverse_in_child(n: int = 0) -> float:
    return LaunchPlan.get_or_create(inverse, name="composed.inverse")(n=n)


@workflow
def stubborn_wf(n: int = 7) -> int:
    return add(a=stubborn(n=n))


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def patient(n: int = 0) -> tuple[float, int]:
    """The second chain ends although the first has failed; what hangs on the failed node is skipped."""
    return invert(n=add(a=n, b=0)), twice(a=n)


@task
def grown(größe: int) -> int:
    return größe + 1


@workflow
def wachstum_ü(größe: int) -> int:
    """Names in other scripts than ASCII, in Python and on the wire."""
    return grown(größe=größe).with_overrides(name="wächst")
