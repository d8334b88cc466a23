# ruff: noqa  (the sources show every way in which users write things)
"""Workflows: bindings, order, overrides, attribute access, sub-workflows, launch plans as nodes, failure policies."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NamedTuple, Optional

from flytekit import Cache, Documentation, LaunchPlan, Options, Resources, WorkflowFailurePolicy, task, workflow
from flytekit.core.node_creation import create_node
from flytekit.extras.accelerators import A100, T4
from flytekit.models.common import Annotations, Labels
from flytekit.types.error import FlyteError


class Two(NamedTuple):
    number: int
    text: str


@dataclass
class Deep:
    a: dict[str, list[int]]
    b: str


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
def say(text: str) -> str:
    return text


@task
def note(text: str) -> None:
    return None


@task
def two(n: int) -> Two:
    return Two(n, str(n))


@task
def deep(n: int) -> Deep:
    return Deep(a={"k": [n]}, b="b")


@task
def listed(n: int) -> list[dict[str, int]]:
    return [{"n": n}]


@task
def total(ns: list[int], by: dict[str, int]) -> int:
    return sum(ns)


@workflow
def empty_wf() -> None:
    pass


@workflow
def constants_wf() -> int:
    return add(a=1, b=2)


@workflow
def default_wf(a: int = 3) -> int:
    return add(a=a)


@workflow
def positional_wf(a: int) -> int:
    return add(a, 4)


@workflow
def collections_wf(a: int) -> int:
    b = add(a=a)
    return total(ns=[a, b, 3], by={"x": b, "a": 4})


@workflow
def returned_list_wf(a: int) -> tuple[list[int], dict[str, int], int]:
    b = add(a=a)
    return [a, b, 1], {"k": b}, 5


@workflow
def named_wf(n: int) -> Two:
    out = two(n=n)
    return Two(number=add(a=out.number), text=say(text=out.text))


@workflow
def whole_named_wf(n: int) -> Two:
    return two(n=n)


@workflow
def unpacked_wf(n: int) -> tuple[int, str]:
    number, text = two(n=n)
    return number, text


@workflow
def attribute_wf(n: int) -> tuple[int, str, int]:
    d = deep(n=n)
    x = add(a=d.a["k"][0])
    note(text=d.b)
    y = listed(n=x)
    return d.a["k"][0], d.b, y[0]["n"]


@workflow
def ordered_wf(a: int) -> int:
    first = create_node(note, text="first")
    second = create_node(note, text="second")
    third = create_node(add, a=a)
    first >> second
    second >> third
    third.runs_before(create_node(note, text="last"))
    return third.o0


@workflow
def ordered_promises_wf(a: int) -> int:
    x = add(a=a)
    y = add(a=a, b=2)
    z = note(text="z")
    x >> y >> z
    return y


@workflow
def overrides_wf(a: int) -> int:
    w = add(a=a).with_overrides(node_name="First Node", retries=4, timeout=timedelta(seconds=5), interruptible=True)
    x = add(a=w).with_overrides(requests=Resources(cpu="1"), limits=Resources(cpu="2", mem="1Gi"))
    y = add(a=x).with_overrides(resources=Resources(cpu=("1", "3"), gpu=1), name="shown.name", container_image="other:1")
    z = add(a=y).with_overrides(accelerator=T4, shared_memory=True, cache=True, cache_version="5", cache_serialize=True)
    v = add(a=z).with_overrides(shared_memory="1Gi", cache=Cache(version="8", serialize=True, ignored_inputs=("b",)))
    u = two(n=v).with_overrides(aliases={"number": "amount"}, cache=False, timeout=7)
    t = add(a=u.number).with_overrides(requests=Resources(mem="1Mi"), accelerator=A100.partition_2g_10gb, timeout=None)
    return t


@workflow
def resource_overrides_wf(a: int) -> int:
    every = Resources(cpu="1", mem="2", gpu="3", ephemeral_storage="4")
    x = add(a=a).with_overrides(requests=every, limits=every)
    y = add(a=x).with_overrides(resources=Resources(cpu=("1", "5"), mem=("2", "5"), gpu=("3", "5")))
    return add(a=y).with_overrides(limits=Resources(mem="3")).with_overrides(retries=2)


@workflow
def overrides_on_nodes_wf(a: int) -> int:
    node = create_node(add, a=a)
    node.with_overrides(node_name="made", retries=0, interruptible=False)
    inner = named_wf(n=node.o0).with_overrides(node_name="inner-one")
    note(text=inner.text).with_overrides(node_name="noted")
    return inner.number


@workflow
def sub_wf(a: int) -> int:
    x = default_wf(a=a)
    y = default_wf(a=x)
    named_wf(n=y)
    return y


@workflow
def sub_sub_wf(a: int) -> int:
    note(text="before")
    return sub_wf(a=sub_wf(a=a))


@workflow(failure_policy=WorkflowFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE, interruptible=True)
def policy_wf(a: int) -> int:
    return add(a=a)


@workflow(docs=Documentation(short_description="documented workflow"))
def documented_wf(a: int) -> int:
    return add(a=a)


@workflow(default_options=Options(labels=Labels({"k": "v"}), annotations=Annotations({"x": "y"})))
def options_wf(a: int) -> int:
    return add(a=a)


@task
def clean_up(a: int) -> None:
    return None


@task
def clean_up_with_error(a: int, err: Optional[FlyteError] = None, more: Optional[int] = None) -> None:
    return None


@workflow
def clean_up_wf(a: int, err: Optional[FlyteError] = None) -> None:
    clean_up_with_error(a=a, err=err)


@workflow(on_failure=clean_up_with_error)
def failing_with_error_wf(a: int) -> int:
    return add(a=a)


@workflow(on_failure=clean_up_wf)
def failing_with_workflow_wf(a: int) -> int:
    return add(a=a)


@workflow(on_failure=clean_up)
def failing_wf(a: int) -> int:
    return add(a=a)


plan = LaunchPlan.get_or_create(workflow=default_wf, name="corpus.graphs.plan", default_inputs={"a": 6})
fixed_plan = LaunchPlan.get_or_create(workflow=default_wf, name="corpus.graphs.fixed_plan", fixed_inputs={"a": 7})
default_plan = LaunchPlan.get_or_create(workflow=named_wf)


@workflow
def plans_wf(a: int) -> int:
    x = plan(a=a)
    y = plan()
    z = fixed_plan()
    w = default_plan(n=z)
    return total(ns=[x, y, z, w.number], by={})


@task(retries=3, timeout=9, interruptible=True, cache=True, cache_version="1")
def demanding(a: int) -> int:
    return a


interruptible_plan = LaunchPlan.get_or_create(workflow=policy_wf, name="corpus.elsewhere.interruptible_plan")


@workflow
def inherited_wf(a: int) -> int:
    policy_wf(a=a).with_overrides(retries=3, timeout=5, cache=True, cache_version="e", interruptible=True, name="shown")
    demanding(a=a)
    demanding(a=a).with_overrides(retries=1)
    demanding(a=a).with_overrides(interruptible=False, cache=False)
    return interruptible_plan(a=a)


@workflow
def many_wf(a: int) -> int:
    for _ in range(12):
        a = add(a=a)
    return a
