"""``python -m benchmarks [rows…] [--runs N] [--markdown | --json]``: measure and print the table.

Exit code: 0, also when a budget is missed; 1 when something could not be measured.
"""

from __future__ import annotations

import argparse
import os
import platform
import sys
import tempfile
from pathlib import Path

from benchmarks import sides, table
from benchmarks.bench import Bench
from benchmarks.children import MeasurementFailed
from benchmarks.families import FAMILIES, ONLY_WHEN_NAMED
from benchmarks.rows import Row

_DEFAULT = [name for name in FAMILIES if name not in ONLY_WHEN_NAMED]


def main() -> int:
    """Measure what was asked for, print it."""
    arguments = _arguments()
    with tempfile.TemporaryDirectory(prefix="glidepath-bench-") as folder:
        bench = Bench(sides.ours(), sides.stock(), Path(folder).resolve(), arguments.runs)
        rows = [row for name in arguments.rows or _DEFAULT for row in _measured(bench, name)]
    render = table.as_json if arguments.json else table.as_markdown if arguments.markdown else table.as_text
    print(render(rows))
    if not arguments.json:
        print(f"\n{_machine(bench)}")
    return int(any("failed:" in row.note for row in rows))


def _measured(bench: Bench, name: str) -> list[Row]:
    with bench.saying(name):
        try:
            return FAMILIES[name](bench.below(name))
        except MeasurementFailed as error:
            return [Row(name, "", note=f"failed: {error}")]


def _machine(bench: Bench) -> str:
    load = ", ".join(f"{value:.1f}" for value in os.getloadavg())
    beside = "" if bench.stock else f" No stock flytekit: {sides.STOCK_VARIABLE} is not set."
    return (
        f"Medians of runs in turn; Python {platform.python_version()}, {os.cpu_count()} cores, {platform.machine()}, "
        f"load {load} at the end.{beside}"
    )


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser("python -m benchmarks", description="Speed and memory beside stock flytekit.")
    parser.add_argument(
        "rows",
        nargs="*",
        choices=[*FAMILIES, []],
        metavar="ROW",
        help=f"{', '.join(FAMILIES)}; default: all but {', '.join(ONLY_WHEN_NAMED)}",
    )
    parser.add_argument("--runs", type=int, help="measured runs of each side, after a warm-up; default: as the row needs")
    form = parser.add_mutually_exclusive_group()
    form.add_argument("--markdown", action="store_true")
    form.add_argument("--json", action="store_true", help="with every single run")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
