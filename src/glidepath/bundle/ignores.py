"""Which rule takes a path into a bundle or keeps it out.

Any of these takes a path out: what is built in, ``.gitignore`` files, ``.dockerignore``. ``.flyteignore`` is asked last; it may
take out more, and may take back (``!data/model.bin``) what the others took out.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property
from pathlib import Path
from typing import NamedTuple

from glidepath.bundle.builtin_ignores import VERSION_CONTROL, reason_to_ignore_file, reason_to_ignore_folder
from glidepath.bundle.docker_patterns import DockerPatterns
from glidepath.bundle.git_patterns import NestedPatterns
from glidepath.bundle.tracked_files import TrackedFiles, repository_of, tracked_although_ignored

FLYTE_IGNORE = ".flyteignore"
_TAKEN_BACK_BY_GIT = "tracked by git"


class Layer(Enum):
    """Who took a path out."""

    BUILT_IN = "built in"
    GIT = ".gitignore"
    DOCKER = ".dockerignore"
    FLYTE = ".flyteignore"
    VERSION_CONTROL = "version control"


class Exclusion(NamedTuple):
    """That a path is out, and why."""

    layer: Layer
    rule: str


@dataclass(frozen=True)
class Place:
    """What holds for everything in a folder."""

    excluded: Exclusion | None = None
    """The folder itself is out; only what a stronger rule takes back is in."""
    taken_back: frozenset[str] = frozenset()
    """Rules that ``.flyteignore`` overruled for the folder; they do not count for its content either."""
    taken_back_by: str = ""
    """The rule that took the folder back. It names the folder, not what else is out inside of it (a cache, say)."""


class Decision(NamedTuple):
    """What becomes of a path: out because of ``exclusion``, or in, perhaps because of ``reason``."""

    exclusion: Exclusion | None
    reason: str
    inside: Place
    """For a folder: what holds for its content."""


class IgnoreRules:
    """The rules that hold below one root."""

    def __init__(self, root: Path) -> None:
        self._root = root
        repository = repository_of(root)
        self._git = NestedPatterns(".gitignore", root, repository or root)
        self._flyte = NestedPatterns(FLYTE_IGNORE, root, root)
        self._docker = DockerPatterns(root)
        self._repository = repository

    @cached_property
    def _tracked(self) -> TrackedFiles:
        return TrackedFiles() if self._repository is None else tracked_although_ignored(self._root)

    @cached_property
    def _negations(self) -> list[tuple[str, bool]]:
        patterns = self._flyte.at_root()
        return [] if patterns is None else [(each.prefix, each.is_anchored) for each in patterns.negations()]

    def decide(self, path: str, is_folder: bool, place: Place) -> Decision:
        """What becomes of a path.

        Args:
            path: relative to the root, with ``/`` between names.
            is_folder: whether it is a folder.
            place: the ``inside`` of its folder's decision; ``Place()`` at the root.
        """
        name = path.rpartition("/")[2]
        if name in VERSION_CONTROL:
            return _out(Exclusion(Layer.VERSION_CONTROL, name), place)
        strongest = self._flyte.verdict(path, is_folder)
        if strongest is not None and strongest.is_ignored:
            return _out(Exclusion(Layer.FLYTE, strongest.rule), place)
        weak = self._weak(path, is_folder, place)
        if strongest is not None and strongest.rule != place.taken_back_by:
            overruled = {each.rule for each in (weak, place.excluded) if each is not None}
            return Decision(None, strongest.rule, Place(None, place.taken_back | overruled, strongest.rule))
        if weak is None:
            return Decision(None, place.taken_back_by, Place(None, place.taken_back, place.taken_back_by))
        if weak.layer is Layer.GIT and not is_folder and self._tracked.has_file(path):
            return Decision(None, _TAKEN_BACK_BY_GIT, place)
        return _out(weak, place)

    def may_hold_more(self, folder: str, exclusion: Exclusion) -> bool:
        """Whether something in a folder that is out may be in after all, so that one has to look."""
        if exclusion.layer in (Layer.FLYTE, Layer.VERSION_CONTROL):
            return False
        inside = f"{folder}/"
        for prefix, is_anchored in self._negations:
            # A name alone (!*.bin) does not open environments and caches; a path into them does.
            leads_here = not is_anchored or prefix.startswith(inside) or inside.startswith(prefix)
            if leads_here and (exclusion.layer is not Layer.BUILT_IN or (is_anchored and prefix)):
                return True
        if exclusion.layer is Layer.GIT:
            return self._tracked.has_folder(folder)
        return exclusion.layer is Layer.DOCKER and self._docker.may_take_back(folder)

    def _weak(self, path: str, is_folder: bool, place: Place) -> Exclusion | None:
        if place.excluded is not None and place.excluded.layer is not Layer.DOCKER:
            return place.excluded
        name = path.rpartition("/")[2]
        reason = reason_to_ignore_folder(self._root / path) if is_folder else reason_to_ignore_file(name)
        if reason is not None:
            return Exclusion(Layer.BUILT_IN, reason)
        for layer, verdict in ((Layer.GIT, self._git.verdict(path, is_folder)), (Layer.DOCKER, self._docker.verdict(path))):
            if verdict is not None and verdict.is_ignored and verdict.rule not in place.taken_back:
                return Exclusion(layer, verdict.rule)
        return None


def _out(exclusion: Exclusion, place: Place) -> Decision:
    return Decision(exclusion, exclusion.rule, Place(exclusion, place.taken_back))
