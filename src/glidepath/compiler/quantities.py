"""Kubernetes resource quantities: ``500m``, ``2Gi``, ``1e3``."""

import re

_QUANTITY = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([numkMGTPE]|[KMGTPE]i|[eE][+-]?\d+)?", re.ASCII)


def is_quantity(text: str) -> bool:
    """Whether Kubernetes reads ``text`` as an amount of a resource."""
    return _QUANTITY.fullmatch(text) is not None
