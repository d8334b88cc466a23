"""``min_successes`` of a map: stock writes a ratio of 1.0 over it, so that nothing may fail."""

from glidepath import map_task, task, workflow


@task
def small(n: int) -> int:
    if n > 2:
        raise ValueError(f"{n} is not small")
    return n


@task
def known(numbers: list[int | None]) -> list[int]:
    return [number for number in numbers if number is not None]


@workflow
def at_least(ns: list[int]) -> list[int]:
    return known(numbers=map_task(small, min_successes=1)(n=ns))
