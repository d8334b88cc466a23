"""Amounts of cpu and memory as Kubernetes writes them: ``500m``, ``2``, ``1Gi``, ``1.5G``, ``1e3``."""

from __future__ import annotations

import re
from decimal import Decimal

from glidepath.errors import FlyteValueException

_SUFFIXES = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{unit: Decimal(1000) ** power for power, unit in enumerate("kMGTPE", start=1)},
    **{f"{unit}i": Decimal(1024) ** power for power, unit in enumerate("KMGTPE", start=1)},
}
_QUANTITY = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+)(?:[eE][+-]?\d+)?)([A-Za-z]{0,2})")


def parse_quantity(text: str) -> float:
    """The number that a quantity stands for: cores, bytes or pieces.

    Raises :class:`~glidepath.errors.FlyteValueException` for anything that Kubernetes would not take.

    >>> parse_quantity("500m"), parse_quantity("1Gi")
    (0.5, 1073741824.0)
    """
    match = _QUANTITY.fullmatch(text.strip())
    if match is None or match[2] not in _SUFFIXES:
        raise FlyteValueException(
            f"{text!r} is not an amount of cpu or memory", hint='write it as Kubernetes does: "500m", "2", "512Mi", "1.5Gi"'
        )
    return float(Decimal(match[1]) * _SUFFIXES[match[2]])
