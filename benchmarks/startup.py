"""The moments a person waits for most often: ``pyflyte --help``, an import, a local run of the smallest workflow."""

from __future__ import annotations

from benchmarks.bench import Bench
from benchmarks.children import Finished
from benchmarks.rows import Budget, Column, OneIn, Row, rows_of
from benchmarks.sides import Side
from benchmarks.sources import write_hello
from benchmarks.turns import Sample

_RUNS = 7
_NAMES = "task, workflow, LaunchPlan, Resources, Secret, CronSchedule, FixedRate, kwtypes"
_IMPORT = "import sys; from {package} import {names}; print(len(sys.modules))"


def show_help(bench: Bench) -> list[Row]:
    """``pyflyte --help``."""

    def measure(side: Side) -> Sample:
        return _sample(bench.run([side.program("pyflyte"), "--help"]))

    return rows_of(bench.compare(lambda side: lambda: measure(side), _RUNS), _columns("pyflyte --help", OneIn(15)))


def import_names(bench: Bench) -> list[Row]:
    """A process that imports the names that authors use, and does nothing else."""

    def measure(side: Side) -> Sample:
        finished = bench.run([side.python, "-c", _IMPORT.format(package=side.package, names=_NAMES)])
        return {**_sample(finished), "modules": float(finished.output)}

    columns = [*_columns("import the authoring names", OneIn(12)), Column("modules", "  modules loaded", "")]
    return rows_of(bench.compare(lambda side: lambda: measure(side), _RUNS), columns)


def run_hello(bench: Bench) -> list[Row]:
    """``pyflyte run hello.py hello_wf``, in this process."""
    files = {side.name: write_hello(bench.folder / side.name, side.package) for side in bench.sides}

    def measure(side: Side) -> Sample:
        return _sample(bench.run([side.program("pyflyte"), "run", files[side.name], "hello_wf"]))

    return rows_of(
        bench.compare(lambda side: lambda: measure(side), _RUNS), _columns("pyflyte run hello.py hello_wf", OneIn(6))
    )


def _sample(finished: Finished) -> Sample:
    return {"seconds": finished.seconds, "cpu": finished.cpu_seconds, "peak": finished.peak_mib}


def _columns(what: str, budget: Budget) -> list[Column]:
    return [
        Column("seconds", what, "ms", 1000, budget),
        Column("cpu", "  CPU time", "ms", 1000),
        Column("peak", "  peak memory", "MiB"),
    ]
