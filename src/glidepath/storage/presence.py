"""Whether something lies at a URI, be it an object or a folder."""

from __future__ import annotations

import os
from collections.abc import Iterator
from typing import Protocol

from glidepath.storage.protocol import ObjectInfo
from glidepath.storage.uris import is_remote, local_path, scheme_of

_FOREIGN = frozenset({"http", "https"})


class Listing(Protocol):
    """The part of a storage that this needs."""

    def stat(self, uri: str) -> ObjectInfo | None: ...
    def list(self, prefix: str) -> Iterator[ObjectInfo]: ...


def is_there(storage: Listing, uri: str, *, is_folder: bool) -> bool:
    """Whether an object, or with ``is_folder`` also a folder with something in it, lies at ``uri``.

    A page of the web counts as there: nobody here wrote it. Raises what the storage raises, FlyteValueException for schemes
    that it does not know.
    """
    if scheme_of(uri) in _FOREIGN:
        return True
    if not is_remote(uri):
        return os.path.exists(local_path(uri))  # noqa: PTH110  Path.exists raises for a folder closed to us
    if storage.stat(uri) is not None:
        return True
    return is_folder and next(iter(storage.list(uri)), None) is not None
