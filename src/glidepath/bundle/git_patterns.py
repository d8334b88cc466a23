"""Ignore files with gitignore rules: ``.gitignore`` in every folder, and ``.flyteignore``."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from pathspec import GitIgnoreSpec


class Verdict(NamedTuple):
    """What a rule says of a path: it is out, or (a negated rule) it is in after all; and which rule says so."""

    is_ignored: bool
    rule: str


class Negation(NamedTuple):
    """A negated pattern: its text up to the first wildcard, and whether it is tied to the place of its file."""

    prefix: str
    is_anchored: bool


@dataclass(frozen=True)
class PatternFile:
    """One ignore file, for paths relative to its folder."""

    label: str
    lines: tuple[str, ...]
    spec: GitIgnoreSpec

    def verdict(self, path: str, is_folder: bool) -> Verdict | None:
        """The last rule that speaks of ``path`` (``a/b``), or ``None``."""
        found = self.spec.check_file(f"{path}/" if is_folder else path)
        if found.include is None or found.index is None:
            return None
        return Verdict(found.include, f"{self.label}:{found.index + 1}: {self.lines[found.index].strip()}")

    def negations(self) -> list[Negation]:
        """The negated patterns."""
        return [_negation(line.strip()[1:]) for line in self.lines if line.startswith("!")]


def read_patterns(file: Path, label: str) -> PatternFile | None:
    """An ignore file, or ``None`` when it is not there. ``label`` is what reports call it."""
    if not file.is_file():
        return None
    # 50 ms to import, and most runs meet no ignore file.
    from pathspec import GitIgnoreSpec

    lines = tuple(file.read_text(encoding="utf-8", errors="surrogateescape").splitlines())
    # The parser drops empty lines; a comment in their place keeps its indexes equal to line numbers.
    return PatternFile(label, lines, GitIgnoreSpec.from_lines([line if line.strip() else "#" for line in lines]))


class NestedPatterns:
    """The ignore files of one name in a folder, below it, and (for git) above it up to the repository's top."""

    def __init__(self, name: str, root: Path, top: Path) -> None:
        """``root`` is where paths start, ``top`` the outermost folder whose file counts (``root`` or above it)."""
        self._name = name
        self._root = root
        self._levels: dict[str, list[tuple[str, PatternFile]]] = {}
        self._above: list[tuple[str, PatternFile]] = []
        folder = root
        while folder != top:
            folder = folder.parent
            self._keep(self._above, folder, f"{root.relative_to(folder).as_posix()}/", f"{folder}/{name}")

    def _keep(self, into: list[tuple[str, PatternFile]], folder: Path, prefix: str, label: str) -> None:
        patterns = read_patterns(folder / self._name, label)
        if patterns is not None:
            into.append((prefix, patterns))

    def verdict(self, path: str, is_folder: bool) -> Verdict | None:
        """What the nearest file that speaks of ``path`` says; ``path`` is relative to the root."""
        folder = path.rpartition("/")[0]
        for prefix, patterns in self._at(folder):
            found = patterns.verdict(path[len(prefix) :], is_folder)
            if found is not None:
                return found
        for prefix, patterns in self._above:
            found = patterns.verdict(prefix + path, is_folder)
            if found is not None:
                return found
        return None

    def at_root(self) -> PatternFile | None:
        """The file in the root itself."""
        return next((patterns for prefix, patterns in self._at("") if not prefix), None)

    def _at(self, folder: str) -> list[tuple[str, PatternFile]]:
        """The files that count in a folder, the nearest first, each with the part of a path to cut off for it."""
        known = self._levels.get(folder)
        if known is None:
            known = []
            prefix = f"{folder}/" if folder else ""
            self._keep(known, self._root / folder, prefix, f"{prefix}{self._name}")
            if folder:
                known.extend(self._at(folder.rpartition("/")[0]))
            self._levels[folder] = known
        return known


def _negation(pattern: str) -> Negation:
    is_anchored = "/" in pattern.rstrip("/")
    text = pattern.lstrip("/")
    end = min((text.index(sign) for sign in "*?[\\" if sign in text), default=len(text))
    return Negation(text[:end], is_anchored)
