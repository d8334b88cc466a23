"""What refers to entities of ``composed.graphs``, registered before as version ``far``, without their code."""

from glidepath import (
    conditional,
    dynamic,
    map_task,
    reference_launch_plan,
    reference_task,
    task,
    workflow,
)

WHERE = {"project": "flytesnacks", "domain": "development", "version": "far"}


@reference_task(name="composed.graphs.add", **WHERE)
def add(a: int, b: int) -> int: ...


@reference_launch_plan(name="composed.doubled", **WHERE)
def doubled(a: int) -> tuple[int, int]: ...


@task
def total(numbers: list[int]) -> int:
    return sum(numbers)


@workflow
def all_kinds(n: int) -> int:
    low, high = doubled(a=n)
    return total(numbers=[add(a=n, b=2), low, high])


@workflow
def mapped(ns: list[int]) -> int:
    return total(numbers=map_task(add)(a=ns, b=ns))


@workflow
def chosen(n: int) -> int:
    return conditional("which").if_(n > 5).then(add(a=n, b=1)).else_().then(total(numbers=[n]))


@dynamic
def drawn(n: int) -> int:
    low, high = doubled(a=n)
    return total(numbers=[high, *(add(a=low, b=i) for i in range(n))])


@workflow
def drawn_wf(n: int) -> int:
    return drawn(n=n)
