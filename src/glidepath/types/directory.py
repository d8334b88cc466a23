"""Directories that travel: :class:`FlyteDirectory`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from glidepath.idl import core
from glidepath.storage.protocol import Storage
from glidepath.storage.uris import is_remote, local_path
from glidepath.types.blobs import BlobTransformer, PathText, StoredPath, destination_of
from glidepath.types.context import DataContext, current
from glidepath.types.file import FlyteFile
from glidepath.types.registry import register

if TYPE_CHECKING:
    from typing_extensions import TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")


class BatchSize:
    """``Annotated[FlyteDirectory, BatchSize(n)]``: how many files stock flytekit moves at a time.

    Kept on the type for it; Glidepath streams file by file whatever the number.
    """

    def __init__(self, val: int) -> None:
        self.val = val


class FlyteDirectory(StoredPath, Generic[T]):
    """A directory in a store or on this machine. ``os.listdir(directory)`` works; a remote one is fetched then, once.

    :param path: where the directory is: a local path or a URI.
    :param downloader: called without arguments to bring the directory to ``path``.
    :param remote_directory: where to upload it to; ``False`` keeps it where it is.
    """

    noun = "directory"
    _kinds: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        path: PathText,
        downloader: Callable[[], object] | None = None,
        remote_directory: PathText | bool | None = None,
    ) -> None:
        super().__init__(path, downloader)
        self.remote_directory = destination_of(remote_directory)

    @classmethod
    def new(cls, dirname: PathText) -> FlyteDirectory[T]:
        """A fresh local directory to fill."""
        path = current().new_path(os.fspath(dirname))
        path.mkdir(parents=True, exist_ok=True)
        return cls(path=path)

    @classmethod
    def new_remote(cls, stem: str | None = None, alt: str | None = None) -> FlyteDirectory[T]:
        """A fresh directory in the store to fill with :meth:`new_file`: below the raw output prefix, or below ``alt``."""
        return cls(path=f"{alt.rstrip('/')}/{stem or os.urandom(16).hex()}" if alt else current().new_uri(stem or ""))

    @property
    def sep(self) -> str:
        """What stands between the parts of a path in here."""
        return "/" if is_remote(self.path) else os.sep

    def new_file(self, name: str | None = None) -> FlyteFile[Any]:
        """A file to write in here."""
        return FlyteFile(path=f"{self.path.rstrip('/')}/{name or os.urandom(16).hex()}")

    def new_dir(self, name: str | None = None) -> FlyteDirectory[T]:
        """A directory in here."""
        found = type(self)(path=f"{self.path.rstrip('/')}/{name or os.urandom(16).hex()}")
        if not is_remote(found.path):
            Path(found.path).mkdir(parents=True, exist_ok=True)
        return found

    @classmethod
    def listdir(cls, directory: FlyteDirectory[Any]) -> list[FlyteFile[Any] | FlyteDirectory[Any]]:
        """What lies directly in a directory, by name; nothing is fetched."""
        root = directory._place()
        found: dict[str, bool] = {}
        for relative in directory._relative_names():
            head, separator, _ = relative.partition("/")
            found[head] = bool(separator) or found.get(head, False)
        kinds: dict[bool, Any] = {True: FlyteDirectory, False: FlyteFile}
        return [kinds[is_folder].from_uri(f"{root}/{name}", current()) for name, is_folder in sorted(found.items())]

    def crawl(self, maxdepth: int | None = None) -> Iterator[tuple[str, str]]:
        """Every file, at most ``maxdepth`` levels deep: the directory's place and the path in it; nothing is fetched."""
        for relative in self._relative_names():
            if maxdepth is None or relative.count("/") < maxdepth:
                yield self._place(), relative

    def _place(self) -> str:
        """Where to look: on this machine if the files are here, else where they came from."""
        return (self.path if self._downloaded or self._remote_source is None else self._remote_source).rstrip("/")

    def _relative_names(self) -> Iterator[str]:
        place = self._place()
        if is_remote(place):
            for info in current().storage.list(place):
                yield info.uri[len(place) + 1 :]
            return
        root = local_path(place)
        for path in sorted(root.rglob("*")):
            if path.is_file():
                yield path.relative_to(root).as_posix()

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FlyteDirectory):
            return NotImplemented
        return (self._remote_source or self.path) == (other._remote_source or other.path)

    __hash__ = StoredPath.__hash__

    @staticmethod
    def _is_at(path: Path) -> bool:
        return path.is_dir()

    @property
    def _destination(self) -> str | bool | None:
        return self.remote_directory

    @staticmethod
    def _new_uri(source: Path, ctx: DataContext) -> str:
        return ctx.new_uri()

    @staticmethod
    def _fetch(storage: Storage, uri: str, target: Path) -> None:
        storage.download_tree(uri, target)

    @staticmethod
    def _send(storage: Storage, source: Path, uri: str) -> None:
        storage.upload_tree(source, uri)


class DirectoryTransformer(BlobTransformer):
    """A directory as a blob of many parts: the literal holds the URI below which they lie."""

    name = "FlyteDirectory"
    family = FlyteDirectory
    dimensionality = core.BlobType.MULTIPART
    other_noun, other_class = "file", "FlyteFile"


register(DirectoryTransformer(), FlyteDirectory)
