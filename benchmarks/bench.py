"""What every family of rows is given: the sides, the number of runs, a folder, a place to say what goes on."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from benchmarks import children
from benchmarks.sides import Side, environment
from benchmarks.turns import Measure, Turns, in_turn

REPOSITORY = Path(__file__).resolve().parent.parent


@dataclass(frozen=True)
class Bench:
    """One benchmark run."""

    ours: Side
    stock: Side | None
    folder: Path
    """Temporary; families write below a folder of their own."""
    asked_runs: int | None = None
    """``--runs``; None: as many as the family finds right."""

    @property
    def sides(self) -> tuple[Side, ...]:
        """Stock first, then ours."""
        return (self.stock, self.ours) if self.stock else (self.ours,)

    def runs(self, default: int) -> int:
        return self.asked_runs or default

    def below(self, name: str) -> Bench:
        """The same run with a folder of its own."""
        folder = self.folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return replace(self, folder=folder)

    def compare(self, measure: Callable[[Side], Measure], runs: int) -> Turns:
        """Both sides in turn; ``measure`` gives what to do for a side."""
        return in_turn({side.name: measure(side) for side in self.sides}, self.runs(runs))

    def run(self, argv: Sequence[object], cwd: Path | None = None, extra: Mapping[str, str] | None = None) -> children.Finished:
        """Run a program in the benchmark's environment, with a home folder of its own."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        return children.run([str(part) for part in argv], environment(home, extra), cwd or self.folder)

    def run_own(self, module: str, *arguments: object, extra: Mapping[str, str] | None = None) -> children.Finished:
        """Run a program of this package in our environment."""
        return self.run([self.ours.python, "-m", module, *arguments], REPOSITORY, extra)

    @contextmanager
    def saying(self, text: str) -> Iterator[None]:
        """Tell a person at a terminal what is being measured."""
        terminal = sys.stderr.isatty()
        if terminal:
            print(f"\r\033[K… {text}", end="", file=sys.stderr, flush=True)
        yield
        if terminal:
            print("\r\033[K", end="", file=sys.stderr, flush=True)
