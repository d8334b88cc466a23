"""Maps whose items do not all go well."""

from functools import partial
from pathlib import Path
from typing import List, Optional

from glidepath import map_task, task, workflow
from glidepath.errors import FlyteRecoverableException


@task(retries=1)
def square(n: int, marks: str) -> int:
    """Leaves a mark for each attempt; the first attempt at 3 fails."""
    tried = len(list(Path(marks).glob(f"{n}-*")))
    (Path(marks) / f"{n}-{tried}").touch()
    if n == 3 and not tried:
        raise FlyteRecoverableException("once more")
    return n * n


@workflow
def squares(ns: List[int], marks: str) -> List[int]:
    return map_task(partial(square, marks=marks), concurrency=3)(n=ns)


@task
def inverse(n: int) -> float:
    return 1 / n


@workflow
def inverses(ns: List[int]) -> List[Optional[float]]:
    return map_task(inverse, min_success_ratio=0.5)(n=ns)


@task
def visit(n: int, marks: str) -> int:
    """Leaves a mark, and fails while the file ``closed`` is there for the odd ones."""
    with (Path(marks) / f"visits-{n}").open("a") as visits:
        visits.write("x")
    if n % 2 and (Path(marks) / "closed").exists():
        raise ValueError(f"{n} is closed")
    return n


@workflow
def visits(ns: List[int], marks: str) -> List[int]:
    return map_task(partial(visit, marks=marks), concurrency=1)(n=ns)
