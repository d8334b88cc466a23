"""Dynamic tasks as they are registered; what they draw is compared in tests/runtime."""

from typing import List

from flytekit import Resources, dynamic, map_task, task, workflow


@task
def dyn_square(x: int) -> int:
    return x * x


hinted = map_task(dyn_square, concurrency=3)


@dynamic
def dyn_loop(n: int) -> List[int]:
    """Squares.

    Args:
        n: how many
    """
    return [dyn_square(x=i) for i in range(n)]


@dynamic(
    retries=2,
    cache=True,
    cache_version="4",
    requests=Resources(mem="1Gi"),
    container_image="{{.image.trainer}}",
    environment={"A": "own", "Q": "w"},
    node_dependency_hints=[dyn_square, hinted],
)
def dyn_rich(n: int) -> int:
    return dyn_square(x=n)


@workflow
def dyn_wf(n: int) -> List[int]:
    dyn_rich(n=n).with_overrides(node_name="rich", retries=1)
    return dyn_loop(n=n)
