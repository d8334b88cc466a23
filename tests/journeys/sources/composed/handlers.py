"""Failure handlers: tasks and workflows, at several depths, with and without the error."""

from glidepath import LaunchPlan, dynamic, task, workflow
from glidepath.types.error import FlyteError


@task
def invert(n: int) -> float:
    return 1 / n


@task
def plain(n: int) -> None:
    print("plain", n)


@task
def told(n: int, err: FlyteError | None = None) -> None:
    """Fails, and so would be seen to fail, if it is not told who did."""
    if err is None or not err.failed_node_id:
        raise ValueError("nobody said which node failed")
    print("told", n, err.failed_node_id)


@task
def failing(n: int) -> None:
    raise ValueError("the handler fails too")


@task
def first(n: int) -> int:
    return n + 1


@task
def second(n: int) -> None:
    print("second", n)


@workflow
def handling(n: int) -> None:
    """A handler of two steps."""
    second(n=first(n=n))


@workflow(on_failure=plain)
def with_task(n: int = 0) -> float:
    return invert(n=n)


@workflow(on_failure=told)
def with_error(n: int = 0) -> float:
    return invert(n=n)


@workflow(on_failure=handling)
def with_workflow(n: int = 0) -> float:
    return invert(n=n)


@workflow(on_failure=failing)
def with_failing(n: int = 0) -> float:
    return invert(n=n)


@workflow(on_failure=told)
def around(n: int = 0) -> float:
    """The inner handler runs, then the outer one, which is told of the innermost node."""
    return with_error(n=n)


@workflow(on_failure=told)
def around_child(n: int = 0) -> float:
    return LaunchPlan.get_or_create(with_error, name="composed.with_error")(n=n)


@dynamic
def drawn(n: int) -> float:
    return with_error(n=n)


@workflow(on_failure=told)
def around_dynamic(n: int = 0) -> float:
    return drawn(n=n)
