"""A chain of 1,000 trivial tasks, called as a Python function: ``chain_wf(x=0)``.

The source is the same file on both sides, with ``from flytekit import …``; our side answers that import by ``compat``.
"""

from __future__ import annotations

import json

from benchmarks.bench import REPOSITORY, Bench
from benchmarks.rows import Column, OneIn, Row, rows_of
from benchmarks.sides import Side
from benchmarks.sources import write_chain
from benchmarks.turns import Sample

LENGTH = 1000
_RUNS = 5
_PROGRAM = REPOSITORY / "benchmarks" / "programs" / "call_chain.py"


def measure(bench: Bench) -> list[Row]:
    """The first call builds the graph; the warm call is the smallest of those that follow in the same process."""
    source = write_chain(bench.folder, "flytekit", LENGTH)

    def call(side: Side) -> Sample:
        finished = bench.run([side.python, _PROGRAM, source, side.package])
        return {**json.loads(finished.output.splitlines()[-1]), "peak": finished.peak_mib}

    micro = 1_000_000 / LENGTH
    return rows_of(
        bench.compare(lambda side: lambda: call(side), _RUNS),
        [
            Column("warm", "1,000 chained tasks locally, warm call", "us/task", micro, OneIn(10)),
            Column("first", "  first call, graph included", "us/task", micro),
            Column("peak", "  peak memory", "MiB"),
        ],
    )
