"""``pyflyte package`` of a generated package with 1,400 entities, a dataclass in each module."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.rows import Column, OneIn, Row, rows_of
from benchmarks.sides import Side
from benchmarks.sources import write_package
from benchmarks.turns import Sample

ENTITIES = 1400
_RUNS = 3


def measure(bench: Bench) -> list[Row]:
    """From the command to the archive."""
    folders = {side.name: write_package(bench.folder / side.name, side.package, ENTITIES).parent for side in bench.sides}

    def package(side: Side) -> Sample:
        folder = folders[side.name]
        command = [side.program("pyflyte"), "-k", "generated", "package", "--image", "img:v1", "--force", "-o", "out.tgz"]
        finished = bench.run([*command, "--source", folder], cwd=folder)
        return {"seconds": finished.seconds, "cpu": finished.cpu_seconds, "peak": finished.peak_mib}

    return rows_of(
        bench.compare(lambda side: lambda: package(side), _RUNS),
        [
            Column("seconds", "package 1,400 entities", "s", 1, OneIn(10)),
            Column("seconds", "  an entity", "ms", 1000 / ENTITIES),
            Column("cpu", "  CPU time", "s"),
            Column("peak", "  peak memory", "MiB"),
        ],
    )
