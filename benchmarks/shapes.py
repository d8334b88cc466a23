"""Large executions of leaves that only the engine knows (``core-sleep`` of zero), durable, on the embedded server.

Fan-out and chain have the sizes of the published flyte-benchmarks; the sizes in one shape tell whether an event costs more in a
larger graph.
"""

from __future__ import annotations

import json

from benchmarks.bench import Bench
from benchmarks.embedded_server import server
from benchmarks.memory import peak_mib
from benchmarks.rows import AtMost, Column, Row, rows_of
from benchmarks.sources import write_swarm
from benchmarks.turns import Sample, in_turn

_RUNS = 3
_FAN_OUT_PEERS = {
    1_000: "stock 126.3 s, Flyte 2 68.4 s, Union 19.0 s (published)",
    6_000: "stock 699.1 s, Flyte 2 355.6 s, Union 68.6 s (published)",
}
_CHAIN_PEERS = {
    100: "stock 65.7 s, Flyte 2 18.9 s (published)",
    500: "stock 366.1 s, Flyte 2 83.5 s (published)",
}
_SWARM_PEERS = {
    4_000: "stock 300.8 s, Flyte 2 69.2 s, Union 54.1 s (published)",
    10_000: "stock 325.6 s, Flyte 2 168.8 s, Union 71.3 s (published)",
}
_BUDGETS = {("fan-out", 6_000): AtMost(10), ("map", 100_000): AtMost(120)}
_NODE_BUDGETS = {"chain": AtMost(5)}
_PEAK_BUDGETS = {"map": AtMost(1024)}


def fan_out(bench: Bench) -> list[Row]:
    """1,000 and 6,000 leaves side by side, 1,000 of them at once."""
    return [row for size in _FAN_OUT_PEERS for row in _shape(bench, "fan-out", size, _FAN_OUT_PEERS[size])]


def long_chain(bench: Bench) -> list[Row]:
    """100 and 500 leaves, one after the other."""
    return [row for size in _CHAIN_PEERS for row in _shape(bench, "chain", size, _CHAIN_PEERS[size])]


def graph_sizes(bench: Bench) -> list[Row]:
    """What a node costs in graphs of 1,000, 10,000 and 50,000."""
    return [row for size in (1_000, 10_000, 50_000) for row in _shape(bench, "fan-out", size, "")]


def maps(bench: Bench) -> list[Row]:
    """Arrays of 10,000 and 100,000 items, 1,000 of them at once."""
    return [row for size in (10_000, 100_000) for row in _shape(bench, "map", size, "")]


def swarm(bench: Bench) -> list[Row]:
    """4,000 and 10,000 leaves that one dynamic task asks for; its own attempt and the compilation of its plan included."""
    return [row for size in _SWARM_PEERS for row in _swarm_of(bench, size)]


def _swarm_of(bench: Bench, size: int) -> list[Row]:
    with server(bench, bench.folder / f"swarm-{size}") as running:
        version = running.register(write_swarm(bench.folder, size))

        def once() -> Sample:
            seconds = running.launch("swarm.swarm_wf", version, 1)["execution"]["duration"]
            return {"seconds": seconds, "node": seconds / size, "peak": peak_mib(running.pid)}

        turns = in_turn({bench.ours.name: once}, bench.runs(_RUNS))
    return rows_of(turns, _columns("swarm", f"{size:,} engine-only leaves in one dynamic", size, _SWARM_PEERS[size]))


def _shape(bench: Bench, shape: str, size: int, peer: str) -> list[Row]:
    """A fresh server for each size, so that its peak of memory is of this size alone."""
    with server(bench, bench.folder / f"{shape}-{size}") as running:

        def once() -> Sample:
            finished = bench.run_own("benchmarks.programs.shapes", running.endpoint, shape, size)
            seconds: float = json.loads(finished.output.splitlines()[-1])["seconds"]
            return {"seconds": seconds, "node": seconds / size, "peak": peak_mib(running.pid)}

        turns = in_turn({bench.ours.name: once}, bench.runs(_RUNS))
    return rows_of(turns, _columns(shape, f"{shape} of {size:,} engine-only leaves", size, peer))


def _columns(shape: str, what: str, size: int, peer: str) -> list[Column]:
    return [
        Column("seconds", what, "s", 1, _BUDGETS.get((shape, size)), peer),
        Column("node", "  a node", "ms", 1000, _NODE_BUDGETS.get(shape)),
        Column("peak", "  peak memory of the server", "MiB", 1, _PEAK_BUDGETS.get(shape)),
    ]
