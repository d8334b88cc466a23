"""``.dockerignore``: patterns from the root, ``*`` within a name, ``**`` across folders, ``!`` to take back; the last one wins.

Other than in git, a pattern without a slash counts at the root only, and a file may be taken back from a folder that is out.
Source of the rules: https://docs.docker.com/build/concepts/context/#dockerignore-files
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from glidepath.bundle.git_patterns import Verdict

FILE_NAME = ".dockerignore"


@dataclass(frozen=True)
class _Pattern:
    rule: str
    regex: re.Pattern[str]
    is_negated: bool
    literal: str


class DockerPatterns:
    """The patterns of a ``.dockerignore``; none when the file is not there."""

    def __init__(self, root: Path) -> None:
        file = root / FILE_NAME
        text = file.read_text(encoding="utf-8-sig", errors="surrogateescape") if file.is_file() else ""
        self._patterns = [found for number, line in enumerate(text.splitlines(), 1) if (found := _parse(line, number))]

    def verdict(self, path: str) -> Verdict | None:
        """Whether a path relative to the root is out; ``None`` when no pattern speaks of it or its folders."""
        found: Verdict | None = None
        places = list(_upwards(path)) if self._patterns else []
        for pattern in self._patterns:
            if any(pattern.regex.fullmatch(place) for place in places):
                found = Verdict(not pattern.is_negated, pattern.rule)
        return found

    def may_take_back(self, folder: str) -> bool:
        """Whether a negated pattern may speak of something below a folder."""
        return any(
            pattern.is_negated and (pattern.literal.startswith(f"{folder}/") or f"{folder}/".startswith(pattern.literal))
            for pattern in self._patterns
        )


def _upwards(path: str) -> Iterator[str]:
    while path:
        yield path
        path = path.rpartition("/")[0]


def _parse(line: str, number: int) -> _Pattern | None:
    text = line.strip()
    if not text or line.startswith("#"):
        return None
    is_negated = text.startswith("!")
    cleaned = posixpath.normpath(text[1:].strip() if is_negated else text).lstrip("/")
    if cleaned in ("", "."):
        return None
    end = min((cleaned.index(sign) for sign in "*?[\\" if sign in cleaned), default=len(cleaned))
    return _Pattern(f"{FILE_NAME}:{number}: {text}", re.compile(_regex(cleaned), re.DOTALL), is_negated, cleaned[:end])


def _regex(pattern: str) -> str:
    parts: list[str] = []
    at = 0
    while at < len(pattern):
        if pattern.startswith("**/", at):
            parts.append("(?:.*/)?")
            at += 3
        elif pattern.startswith("**", at):
            parts.append(".*")
            at += 2
        elif pattern[at] == "[" and "]" in pattern[at + 2 :]:
            end = pattern.index("]", at + 2)
            parts.append(f"[{pattern[at + 1 : end]}]")
            at = end + 1
        else:
            sign = pattern[at]
            if sign == "\\" and at + 1 < len(pattern):
                at += 1
                parts.append(re.escape(pattern[at]))
            else:
                parts.append({"*": "[^/]*", "?": "[^/]"}.get(sign) or re.escape(sign))
            at += 1
    return "".join(parts)
