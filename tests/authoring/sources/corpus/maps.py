"""Maps over tasks, launch plans and references."""

import functools
from dataclasses import dataclass
from datetime import timedelta
from typing import Dict, List, NamedTuple, Optional

from flytekit import (
    LaunchPlan,
    Resources,
    Secret,
    TaskMetadata,
    map_task,
    reference_launch_plan,
    reference_task,
    task,
    workflow,
)
from flytekit.extras.accelerators import T4


@dataclass
class Spot:
    a: int


class One(NamedTuple):
    only: int


@task
def square(x: int) -> int:
    return x * x


@task(
    retries=2,
    cache=True,
    cache_version="1",
    timeout=timedelta(minutes=3),
    interruptible=True,
    requests=Resources(cpu="1"),
    environment={"A": "b"},
    container_image="{{.image.trainer}}",
    secret_requests=[Secret("group", "key")],
    enable_deck=True,
    deprecated="use square",
    labels={"team": "a"},
    shared_memory=True,
)
def rich(x: int, y: str, z: float = 2.0) -> str:
    """Docstrings of mapped tasks describe nothing in their maps.

    Args:
        x: an x
        y: a y
    """
    return y * x


@task
def nothing(x: int):
    print(x)


@task
def maybe(a: List[int]) -> Optional[int]:
    return a[0] if a else None


@task
def one(x: int) -> One:
    return One(x)


@task
def points(p: Spot, by: Dict[str, int]) -> Spot:
    return p


@workflow
def child(x: int, y: int = 3) -> int:
    return square(x=x)


plan = LaunchPlan.get_or_create(child, name="corpus_map_plan", default_inputs={"x": 4})
fixed = LaunchPlan.get_or_create(child, name="corpus.map.fixed", fixed_inputs={"y": 4})


@reference_task(project="p", domain="d", name="some.task", version="v")
def registered(x: int, y: str) -> int: ...


@reference_launch_plan(project="p", domain="d", name="some.plan", version="v")
def registered_plan(x: int, y: str) -> int: ...


at_module_level = map_task(square, concurrency=9)


@workflow
def plain_map_wf(xs: List[int]) -> List[int]:
    return map_task(square)(x=xs)


@workflow
def partial_map_wf(xs: List[int], ys: List[str]) -> List[Optional[str]]:
    mapped = map_task(functools.partial(rich, z=3.0), concurrency=4, min_success_ratio=0.5)
    return mapped(x=xs, y=ys).with_overrides(requests=Resources(cpu="2"), retries=5, cache=True, cache_version="9")


@workflow
def bound_promise_wf(xs: List[int], y: str) -> List[str]:
    metadata = TaskMetadata(
        retries=7,
        cache=True,
        cache_version="x",
        cache_serialize=True,
        cache_ignore_input_vars=("y",),
        timeout=10,
        interruptible=False,
        pod_template_name="template",
        annotations={"a": "b"},
    )
    return map_task(functools.partial(rich, y=y, z=1.0), metadata=metadata)(x=xs)


@workflow
def overridden_map_wf(xs: List[int]):
    map_task(square)(x=xs).with_overrides(
        timeout=timedelta(seconds=77),
        interruptible=False,
        name="nice",
        node_name="maps",
        container_image="other:v1",
        accelerator=T4,
    )


@workflow
def chained_maps_wf(xs: List[int]) -> List[Optional[int]]:
    first = map_task(square, concurrency=0)(x=xs)
    second = map_task(square, min_success_ratio=0.25)(x=first)
    other = square(x=3)
    alone = map_task(square, run_all_sub_nodes=True)(x=[xs[0], 3, other])
    other >> alone
    map_task(square, min_success_ratio=1)(x=[1, 2])
    map_task(square, min_success_ratio=None)(x=[1, 2])
    return second


@workflow
def void_map_wf(xs: List[int]):
    map_task(nothing)(x=xs)


@workflow
def maybe_map_wf(xs: List[List[int]]) -> List[Optional[int]]:
    return map_task(maybe)(a=xs)


@workflow
def one_map_wf(xs: List[int]) -> List[int]:
    return map_task(one)(x=xs)


@workflow
def points_map_wf(ps: List[Spot]) -> List[Spot]:
    return map_task(functools.partial(points, by={"a": 1}))(p=ps)


@workflow
def module_map_wf(xs: List[int]) -> List[int]:
    return at_module_level(x=xs)


@workflow
def plan_map_wf(xs: List[int], ys: List[int]) -> List[int]:
    return map_task(plan, concurrency=2)(x=xs, y=ys)


@workflow
def plan_ratio_wf(xs: List[int], ys: List[int]) -> List[Optional[int]]:
    return map_task(plan, min_success_ratio=0.4)(x=xs, y=ys).with_overrides(
        timeout=timedelta(seconds=77),
        interruptible=True,
        name="nice",
        node_name="plans",
        retries=4,
        cache=True,
        cache_version="3",
    )


@workflow
def fixed_plan_wf(xs: List[int]) -> List[int]:
    return map_task(fixed, min_successes=1)(x=xs)


@workflow
def default_plan_wf(xs: List[int], ys: List[int]) -> List[int]:
    return map_task(LaunchPlan.get_default_launch_plan(None, child), min_successes=2, min_success_ratio=0.5)(x=xs, y=ys)


@workflow
def registered_task_wf(xs: List[int], ys: List[str]) -> List[int]:
    return map_task(registered, concurrency=3)(x=xs, y=ys).with_overrides(requests=Resources(cpu="2"), retries=2)


@workflow
def registered_plan_wf(xs: List[int], ys: List[str]) -> List[int]:
    return map_task(registered_plan, run_all_sub_nodes=True)(x=xs, y=ys)
