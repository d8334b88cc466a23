"""Maps: one task over a list, item by item, side by side.

pyflyte run examples/maps.py primes_wf --upper 100
pyflyte run --remote --wait examples/maps.py readings_wf
"""

from functools import partial

from glidepath import map_task, task, workflow


@task
def blocks(upper: int, size: int) -> list[int]:
    """The first number of each block."""
    return list(range(0, upper, size))


@task
def count_primes(start: int, size: int) -> int:
    """How many primes lie in one block."""
    return sum(n > 1 and all(n % d for d in range(2, int(n**0.5) + 1)) for n in range(start, start + size))


@task
def total(counts: list[int]) -> int:
    return sum(counts)


@workflow
def primes_wf(upper: int = 1000, size: int = 100) -> int:
    """``size`` is the same for every item: it is bound. At most four items run at a time."""
    counts = map_task(partial(count_primes, size=size), concurrency=4)(start=blocks(upper=upper, size=size))
    return total(counts=counts)


@task(retries=1)
def celsius(reading: str) -> float:
    """Fails for what is no number."""
    return round((float(reading) - 32) / 1.8, 1)


@task
def mean(values: list[float | None]) -> float:
    good = [value for value in values if value is not None]
    return round(sum(good) / len(good), 2)


@workflow
def readings_wf(readings: list[str] = ["68", "71.6", "n/a", "75.2"]) -> float:  # noqa: B006  (declared, never changed)
    """Three of four sensors are enough: what failed is None."""
    return mean(values=map_task(celsius, min_success_ratio=0.75)(reading=readings))


@task
def area(width: float, height: float) -> float:
    return width * height


@workflow
def areas_wf(widths: list[float], heights: list[float]) -> list[float]:
    """Several lists go through in step."""
    areas: list[float] = map_task(area)(width=widths, height=heights)
    return areas
