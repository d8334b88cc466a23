"""``min_successes`` of a map: stock writes a ratio of 1.0 over it, so that nothing may fail."""

from composed.arrays import known, small

from glidepath import map_task, workflow


@workflow
def at_least(ns: list[int]) -> list[int]:
    return known(numbers=map_task(small, min_successes=1)(n=ns))
