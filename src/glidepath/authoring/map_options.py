"""How a map runs its items: how many at a time, and how many must succeed."""

from __future__ import annotations

from typing import Any, NamedTuple

from glidepath.errors import FlyteValidationException
from glidepath.idl import core


class MapOptions(NamedTuple):
    """The arguments of :func:`glidepath.authoring.maps.map_task`, checked."""

    concurrency: int | None = None
    """Items that run at a time; ``None`` and 0: as many as the engine allows."""
    min_successes: int | None = None
    """Goes before the ratio when both are given."""
    min_success_ratio: float | None = 1.0
    """Between 0 and 1; ``None`` is 1."""
    run_all_sub_nodes: bool = False
    """Run the rest of the items also when too many have failed."""

    def check(self) -> MapOptions:
        """These options. Raises FlyteValidationException, naming the argument, for those that mean nothing."""
        for name in ("concurrency", "min_successes"):
            number = getattr(self, name)
            if number is not None and (isinstance(number, bool) or not isinstance(number, int) or number < 0):
                raise FlyteValidationException(f"{name}={number!r} must be a whole number from 0 on")
        ratio = self.min_success_ratio
        if ratio is not None and (isinstance(ratio, bool) or not isinstance(ratio, (int, float)) or not 0 <= ratio <= 1):
            raise FlyteValidationException(f"min_success_ratio={ratio!r} must be a number between 0 and 1")
        return self

    @property
    def may_lack_items(self) -> bool:
        """Whether the map can succeed although an item failed; the result of that item is ``None``."""
        return self.min_successes is not None or self.min_success_ratio not in (None, 1)

    def needed(self, size: int) -> int:
        """How many of ``size`` items must succeed; the engine counts the same way."""
        if self.min_successes is not None:
            return self.min_successes
        if self.min_success_ratio in (None, 1):
            return size
        import math
        from fractions import Fraction  # 5 ms, for plain calls with a ratio

        return math.ceil(Fraction(f"{self.min_success_ratio:.6g}") * size)

    def write(self, message: core.ArrayNode) -> None:
        """Put the options into the message; what was not given is absent."""
        if self.concurrency is not None:
            message.parallelism = self.concurrency
        if self.min_successes is not None:
            message.min_successes = self.min_successes
        elif self.min_success_ratio is not None:
            message.min_success_ratio = self.min_success_ratio
        message.run_all_sub_nodes = self.run_all_sub_nodes

    def digest(self, bound: str) -> str:
        """What tells maps of one task apart in their names, as stock computes it."""
        import hashlib  # loads OpenSSL; only maps need it

        text: Any = f"{bound}{self.concurrency}{self.min_successes}{self.min_success_ratio}"
        return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
