"""Environment variables of one attempt, in a process that all attempts share. Loaded for items of arrays only."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager


@contextmanager
def variables(env: Iterable[tuple[str, str]]) -> Iterator[None]:
    """Set variables while the block runs; then they are what they were."""
    given = dict(env)
    before = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
