"""Caching: outputs of a task are found again when the same work is asked for again.

pyflyte run examples/caching.py report_wf --size 200000          # counts once,
pyflyte run examples/caching.py report_wf --size 200000          # then finds the count
pyflyte run --overwrite-cache examples/caching.py report_wf --size 200000
pyflyte local-cache explain count_primes                         # why the last run did not find an earlier one
pyflyte local-cache clear

pyflyte run --remote --wait examples/caching.py report_wf --size 200000
flytectl get cache NAME --nodeID n0 -p flytesnacks -d development
"""

import math
from typing import Annotated

from glidepath import Cache, HashMethod, task, workflow


def is_prime(number: int) -> bool:
    """By trial division."""
    return number > 1 and all(number % divisor for divisor in range(2, math.isqrt(number) + 1))


@task(cache=Cache(version="1.0"))
def count_primes(below: int) -> int:
    """The version is part of the key: raise it when the code changes in a way that matters."""
    return sum(map(is_prime, range(below)))


@task(cache=Cache(version="1.0", serialize=True, ignored_inputs=("greeting",)))
def describe(count: int, greeting: str) -> str:
    """Of equal runs at a time one computes, the others wait for it; the greeting does not count."""
    return f"{greeting}: {count} primes"


@task(cache=True)
def halve(number: int) -> int:
    """Without a version, the key holds a hash of this function."""
    return number // 2


def in_thousands(numbers: list[int]) -> str:
    """Two lists count as equal when their sums round to the same thousand."""
    return str(round(sum(numbers), -3))


@task
def sample(size: int) -> Annotated[list[int], HashMethod(in_thousands)]:
    """What follows sees this value by its hash."""
    return list(range(0, size, max(1, size // 10)))


@task(cache=Cache(version="1.0"))
def largest(numbers: list[int]) -> int:
    """Cached by the hash of its input, not by the list itself."""
    return max(numbers)


@workflow
def report_wf(size: int = 100_000, greeting: str = "Found") -> tuple[str, int]:
    """Four cached tasks."""
    count = count_primes(below=halve(number=size))
    return describe(count=count, greeting=greeting), largest(numbers=sample(size=size))
