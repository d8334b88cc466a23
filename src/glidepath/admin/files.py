"""Literal maps where attempts and clients read them: written before the commit that tells of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor

from glidepath.idl import core
from glidepath.storage.protocol import Storage
from glidepath.storage.uris import is_remote

_WRITERS = 16

Patiently = Callable[[Callable[[], None], str], None]
"""Does something again and again until it works; the text names it in the log."""


class Files:
    """Writes the files of a step."""

    def __init__(self, storage: Storage, patiently: Patiently) -> None:
        self._storage = storage
        self._patiently = patiently
        self._pool = ThreadPoolExecutor(_WRITERS, "storage")

    def close(self) -> None:
        """Let the threads go."""
        self._pool.shutdown()

    def write(self, files: Sequence[tuple[str, core.LiteralMap]]) -> None:
        """Write all of them; side by side where each takes a trip over the network."""
        puts = [(uri, value.SerializeToString(deterministic=True)) for uri, value in files]
        if len(puts) == 1 or not any(is_remote(uri) for uri, _ in puts):
            for put in puts:
                self._put(put)
        else:
            list(self._pool.map(self._put, puts))

    def _put(self, put: tuple[str, bytes]) -> None:
        uri, data = put
        self._patiently(lambda: self._storage.put(uri, data), f"write {uri}")
