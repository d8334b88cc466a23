"""200 executions of the smallest workflow at once, each with a process for its task."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.embedded_server import server
from benchmarks.memory import peak_mib
from benchmarks.rows import Column, Row, rows_of
from benchmarks.sources import write_hello
from benchmarks.turns import Sample, in_turn

EXECUTIONS = 200
_RUNS = 3


def measure(bench: Bench) -> list[Row]:
    """From the first CreateExecution to the end of the last execution."""
    source = write_hello(bench.folder, bench.ours.package)
    with server(bench, bench.folder / "data") as running:
        version = running.register(source)

        def once() -> Sample:
            figures = running.launch("hello.hello_wf", version, EXECUTIONS)
            seconds = figures["seconds"]
            launched = EXECUTIONS / figures["launched"]
            return {"seconds": seconds, "rate": EXECUTIONS / seconds, "launches": launched, "peak": peak_mib(running.pid)}

        turns = in_turn({bench.ours.name: once}, bench.runs(_RUNS))
    return rows_of(
        turns,
        [
            Column(
                "seconds",
                "200 executions of hello at once",
                "s",
                note="Prefect 78 tasks/s, Metaflow 4, Dagster 0.8 to 1.6 (published)",
            ),
            Column("rate", "  executions a second", "/s"),
            Column("launches", "  CreateExecution a second, 16 at a time", "/s"),
            Column("peak", "  peak memory of the server", "MiB"),
        ],
    )
