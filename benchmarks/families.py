"""The families of rows by the names that the command line takes, in the order of the table."""

from __future__ import annotations

from collections.abc import Callable, Mapping

from benchmarks import (
    concurrent_runs,
    embedded_server,
    local_chain,
    packaging,
    parts,
    registering,
    server_chain,
    shapes,
    startup,
)
from benchmarks.bench import Bench
from benchmarks.rows import Row

Family = Callable[[Bench], list[Row]]

FAMILIES: Mapping[str, Family] = {
    "help": startup.show_help,
    "import": startup.import_names,
    "run": startup.run_hello,
    "local": local_chain.measure,
    "package": packaging.measure,
    "register": registering.measure,
    "start": embedded_server.start,
    "chain": server_chain.measure,
    "executions": concurrent_runs.measure,
    "fan-out": shapes.fan_out,
    "long-chain": shapes.long_chain,
    "map": shapes.maps,
    "swarm": shapes.swarm,
    "graph-sizes": shapes.graph_sizes,
    "idle": embedded_server.idle,
    "attempts": parts.attempts,
    "listing": parts.listing,
}
ONLY_WHEN_NAMED = frozenset({"listing"})
"""What takes minutes."""
