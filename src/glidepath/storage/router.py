"""One storage for every scheme: picks the family by the URI and loads it on first use."""

from __future__ import annotations

import importlib
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from glidepath.errors import FlyteValueException
from glidepath.storage.file import FileStorage
from glidepath.storage.protocol import ObjectInfo, Storage
from glidepath.storage.uris import scheme_of

_FAMILIES = {
    "s3": "glidepath.storage.objects",
    "gs": "glidepath.storage.objects",
    "abfs": "glidepath.storage.objects",
    "abfss": "glidepath.storage.objects",
    "http": "glidepath.storage.http",
    "https": "glidepath.storage.http",
    "memory": "glidepath.storage.memory",
}


class StorageConfig(NamedTuple):
    """How object stores are reached. What is not given comes from the environment, as in stock flytekit.

    ``options`` are obstore's own settings (``endpoint``, ``region``, ``access_key_id``, ``skip_signature``, …) by scheme.
    ``families`` adds or replaces storages by scheme, for tests and for stores that Glidepath does not know.
    """

    options: Mapping[str, Mapping[str, str]] = MappingProxyType({})
    families: Mapping[str, Storage] = MappingProxyType({})


class RoutedStorage:
    """Every scheme behind one protocol. Families are made once and kept."""

    def __init__(self, config: StorageConfig) -> None:
        self._config = config
        self._families: dict[str, Storage] = {"file": FileStorage(), **config.families}

    def family(self, uri: str) -> Storage:
        """The storage that serves a URI. Raises FlyteValueException for an unknown scheme."""
        scheme = scheme_of(uri)
        found = self._families.get(scheme)
        if found is None:
            module = _FAMILIES.get(scheme)
            if module is None:
                known = ", ".join(sorted({"file", *_FAMILIES, *self._families}))
                raise FlyteValueException(f"{uri} has the unknown scheme {scheme!r}", hint=f"known schemes: {known}")
            found = importlib.import_module(module).create(scheme, self._config.options.get(scheme, {}))
            self._families[scheme] = found
        return found

    def get(self, uri: str) -> bytes:
        return self.family(uri).get(uri)

    def put(self, uri: str, data: bytes, metadata: Mapping[str, str] | None = None) -> None:
        self.family(uri).put(uri, data, metadata)

    def stat(self, uri: str) -> ObjectInfo | None:
        return self.family(uri).stat(uri)

    def list(self, prefix: str) -> Iterator[ObjectInfo]:
        return self.family(prefix).list(prefix)

    def delete(self, uri: str) -> None:
        self.family(uri).delete(uri)

    def download(self, uri: str, path: Path) -> None:
        self.family(uri).download(uri, path)

    def upload(self, path: Path, uri: str) -> None:
        self.family(uri).upload(path, uri)

    def download_tree(self, uri: str, path: Path) -> None:
        self.family(uri).download_tree(uri, path)

    def upload_tree(self, path: Path, uri: str) -> None:
        self.family(uri).upload_tree(path, uri)


def open_storage(config: StorageConfig | None = None) -> RoutedStorage:
    """A storage for all schemes. Opens nothing: each family is loaded when its scheme is first used."""
    return RoutedStorage(config or StorageConfig())
