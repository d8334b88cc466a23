"""What a bundle holds, for people: how many files, how large, what was left out and why; and whether it is too large."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from glidepath.bundle.selection import SelectedFile, Selection
from glidepath.errors import FlyteValueException

_MEBIBYTE = 1024 * 1024
WARN_BYTES = 10 * _MEBIBYTE
REFUSE_BYTES = 200 * _MEBIBYTE
_SHOWN = 5


@dataclass(frozen=True)
class BundleReport:
    """Numbers of a selection; sizes in bytes, before compression."""

    files: int
    size: int
    largest: tuple[SelectedFile, ...]
    """At most five, the largest first."""
    left_out: tuple[tuple[str, int], ...]
    """Rules, each with the number of files and folders it left out, the busiest first."""

    @property
    def is_large(self) -> bool:
        """More than 10 MiB: each task unpacks it anew."""
        return self.size > WARN_BYTES

    def lines(self) -> list[str]:
        """The report as text."""
        lines = [f"{self.files} file{'' if self.files == 1 else 's'}, {readable_size(self.size)}"]
        if self.is_large:
            lines.append(f"more than {readable_size(WARN_BYTES)}: every task unpacks it; a .flyteignore file leaves out data")
        lines.append("largest:")
        lines.extend(f"  {readable_size(file.size):>10}  {file.name}" for file in self.largest)
        if self.left_out:
            lines.append("left out:")
            lines.extend(f"  {count:>10}  {rule}" for rule, count in self.left_out)
        return lines


def report_of(selection: Selection) -> BundleReport:
    """The numbers of a selection."""
    rules = Counter(each.rule for each in selection.left_out)
    return BundleReport(
        files=len(selection.files),
        size=sum(file.size for file in selection.files),
        largest=tuple(sorted(selection.files, key=_by_size)[:_SHOWN]),
        left_out=tuple(sorted(rules.items(), key=_by_count)),
    )


def check_size(report: BundleReport, *, allow_large: bool = False) -> None:
    """Refuse a bundle of more than 200 MiB, unless ``allow_large``.

    Raises:
        FlyteValueException: names the five largest files.
    """
    if report.size > REFUSE_BYTES and not allow_large:
        largest = ", ".join(f"{file.name} ({readable_size(file.size)})" for file in report.largest)
        raise FlyteValueException(
            f"the code bundle holds {readable_size(report.size)}, more than {readable_size(REFUSE_BYTES)}; largest: {largest}",
            hint="leave data out with a .flyteignore file and pass it as FlyteFile, or allow a large bundle explicitly",
        )


def readable_size(size: int) -> str:
    """A number of bytes for people: ``1.5 MiB``."""
    amount, unit = float(size), "B"
    for larger in ("KiB", "MiB", "GiB", "TiB"):
        if amount < 1024:
            break
        amount, unit = amount / 1024, larger
    return f"{amount:.0f} {unit}" if unit == "B" else f"{amount:.1f} {unit}"


def _by_size(file: SelectedFile) -> tuple[int, str]:
    return (-file.size, file.name)


def _by_count(item: tuple[str, int]) -> tuple[int, str]:
    return (-item[1], item[0])
