"""Rows as an aligned text, as Markdown, as JSON."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

from benchmarks.rows import Row

HEADER = ("what", "unit", "stock", "ours", "stock/ours", "budget", "verdict")
_RIGHT = frozenset({"stock", "ours", "stock/ours"})


def number(value: float | None) -> str:
    """Three significant digits: ``0.0123``, ``12.3``, ``1,230``; ``-`` for none."""
    if value is None:
        return "-"
    if abs(value) >= 100 or value == int(value):
        return f"{value:,.0f}"
    return f"{value:.3g}"


def cells(row: Row) -> tuple[str, ...]:
    ratio = f"{number(row.ratio)} x" if row.ratio else "-"
    budget = row.budget.text(row.unit) if row.budget else "-"
    return (row.what, row.unit, number(row.stock), number(row.ours), ratio, budget, row.verdict or "-")


def as_text(rows: Sequence[Row]) -> str:
    """Columns aligned, notes below as numbered lines."""
    lines = [HEADER, *(cells(row) for row in rows)]
    widths = [max(len(line[column]) for line in lines) for column in range(len(HEADER))]
    shown = [
        "  ".join(_aligned(name, cell, width) for name, cell, width in zip(HEADER, line, widths, strict=True)).rstrip()
        for line in lines
    ]
    shown.insert(1, "  ".join("-" * width for width in widths))
    notes = [f"  {row.what.strip()}: {row.note}" for row in rows if row.note]
    return "\n".join(shown + (["", "Notes", *notes] if notes else []))


def _aligned(name: str, cell: str, width: int) -> str:
    return cell.rjust(width) if name in _RIGHT else cell.ljust(width)


def as_markdown(rows: Sequence[Row]) -> str:
    """A table, and the notes as a list."""
    rule = ["---:" if name in _RIGHT else "---" for name in HEADER]
    lines = [HEADER, rule, *(cells(row) for row in rows)]
    table = "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)
    notes = "\n".join(f"- {row.what.strip()}: {row.note}" for row in rows if row.note)
    return f"{table}\n\n{notes}" if notes else table


def as_json(rows: Sequence[Row]) -> str:
    """Every run of every row."""
    return json.dumps([_fields(row) for row in rows], indent=2)


def _fields(row: Row) -> dict[str, Any]:
    return {
        "what": row.what,
        "unit": row.unit,
        "stock": row.stock,
        "ours": row.ours,
        "ratio": row.ratio,
        "budget": row.budget.text(row.unit) if row.budget else None,
        "verdict": row.verdict or None,
        "note": row.note or None,
        "stock_runs": row.stock_runs,
        "ours_runs": row.ours_runs,
    }
