"""Parts of the server alone, by the programs that measure them: the process executor, the lists of a full store."""

from __future__ import annotations

import json

from benchmarks.bench import Bench
from benchmarks.rows import AtLeast, AtMost, Column, Row, rows_of
from benchmarks.turns import in_turn

_RUNS = 3


def attempts(bench: Bench) -> list[Row]:
    """``python -m benchmarks.attempts``: a task that does nothing on the process executor, without engine and store."""

    def once() -> dict[str, float]:
        figures: dict[str, float] = json.loads(bench.run_own("benchmarks.attempts", "--json").output)
        return figures

    return rows_of(
        in_turn({bench.ours.name: once}, bench.runs(_RUNS), warm_ups=0),
        [
            Column("chain", "attempt that does nothing, one after another", "ms", budget=AtMost(15)),
            Column(
                "rate",
                "  side by side",
                "/s",
                budget=AtLeast(200),
                note="Prefect 78/s, Metaflow 4, Dagster 0.8 to 1.6 (published)",
            ),
            Column("first", "  the first one of a server", "ms"),
        ],
    )


def listing(bench: Bench) -> list[Row]:
    """``python -m benchmarks.listing``: pages of a list of 1,000,000 executions. Filling the store takes minutes."""
    figures: dict[str, float] = json.loads(bench.run_own("benchmarks.listing", "--json").output)
    first, *others = figures.items()
    note = "stock: minutes at 50,000 (published)"
    rows = [Row(f"page of 1,000,000 executions, {first[0]}", "ms", (first[1],), budget=AtMost(50), note=note)]
    return rows + [Row(f"  {name}", "ms", (milliseconds,), budget=AtMost(50)) for name, milliseconds in others]
