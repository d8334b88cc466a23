"""Measure both sides in turn (A B A B …), so that a machine whose speed drifts drifts for both."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks.children import MeasurementFailed

Sample = Mapping[str, float]
"""One run: metric → value."""
Measure = Callable[[], Sample]


@dataclass(frozen=True)
class Figures:
    """All runs of one side."""

    samples: tuple[Sample, ...] = ()
    failure: str = ""
    """Why this side could not be measured."""

    def of(self, metric: str) -> tuple[float, ...]:
        return tuple(sample[metric] for sample in self.samples if metric in sample)


Turns = Mapping[str, Figures]
"""Side name → its runs."""


def in_turn(measures: Mapping[str, Measure], runs: int, warm_ups: int = 1) -> Turns:
    """Run every measure ``warm_ups`` times unseen, then ``runs`` times in turn. One side's failure does not stop the other."""
    samples: dict[str, list[Sample]] = {name: [] for name in measures}
    failures: dict[str, str] = {}
    for number in range(warm_ups + runs):
        for name, measure in measures.items():
            if name in failures:
                continue
            try:
                sample = measure()
            except MeasurementFailed as error:
                failures[name] = str(error)
                continue
            if number >= warm_ups:
                samples[name].append(sample)
    return {name: Figures(tuple(samples[name]), failures.get(name, "")) for name in measures}
