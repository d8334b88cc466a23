"""Dynamic tasks and maps that stock flytekit and Glidepath run side by side."""

import functools
from dataclasses import dataclass
from typing import Dict, List, NamedTuple, Optional, Tuple

from flytekit import (
    LaunchPlan,
    Resources,
    conditional,
    current_context,
    dynamic,
    map_task,
    reference_launch_plan,
    task,
    workflow,
)
from flytekit.core.node_creation import create_node


@dataclass
class Spot:
    a: int
    b: str


class Out(NamedTuple):
    a: int
    b: List[int]
    c: Dict[str, int]
    d: str


@task(retries=1, requests=Resources(cpu="1"), environment={"Q": "w", "A": "task"}, container_image="{{.image.trainer}}")
def square(x: int) -> int:
    return x * x


@task(cache=True, cache_version="2")
def add(a: int, b: int) -> int:
    return a + b


@task
def total(xs: List[int]) -> int:
    return sum(xs)


@task
def spot(s: Spot) -> Spot:
    return s


@task
def note(s: str):
    print(s)


@task
def label(x: int, y: str, z: float = 2.0) -> str:
    return f"{x}{y}{z}"


@workflow
def deep(x: int) -> int:
    return square(x=x)


@workflow
def sub(x: int, y: int = 3) -> int:
    return add(a=deep(x=x), b=y)


@workflow
def behind(x: int) -> int:
    return add(a=x, b=1)


plan = LaunchPlan.get_or_create(behind, name="drawn_plan", default_inputs={"x": 4})


@reference_launch_plan(project="p", domain="d", name="there", version="v")
def there(x: int) -> int: ...


@dynamic
def nocalls(n: int) -> int:
    return n + 1


@dynamic
def void(n: int):
    for i in range(n):
        note(s=str(i))


@dynamic
def mixed(n: int) -> Out:
    x = square(x=n)
    return Out(a=x, b=[x, 3, add(a=x, b=n)], c={"k": x, "l": 4}, d="const")


@dynamic(environment={"OWN": "1"})
def fib(n: int) -> int:
    if n < 2:
        return n
    return add(a=fib(n=n - 1), b=fib(n=n - 2))


@dynamic
def constants(n: int) -> Tuple[List[int], Spot, Optional[str]]:
    s = spot(s=Spot(n, "b"))
    spot(s=s)
    note(s=s.b)
    return [1, 2], Spot(1, "a"), None


@dynamic
def composed(n: int) -> Tuple[int, List[int]]:
    s = sub(x=n)
    p = plan(x=n)
    r = there(x=n)
    m = map_task(square)(x=[n, 2])
    map_task(functools.partial(label, z=1.0), concurrency=2, min_success_ratio=0.5)(x=[n], y=["a"])
    map_task(plan)(x=[n, s])
    first = create_node(note, s="hi")
    second = create_node(note, s="ho")
    first >> second
    o = square(x=3).with_overrides(node_name="custom", retries=4, requests=Resources(cpu="2"))
    return add(a=s, b=p), [total(xs=m), o, r]


@dynamic
def choosing(n: int) -> int:
    x = square(x=n)
    return conditional("c").if_(x > 3).then(square(x=x)).else_().then(add(a=x, b=1))


@workflow
def around(x: int) -> int:
    return mixed(n=x).a


@dynamic
def nested(n: int) -> int:
    return around(x=n)


@dynamic
def named(n: int) -> int:
    return square(x=len(current_context().execution_id.name))
