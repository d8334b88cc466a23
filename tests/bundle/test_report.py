"""The report of a bundle."""

from pathlib import Path

import pytest

from glidepath.bundle.report import check_size, readable_size, report_of
from glidepath.bundle.selection import LeftOut, SelectedFile, Selection
from glidepath.errors import FlyteValueException


def selection(*sizes: int, left_out: tuple[LeftOut, ...] = ()) -> Selection:
    files = tuple(SelectedFile(f"f{i}", Path(f"/f{i}"), size) for i, size in enumerate(sizes))
    return Selection(Path("/"), files, left_out)


def test_numbers_and_text() -> None:
    left_out = (LeftOut("a", ".gitignore:1: *.x"), LeftOut("b/", "built in: b/"), LeftOut("c", ".gitignore:1: *.x"))
    report = report_of(selection(1, 2048, 3, 4, 5, 6, left_out=left_out))
    assert [file.name for file in report.largest] == ["f1", "f5", "f4", "f3", "f2"]
    assert report.lines() == [
        "6 files, 2.0 KiB",
        "largest:",
        "     2.0 KiB  f1",
        "         6 B  f5",
        "         5 B  f4",
        "         4 B  f3",
        "         3 B  f2",
        "left out:",
        "           2  .gitignore:1: *.x",
        "           1  built in: b/",
    ]


def test_a_large_bundle_warns() -> None:
    assert report_of(selection(10 * 2**20)).is_large is False
    report = report_of(selection(10 * 2**20 + 1))
    assert report.is_large is True
    assert report.lines()[:2] == [
        "1 file, 10.0 MiB",
        "more than 10.0 MiB: every task unpacks it; a .flyteignore file leaves out data",
    ]


def test_a_huge_bundle_is_refused_unless_allowed() -> None:
    report = report_of(selection(150 * 2**20, 60 * 2**20))
    with pytest.raises(FlyteValueException) as raised:
        check_size(report)
    assert raised.value.message == (
        "the code bundle holds 210.0 MiB, more than 200.0 MiB; largest: f0 (150.0 MiB), f1 (60.0 MiB)"
    )
    check_size(report, allow_large=True)


@pytest.mark.parametrize(
    ("size", "text"), [(0, "0 B"), (1023, "1023 B"), (1024, "1.0 KiB"), (5 * 2**30, "5.0 GiB"), (3 * 2**50, "3072.0 TiB")]
)
def test_sizes(size: int, text: str) -> None:
    assert readable_size(size) == text
