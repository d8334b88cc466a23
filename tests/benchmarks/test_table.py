"""The table of the benchmarks: medians, ratios, verdicts, and sides that cannot be measured."""

import importlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bench(monkeypatch: pytest.MonkeyPatch) -> Iterator[SimpleNamespace]:
    """The modules of the benchmarks, which are no part of the installed package."""
    monkeypatch.syspath_prepend(str(ROOT))
    names = ("children", "rows", "table", "turns")
    yield SimpleNamespace(**{name: importlib.import_module(f"benchmarks.{name}") for name in names})
    for name in [name for name in sys.modules if name.partition(".")[0] == "benchmarks"]:
        del sys.modules[name]


def test_sides_take_turns_after_an_unseen_warm_up(bench: SimpleNamespace) -> None:
    order: list[str] = []

    def measure(side: str) -> dict[str, float]:
        order.append(side)
        return {"count": float(len(order))}

    turns = bench.turns.in_turn({"stock": lambda: measure("stock"), "ours": lambda: measure("ours")}, runs=2)
    assert order == ["stock", "ours"] * 3
    assert turns["stock"].of("count") == (3.0, 5.0)
    assert turns["ours"].of("count") == (4.0, 6.0)


def test_a_side_that_fails_leaves_the_other_its_figures(bench: SimpleNamespace) -> None:
    def broken() -> dict[str, float]:
        raise bench.children.MeasurementFailed("no such command")

    turns = bench.turns.in_turn({"stock": lambda: {"seconds": 2.0}, "ours": broken}, runs=1)
    (row,) = bench.rows.rows_of(turns, [bench.rows.Column("seconds", "run", "s", 1, bench.rows.OneIn(2))])
    assert (row.stock, row.ours, row.verdict) == (2.0, None, "")
    assert row.note == "ours failed: no such command"


def test_the_median_is_held_against_a_share_of_stock(bench: SimpleNamespace) -> None:
    row = bench.rows.Row("import", "ms", (90.0, 100.0, 900.0), (1000.0, 1200.0, 1100.0), bench.rows.OneIn(12))
    assert (row.ours, row.stock, row.ratio, row.verdict) == (100.0, 1100.0, 11.0, "missed")
    assert bench.rows.Row("import", "ms", (91.0,), (1100.0,), bench.rows.OneIn(12)).verdict == "met"


def test_without_stock_a_share_cannot_be_judged(bench: SimpleNamespace) -> None:
    assert bench.rows.Row("import", "ms", (90.0,), (), bench.rows.OneIn(12)).verdict == ""
    assert bench.rows.Row("start", "s", (0.5,), (), bench.rows.AtMost(1)).verdict == "met"
    assert bench.rows.Row("rate", "/s", (150.0,), (), bench.rows.AtLeast(200)).verdict == "missed"


def test_the_three_forms_show_the_same_row(bench: SimpleNamespace) -> None:
    row = bench.rows.Row("run", "ms", (100.0,), (1234.0,), bench.rows.OneIn(6), "a note")
    text, markdown = bench.table.as_text([row]), bench.table.as_markdown([row])
    assert text.splitlines()[2].split() == ["run", "ms", "1,234", "100", "12.3", "x", "1/6", "met"]
    assert text.splitlines()[-1] == "  run: a note"
    assert markdown.splitlines()[2] == "| run | ms | 1,234 | 100 | 12.3 x | 1/6 | met |"
    assert json.loads(bench.table.as_json([row]))[0]["ours_runs"] == [100.0]


def test_a_child_that_ends_badly_says_what_it_printed(bench: SimpleNamespace, tmp_path: Path) -> None:
    with pytest.raises(bench.children.MeasurementFailed, match="ended with 3: first | second"):
        bench.children.run([sys.executable, "-c", "print('first'); print('second'); exit(3)"], {}, tmp_path)


def test_a_child_is_timed_and_its_peak_memory_counted(bench: SimpleNamespace, tmp_path: Path) -> None:
    finished = bench.children.run([sys.executable, "-c", "b = bytearray(80 << 20); print(len(b) >> 20)"], {}, tmp_path)
    assert finished.output == "80\n"
    assert finished.peak_mib > 80
    assert finished.cpu_seconds > 0
