"""Maps over every kind of target, with retries, tolerance and bound inputs."""

import functools
from pathlib import Path

from glidepath import FlyteFile, LaunchPlan, current_context, map_task, task, workflow
from glidepath.errors import FlyteRecoverableException


@task
def square(n: int) -> int:
    return n * n


@task
def nothing(n: int) -> None:
    print(n)


@task(retries=2)
def second_time(n: int) -> int:
    """Odd numbers succeed with their second attempt only."""
    checkpoint = current_context().checkpoint
    if n % 2 and (not checkpoint.prev_exists() or checkpoint.read() is None):
        checkpoint.write(b"tried")
        raise FlyteRecoverableException(f"{n} another time")
    return n


@task
def power(base: int, exponent: int) -> int:
    return base**exponent


@task
def write(text: str) -> FlyteFile:
    path = Path(current_context().working_directory) / "text"
    path.write_text(text)
    return FlyteFile(str(path))


@task
def join(files: list[FlyteFile]) -> str:
    return "+".join(Path(file).read_text() for file in files)


@task
def small(n: int) -> int:
    if n > 2:
        raise ValueError(f"{n} is not small")
    return n


@task
def known(numbers: list[int | None]) -> list[int]:
    return [number for number in numbers if number is not None]


@workflow
def quiet(ns: list[int]) -> None:
    map_task(nothing)(n=ns)


@workflow
def again(ns: list[int]) -> list[int]:
    return map_task(second_time)(n=ns)


@workflow
def powers(bases: list[int], exponent: int) -> list[int]:
    return map_task(functools.partial(power, exponent=exponent), concurrency=2)(base=bases)


@workflow
def files(texts: list[str]) -> str:
    return join(files=map_task(write)(text=texts))


@workflow
def tolerant(ns: list[int]) -> list[int]:
    return known(numbers=map_task(small, min_success_ratio=0.5)(n=ns))


@workflow
def strict(ns: list[int]) -> list[int]:
    return map_task(small)(n=ns)


@workflow
def squared(n: int) -> int:
    return square(n=n)


plan = LaunchPlan.get_or_create(squared, name="composed.array_plan")


@workflow
def children(ns: list[int]) -> list[int]:
    """Each item is an execution."""
    return map_task(plan)(n=ns)


@workflow
def chained(ns: list[int]) -> list[int]:
    return map_task(square)(n=map_task(square)(n=ns))
