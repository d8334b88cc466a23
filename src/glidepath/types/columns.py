"""Names with types: the columns of a table. Apart from tables, since declaring a task must not load them."""

from __future__ import annotations

from collections import OrderedDict
from typing import Any


def kwtypes(**types: Any) -> OrderedDict[str, Any]:
    """Names and types, in order: the columns in ``Annotated[DataFrame, kwtypes(x=int)]``, the inputs of a SQL task."""
    return OrderedDict(types)
