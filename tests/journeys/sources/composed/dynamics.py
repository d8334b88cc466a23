"""Dynamic tasks: plain results, recursion, what they call, and what goes wrong in them."""

from glidepath import LaunchPlan, WorkflowFailurePolicy, conditional, dynamic, map_task, task, workflow


@task
def add(a: int, b: int) -> int:
    return a + b


@task
def square(n: int) -> int:
    return n * n


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@task
def invert(n: int) -> float:
    return 1 / n


@workflow
def plus_one(n: int) -> int:
    return add(a=n, b=1)


plan = LaunchPlan.get_or_create(plus_one, name="composed.dynamic_plan")


@dynamic
def plain(n: int) -> int:
    """Calls nothing: a task like others."""
    return n + 1


@dynamic
def fibonacci(n: int) -> int:
    if n < 2:
        return n
    return add(a=fibonacci(n=n - 1), b=fibonacci(n=n - 2))


@dynamic(node_dependency_hints=[plan])
def everything(n: int) -> list[int]:
    """Tasks, a workflow, a launch plan, a map, a branch, another dynamic task."""
    squares = map_task(square)(n=list(range(n)))
    all_squares = total(numbers=squares)
    chosen = conditional("size").if_(all_squares > 10).then(square(n=n)).else_().then(plus_one(n=n))
    return [plus_one(n=n), plan(n=n), all_squares, chosen, fibonacci(n=3)]


@dynamic
def pairs(n: int) -> tuple[int, list[int]]:
    first = square(n=n)
    second = square(n=first)
    first >> second
    return first, [first, second, 5]


@dynamic
def inverses(ns: list[int]) -> list[float]:
    return [invert(n=n) for n in ns]


@dynamic
def raises(n: int) -> int:
    squared = square(n=n)
    if n > 0:
        raise RuntimeError("before the graph is done")
    return squared


@task
def note(n: int) -> str:
    return f"kept {n}"


@workflow
def plain_wf(n: int) -> int:
    return square(n=plain(n=n))


@workflow
def fibonacci_wf(n: int) -> int:
    return fibonacci(n=n)


@workflow
def everything_wf(n: int) -> list[int]:
    return everything(n=n)


@workflow
def pairs_wf(n: int) -> tuple[int, list[int]]:
    return pairs(n=n)


@workflow
def inverses_wf(ns: list[int]) -> list[float]:
    return inverses(ns=ns)


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE)
def patient_wf(n: int) -> tuple[list[float], str]:
    return inverses(ns=[1, n]), note(n=n)


@workflow
def raises_wf(n: int) -> int:
    return raises(n=n)


@workflow
def inside(n: int) -> int:
    """A dynamic task in a sub-workflow."""
    return fibonacci_wf(n=plain_wf(n=n))
