"""A row of the table: what was measured, both sides' runs, the budget and whether it is met."""

from __future__ import annotations

import statistics
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from benchmarks.turns import Figures, Turns


class Budget(Protocol):
    """What our figure is held against."""

    def text(self, unit: str) -> str:
        """``1/15`` or ``<= 5 ms``."""

    def met(self, ours: float, stock: float | None) -> bool | None:
        """None when it cannot be said."""


@dataclass(frozen=True)
class OneIn:
    """At most one part in ``parts`` of stock's figure."""

    parts: float

    def text(self, unit: str) -> str:
        return f"1/{self.parts:g}"

    def met(self, ours: float, stock: float | None) -> bool | None:
        return None if stock is None else ours * self.parts <= stock


@dataclass(frozen=True)
class AtMost:
    """At most ``value``, in the row's unit."""

    value: float

    def text(self, unit: str) -> str:
        return f"<= {self.value:g} {unit}"

    def met(self, ours: float, stock: float | None) -> bool | None:
        return ours <= self.value


@dataclass(frozen=True)
class AtLeast:
    """At least ``value``, in the row's unit."""

    value: float

    def text(self, unit: str) -> str:
        return f">= {self.value:g} {unit}"

    def met(self, ours: float, stock: float | None) -> bool | None:
        return ours >= self.value


@dataclass(frozen=True)
class Row:
    """One line of the table."""

    what: str
    unit: str
    ours_runs: tuple[float, ...] = ()
    stock_runs: tuple[float, ...] = ()
    budget: Budget | None = None
    note: str = ""
    """What a reader should know: a published figure of the peer, or why a side has none."""

    @property
    def ours(self) -> float | None:
        return statistics.median(self.ours_runs) if self.ours_runs else None

    @property
    def stock(self) -> float | None:
        return statistics.median(self.stock_runs) if self.stock_runs else None

    @property
    def ratio(self) -> float | None:
        """How many times stock's figure is ours."""
        return self.stock / self.ours if self.stock is not None and self.ours else None

    @property
    def verdict(self) -> str:
        """``met``, ``missed``, or nothing when there is no budget or no figure."""
        met = self.budget.met(self.ours, self.stock) if self.budget and self.ours is not None else None
        return "" if met is None else "met" if met else "missed"


@dataclass(frozen=True)
class Column:
    """How one metric of a sample becomes a row."""

    metric: str
    what: str
    unit: str
    scale: float = 1.0
    """The row's unit per unit of the metric: 1000 for seconds shown as ms."""
    budget: Budget | None = None
    note: str = ""


def rows_of(turns: Turns, columns: Sequence[Column]) -> list[Row]:
    """A row for each column, both sides beside each other."""
    ours, stock = turns.get("ours", Figures()), turns.get("stock", Figures())
    failures = [f"{name} failed: {side.failure}" for name, side in turns.items() if side.failure]
    rows = []
    for number, column in enumerate(columns):
        notes = [column.note] if column.note else []
        rows.append(
            Row(
                column.what,
                column.unit,
                tuple(value * column.scale for value in ours.of(column.metric)),
                tuple(value * column.scale for value in stock.of(column.metric)),
                column.budget,
                "; ".join(notes + (failures if number == 0 else [])),
            )
        )
    return rows
