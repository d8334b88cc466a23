"""``pyflyte register`` of 140 and 1,400 entities against a stub that answers each call after 0 or 20 ms."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.bench import REPOSITORY, Bench
from benchmarks.rows import Budget, Column, OneIn, Row, rows_of
from benchmarks.sides import Side, environment
from benchmarks.sources import write_package
from benchmarks.turns import Sample

_CASES: dict[tuple[int, int], Budget | None] = {(140, 0): None, (140, 20): OneIn(8), (1400, 0): None, (1400, 20): OneIn(12)}
"""(entities, milliseconds a call) → budget."""
_RUNS = 3


@dataclass(frozen=True)
class Stub:
    """A running stub."""

    endpoint: str
    process: subprocess.Popen[str]

    def calls(self) -> dict[str, int]:
        """The calls since the last time this was asked, by name."""
        assert self.process.stdin and self.process.stdout
        self.process.stdin.write("\n")
        self.process.stdin.flush()
        counted: dict[str, int] = json.loads(self.process.stdout.readline())
        return counted


def measure(bench: Bench) -> list[Row]:
    """From the command to its end: load, bundle, upload, register."""
    rows: list[Row] = []
    for (entities, pause), budget in _CASES.items():
        below = bench.below(f"{entities}-{pause}")
        folders = {s.name: write_package(below.folder / s.name, s.package, entities).parent for s in bench.sides}
        with stub(below, pause) as running:
            rows += _case(below, running, folders, (entities, pause), budget)
    return rows


def _case(bench: Bench, running: Stub, folders: dict[str, Path], case: tuple[int, int], budget: Budget | None) -> list[Row]:
    def register(side: Side) -> Sample:
        folder = folders[side.name]
        command = [side.program("pyflyte"), "--config", _config(bench, running), "register", "generated"]
        running.calls()
        finished = bench.run([*command, "--version", "v1", "--image", "img:v1"], cwd=folder)
        calls = float(sum(running.calls().values()))
        return {"seconds": finished.seconds, "cpu": finished.cpu_seconds, "peak": finished.peak_mib, "calls": calls}

    entities, pause = case
    what = f"register {entities:,} entities, {pause} ms a call"
    return rows_of(
        bench.compare(lambda side: lambda: register(side), _RUNS),
        [
            Column("seconds", what, "s", 1, budget),
            Column("cpu", "  CPU time", "s"),
            Column("calls", "  calls", ""),
            Column("peak", "  peak memory", "MiB"),
        ],
    )


def _config(bench: Bench, running: Stub) -> Path:
    path = bench.folder / "config.yaml"
    path.write_text(f"admin:\n  endpoint: {running.endpoint}\n  insecure: true\n")
    return path


@contextmanager
def stub(bench: Bench, milliseconds: int) -> Iterator[Stub]:
    """A stub in a process of its own, as a server would be."""
    process = subprocess.Popen(
        [bench.ours.python, "-m", "benchmarks.programs.stub_admin", str(milliseconds)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
        env=environment(bench.folder),
    )
    with process:
        assert process.stdin and process.stdout
        yield Stub(json.loads(process.stdout.readline())["endpoint"], process)
        process.stdin.close()
