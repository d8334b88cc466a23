"""A chain of 500 tasks that do nothing, on the embedded server: what a node costs, and what of it is ours.

Ours is what remains when the life of the attempts' processes is taken away: the engine, the store, storage and the dispatch.
"""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.embedded_server import server
from benchmarks.rows import AtMost, Column, Row, rows_of
from benchmarks.sources import write_chain
from benchmarks.turns import Sample, in_turn

LENGTH = 500
_RUNS = 3
_PEER = "stock 730 ms, Flyte 2 167 ms, DBOS 2.9 ms a step (published)"


def measure(bench: Bench) -> list[Row]:
    """One execution after the other; the first warms the parent process."""
    source = write_chain(bench.folder, bench.ours.package, LENGTH)
    with server(bench, bench.folder / "data") as running:
        version = running.register(source)

        def once() -> Sample:
            figures = running.launch("chain.chain_wf", version, 1)["execution"]
            if figures["attempts"] != LENGTH:
                raise ValueError(f"{figures['attempts']} attempts, not {LENGTH}")
            total, attempts = figures["duration"], figures["running"]
            return {"node": total / LENGTH, "attempt": attempts / LENGTH, "share": (total - attempts) / LENGTH}

        turns = in_turn({bench.ours.name: once}, bench.runs(_RUNS))
    return rows_of(
        turns,
        [
            Column("node", "chain of 500 tasks on the server, a node", "ms", 1000, AtMost(15), _PEER),
            Column("attempt", "  of which the attempt's process", "ms", 1000),
            Column("share", "  of which ours", "ms", 1000, AtMost(5)),
        ],
    )
