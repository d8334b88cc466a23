"""Files that travel: :class:`FlyteFile`, ``os.PathLike``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, ClassVar, Generic

from glidepath.idl import core
from glidepath.storage.protocol import Storage
from glidepath.storage.uris import is_remote, tail_of
from glidepath.types.blobs import BlobTransformer, PathText, StoredPath, destination_of
from glidepath.types.context import DataContext, current
from glidepath.types.registry import register

if TYPE_CHECKING:
    from typing_extensions import Self, TypeVar

    T = TypeVar("T", default=Any)
else:
    from typing import TypeVar

    T = TypeVar("T")


class FlyteFile(StoredPath, Generic[T]):
    """A file in a store or on this machine. ``open(file)`` and ``Path(file)`` work; a remote one is fetched then, once.

    Return one (or a plain path) from a task to upload it; ``FlyteFile["csv"]`` names the format.

    :param path: where the file is: a local path or a URI.
    :param downloader: called without arguments to bring the file to ``path``; for those who make files themselves.
    :param remote_path: where to upload it to; ``False`` keeps it where it is.
    :param metadata: free text that travels with the literal.
    """

    noun = "file"
    _kinds: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        path: PathText,
        downloader: Callable[[], object] | None = None,
        remote_path: PathText | bool | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(path, downloader)
        self.remote_path = destination_of(remote_path)
        self.metadata = dict(metadata) if metadata else None

    @classmethod
    def new(cls, filename: PathText) -> FlyteFile[T]:
        """A file to write, in a fresh local folder."""
        return cls(path=current().new_path(os.fspath(filename)))

    @classmethod
    def new_remote_file(cls, name: str | None = None, alt: str | None = None) -> FlyteFile[T]:
        """A file to write with :meth:`open`, which uploads it: below the raw output prefix, or below ``alt``."""
        ctx = current()
        return cls(path=f"{alt.rstrip('/')}/{name or os.urandom(16).hex()}" if alt else ctx.new_uri(name or ""))

    @classmethod
    def from_uri(cls, uri: str, ctx: DataContext, metadata: Mapping[str, str] | None = None) -> Self:
        """The file at a URI, as a task receives it: ``path`` is where it will lie on this machine."""
        file = super().from_uri(uri, ctx)
        file.metadata = dict(metadata) if metadata else None
        return file

    @contextmanager
    def open(self, mode: str = "r", **options: Any) -> Iterator[IO[Any]]:
        """The file, opened for reading or writing. What is written to a remote file is uploaded when the block ends."""
        target = self.path if set(mode) & set("wax+") and is_remote(self.path) else None
        if not set(mode) & set("wx"):
            local = Path(self.__fspath__())
        else:
            local = current().new_path(tail_of(self.path)) if target else Path(self.path)
            local.parent.mkdir(parents=True, exist_ok=True)
        with local.open(mode, **options) as stream:
            yield stream
        if target:
            current().storage.upload(local, target)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, FlyteFile):
            return NotImplemented
        return (self._remote_source or self.path, self.metadata) == (other._remote_source or other.path, other.metadata)

    __hash__ = StoredPath.__hash__

    @staticmethod
    def _is_at(path: Path) -> bool:
        return path.is_file()

    @property
    def _destination(self) -> str | bool | None:
        return self.remote_path

    @staticmethod
    def _new_uri(source: Path, ctx: DataContext) -> str:
        return ctx.new_uri(source.name)

    @staticmethod
    def _fetch(storage: Storage, uri: str, target: Path) -> None:
        storage.download(uri, target)

    @staticmethod
    def _send(storage: Storage, source: Path, uri: str) -> None:
        storage.upload(source, uri)


class FileTransformer(BlobTransformer):
    """A file as a blob of one part, with its metadata beside it."""

    name = "FlyteFilePath"
    family = FlyteFile
    dimensionality = core.BlobType.SINGLE
    other_noun, other_class = "directory", "FlyteDirectory"

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        literal = super().to_literal(value, python_type, literal_type, ctx)
        literal.metadata.update(_metadata_of(value))
        return literal

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        file = super().to_python(literal, python_type, ctx)
        if literal.metadata and literal.scalar.HasField("blob"):
            file.metadata = dict(literal.metadata)
        return file

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        plain, metadata = super().to_plain(value, python_type, ctx), _metadata_of(value)
        return {**plain, "metadata": metadata} if metadata else plain

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        file = super().from_plain(plain, python_type, ctx)
        if isinstance(plain, dict) and plain.get("metadata"):
            file.metadata = dict(plain["metadata"])
        return file

    def _properties(self) -> dict[str, Any]:
        texts = {"type": "object", "additionalProperties": {"type": "string"}, "propertyNames": {"type": "string"}}
        return {**super()._properties(), "metadata": {"anyOf": [texts, {"type": "null"}], "default": None}}


def _metadata_of(value: Any) -> dict[str, str]:
    return (value.metadata or {}) if isinstance(value, FlyteFile) else {}


register(FileTransformer(), FlyteFile, os.PathLike)
