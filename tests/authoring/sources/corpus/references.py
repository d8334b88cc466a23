# ruff: noqa  (the sources show every way in which users write things)
"""Entities that lie elsewhere and are only named here."""

from flytekit import Resources, reference_launch_plan, reference_task, workflow


@reference_task(project="p", domain="d", name="lib.tasks.remote_task", version="v9")
def remote_task(a: int, b: str) -> str: ...


@reference_launch_plan(project="p", domain="d", name="lib.plans.remote_plan", version="v8")
def remote_plan(text: str) -> tuple[int, str]: ...


@reference_launch_plan(project="p", domain="d", name="lib.plans.other_name", version="v8")
def renamed_plan(text: str) -> int: ...


@workflow
def overridden_references_wf(a: int) -> int:
    remote_task(a=a, b="b").with_overrides(retries=4, requests=Resources(cpu="1"))
    return renamed_plan(text="x").with_overrides(node_name="plan", retries=2)


@workflow
def references_wf(a: int = 1) -> str:
    x = remote_task(a=a, b="b")
    number, text = remote_plan(text=x)
    return remote_task(a=number, b=text)
