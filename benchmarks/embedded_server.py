"""The embedded server: from ``flytectl demo start`` to healthy, its memory when idle; and a server for the other families."""

from __future__ import annotations

import json
import shutil
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from benchmarks.bench import Bench
from benchmarks.children import MeasurementFailed
from benchmarks.memory import peak_mib, resident_mib, tree, unique_mib
from benchmarks.rows import AtMost, Column, Row, rows_of
from benchmarks.sources import write_hello
from benchmarks.turns import Sample, in_turn

_RUNS = 5
_SETTLED_SECONDS = 2.0
_RUNS_BEFORE_IDLE = 20
_PEER = "stock: minutes, Docker, 3 GB (published); Prefect 5.2 s, 189 MiB"
PROJECT, DOMAIN = "flytesnacks", "development"


@dataclass(frozen=True)
class Server:
    """A running embedded server."""

    bench: Bench
    data: Path
    pid: int
    endpoint: str

    def register(self, source: Path) -> str:
        """Register a file under a version of its own; returns the version."""
        version = f"v{time.time_ns()}"
        config = self.data.with_suffix(".yaml")
        config.write_text(f"admin:\n  endpoint: {self.endpoint}\n  insecure: true\n")
        command = [self.bench.ours.program("pyflyte"), "--config", config, "register", source.name]
        self.bench.run([*command, "--version", version, "-p", PROJECT, "-d", DOMAIN], cwd=source.parent)
        return version

    def launch(self, workflow: str, version: str, executions: int) -> dict[str, Any]:
        """Launch and wait: ``programs/launch.py``."""
        finished = self.bench.run_own("benchmarks.programs.launch", self.endpoint, workflow, version, executions)
        figures: dict[str, Any] = json.loads(finished.output.splitlines()[-1])
        return figures


@contextmanager
def server(bench: Bench, data: Path) -> Iterator[Server]:
    """Start a server on a free port, stop it in the end."""
    _demo(bench, "start", data)
    try:
        running = json.loads((data / "server.json").read_text())
        yield Server(bench, data, running["pid"], running["grpc"])
    finally:
        _demo(bench, "stop", data)


def start(bench: Bench) -> list[Row]:
    """A fresh data folder each time: schema, first project and signing key included."""
    numbers = count()

    def once() -> Sample:
        data = bench.folder / f"data{next(numbers)}"
        seconds = _demo(bench, "start", data)
        try:
            pid = json.loads((data / "server.json").read_text())["pid"]
            return {"seconds": seconds, "resident": resident_mib(pid), "peak": peak_mib(pid)}
        finally:
            _demo(bench, "stop", data)
            shutil.rmtree(data, ignore_errors=True)

    return rows_of(
        in_turn({bench.ours.name: once}, bench.runs(_RUNS)),
        [
            Column("seconds", "embedded server, start to healthy", "s", 1, AtMost(1), _PEER),
            Column("resident", "  memory when healthy", "MiB", 1, AtMost(120)),
            Column("peak", "  peak until then", "MiB"),
        ],
    )


def idle(bench: Bench) -> list[Row]:
    """Memory of a server that has nothing to do: fresh, and after some executions, warm parents included."""
    source = write_hello(bench.folder, bench.ours.package)
    with server(bench, bench.folder / "data") as running:
        time.sleep(_SETTLED_SECONDS)
        fresh = resident_mib(running.pid)
        rows = [Row("idle server, fresh", "MiB", (fresh,), budget=AtMost(120))]
        try:
            version = running.register(source)
            running.launch("hello.hello_wf", version, _RUNS_BEFORE_IDLE)
        except MeasurementFailed as error:
            return [*rows, Row("  after executions", "MiB", note=f"failed: {error}")]
        time.sleep(_SETTLED_SECONDS)
        processes = tree(running.pid)
        rows.append(Row(f"  after {_RUNS_BEFORE_IDLE} executions", "MiB", (resident_mib(running.pid),)))
        text = f"  with its {len(processes) - 1} other processes (proportional)"
        rows.append(Row(text, "MiB", (sum(unique_mib(pid) for pid in processes),)))
    return rows


def _demo(bench: Bench, command: str, data: Path) -> float:
    # Port 0 is not for people: any free port, so that a server that somebody runs is left alone.
    port = ["--port", "0"] if command == "start" else []
    return bench.run([bench.ours.program("flytectl"), "demo", command, "--data", data, *port]).seconds
