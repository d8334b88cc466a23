"""Eager tasks, which come with a workflow of their name and a task that cleans up."""

from typing import NamedTuple

from flytekit import LaunchPlan, Resources, Secret, eager, task, workflow


class Totals(NamedTuple):
    total: int
    text: str


@task
async def add_later(x: int) -> int:
    return x + 1


@eager
async def bare(x: int) -> int:
    return await add_later(x=x)


@eager
async def documented(x: int, y: str = "a") -> int:
    """Adds.

    Once, and no more.

    Args:
        x: the number
        y: the text

    Returns:
        the sum
    """
    return await add_later(x=x)


@eager(
    enable_deck=False,
    container_image="{{.image.trainer}}",
    secret_requests=[Secret(group="g", key="k")],
    environment={"A": "of the task", "B": "2"},
    requests=Resources(cpu="1"),
    limits=Resources(mem="1Gi"),
    labels={"l": "1"},
    annotations={"an": "2"},
)
async def rich() -> None:
    await bare(x=1)


@eager
async def named(a: list[int], b: dict[str, float]) -> Totals:
    return Totals(len(a), str(b))


@workflow
def called_from_eager(x: int = 3) -> int:
    return x


plan_called_from_eager = LaunchPlan.get_or_create(called_from_eager, name="plan_called_from_eager")
