"""Whether what kept outputs point to is still there."""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor

from glidepath.admin.faults import passes
from glidepath.idl.literal_uris import Place
from glidepath.storage.presence import is_there
from glidepath.storage.protocol import Storage

_FEW = 4
_PROBES = 16


class Presence:
    """Asks storage; many places side by side. Safe to use from any thread."""

    def __init__(self, storage: Storage) -> None:
        self._storage = storage
        self._pool = ThreadPoolExecutor(_PROBES, "presence")

    def close(self) -> None:
        """Stop asking."""
        self._pool.shutdown(cancel_futures=True)

    def first_missing(self, places: Sequence[Place]) -> str:
        """The URI of the first place where nothing is; empty when all are there.

        Raises what passes (a store that is away). What storage cannot judge (a table in a warehouse) counts as there, and so
        does what nobody wrote here (a page of the web).
        """
        if len(places) <= _FEW:
            return next((place.uri for place in places if not self._is_there(place)), "")
        there = list(self._pool.map(self._is_there, places))
        return next((place.uri for place, found in zip(places, there, strict=True) if not found), "")

    def _is_there(self, place: Place) -> bool:
        try:
            return is_there(self._storage, place.uri, is_folder=place.is_folder)
        except Exception as error:
            if passes(error):
                raise
            return True
