"""Eager workflows: plain async Python that awaits tasks; each becomes an execution of its own on a control plane.

pyflyte run examples/eager.py search_wf --target 30
pyflyte run --remote --wait examples/eager.py search_wf --target 30
"""

import asyncio

from glidepath import eager, task


@task
async def collatz(start: int) -> int:
    """How many steps the Collatz sequence of a number takes to 1."""
    if start < 1:
        raise ValueError(f"{start} is no positive number")
    steps = 0
    while start != 1:
        start = start // 2 if start % 2 == 0 else 3 * start + 1
        steps += 1
    return steps


@eager
async def longest(numbers: list[int]) -> int:
    """The number with the longest sequence. All tasks run at the same time; a failed one counts as none."""

    async def steps(number: int) -> int:
        try:
            return await collatz(start=number)
        except Exception:  # noqa: BLE001  (whatever the task raised)
            return -1

    found = await asyncio.gather(*(steps(number) for number in numbers))
    return numbers[found.index(max(found))]


@eager
async def search_wf(target: int = 20) -> int:
    """The first number whose sequence takes at least ``target`` steps, looked for in growing steps."""
    start, width = 0, 3
    while True:
        best = await longest(numbers=list(range(start, start + width)))
        if await collatz(start=best) >= target:
            return best
        start, width = start + width, width * 2
