"""Directories that travel: :class:`FlyteDirectory`."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar, Generic

from glidepath.errors import FlyteAssertion, FlyteTypeException
from glidepath.idl import core
from glidepath.storage.uris import is_remote, local_path, tail_of
from glidepath.types.context import DataContext, current
from glidepath.types.file import PATH_SCHEMA, FlyteFile, PathText, extension_of
from glidepath.types.plain import from_plain_literal
from glidepath.types.pydantic_hooks import PlainPathModel
from glidepath.types.registry import register
from glidepath.types.transformer import TypeTransformer, is_class, mismatch

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


class FlyteDirectory(PlainPathModel, os.PathLike[str], Generic[T]):
    """A directory in a store or on this machine. ``os.listdir(directory)`` works; a remote one is fetched then, once.

    :param path: where the directory is: a local path or a URI.
    :param downloader: called without arguments to bring the directory to ``path``.
    :param remote_directory: where to upload it to; ``False`` keeps it where it is.
    """

    _format: ClassVar[str] = ""
    _kinds: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        path: PathText,
        downloader: Callable[[], object] | None = None,
        remote_directory: PathText | bool | None = None,
    ) -> None:
        self.path = os.fspath(path)
        is_place = remote_directory is not None and not isinstance(remote_directory, bool)
        self.remote_directory = os.fspath(remote_directory) if is_place else remote_directory  # type: ignore[arg-type]
        self._downloader = downloader
        self._remote_source = self.path if is_remote(self.path) else None
        self._downloaded = downloader is None and self._remote_source is None

    def __class_getitem__(cls, item: Any) -> Any:
        found = extension_of(item)
        if not found:
            return cls
        if found not in cls._kinds:
            cls._kinds[found] = type(f"FlyteDirectory[{found}]", (cls,), {"_format": found, "__module__": __name__})
        return cls._kinds[found]

    @classmethod
    def extension(cls) -> str:
        """The format that the type names; empty when it names none."""
        return cls._format

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

    @classmethod
    def from_source(cls, source: PathText) -> FlyteDirectory[T]:
        """A directory that lies somewhere already; fetched when it is used."""
        return cls(path=source)

    @classmethod
    def from_uri(cls, uri: str, ctx: DataContext) -> FlyteDirectory[T]:
        """The directory at a URI, as a task receives it: ``path`` is where it will lie on this machine."""
        if not is_remote(uri):
            directory = cls(path=local_path(uri))
        else:
            target = ctx.new_path(tail_of(uri))
            directory = cls(path=target, downloader=lambda: ctx.storage.download_tree(uri, target))
        directory._remote_source = uri
        return directory

    @property
    def remote_source(self) -> str | None:
        """The URI that the directory came from; ``None`` for one made here."""
        return self._remote_source

    @property
    def downloaded(self) -> bool:
        """Whether the files lie at ``path``."""
        return self._downloaded

    @property
    def sep(self) -> str:
        """What stands between the parts of a path in here."""
        return "/" if is_remote(self.path) else os.sep

    def download(self) -> str:
        """Bring the directory to this machine, unless it is; its local path."""
        return self.__fspath__()

    def __fspath__(self) -> str:
        if not self._downloaded:
            if self._downloader is None:
                source, target = self.path, current().new_path(tail_of(self.path))
                current().storage.download_tree(source, target)
                self.path = str(target)
            else:
                self._downloader()
            self._downloaded = True
        return self.path

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

    def __hash__(self) -> int:
        return hash(self._remote_source or self.path)

    def __str__(self) -> str:
        return self.path

    __repr__ = __str__


class DirectoryTransformer(TypeTransformer[Any]):
    """A directory as a blob of many parts: the literal holds the URI below which they lie."""

    name = "FlyteDirectory"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(blob=_blob_type(python_type))

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, FlyteDirectory)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, dict) and isinstance(plain.get("path"), str)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        uri = _uri_of(_directory_of(value, python_type), ctx)
        blob = core.Blob(metadata=core.BlobMetadata(type=_blob_type(python_type)), uri=uri)
        return core.Literal(scalar=core.Scalar(blob=blob))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        if not literal.scalar.HasField("blob"):
            return from_plain_literal(self, literal, python_type, ctx)
        blob = literal.scalar.blob
        if blob.metadata.type.dimensionality != core.BlobType.MULTIPART:
            raise FlyteTypeException(f"expected a directory, got a file at {blob.uri}", hint="annotate it as FlyteFile")
        return _class_of(python_type).from_uri(blob.uri, ctx)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        return {"path": _uri_of(_directory_of(value, python_type), ctx)}

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        path = plain.get("path") if isinstance(plain, dict) else plain
        if not isinstance(path, str):
            raise mismatch(plain, python_type)
        return _class_of(python_type).from_uri(path, ctx)

    def schema(self, python_type: Any) -> dict[str, Any]:
        properties = {"path": PATH_SCHEMA}
        return {"type": "object", "title": "FlyteDirectory", "properties": properties, "additionalProperties": False}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.WhichOneof("type") != "blob" or literal_type.blob.dimensionality != core.BlobType.MULTIPART:
            return None
        return FlyteDirectory[literal_type.blob.format or ""]  # type: ignore[misc]


def _class_of(python_type: Any) -> type[FlyteDirectory[Any]]:
    return python_type if is_class(python_type) and issubclass(python_type, FlyteDirectory) else FlyteDirectory


def _blob_type(python_type: Any) -> core.BlobType:
    return core.BlobType(format=_class_of(python_type).extension(), dimensionality=core.BlobType.MULTIPART)


def _directory_of(value: Any, python_type: Any) -> FlyteDirectory[Any]:
    """A value as a directory. Raises FlyteTypeException for another kind of value and for paths that are no directories."""
    if isinstance(value, FlyteDirectory):
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise mismatch(value, python_type)
    path = os.fspath(value)
    if not is_remote(path) and not local_path(path).is_dir():
        raise FlyteTypeException(f"expected a directory, but {path} is none", hint="check the path; for a file use FlyteFile")
    return _class_of(python_type)(path)


def _uri_of(directory: FlyteDirectory[Any], ctx: DataContext) -> str:
    """Where the directory lies for others; uploads it if it has to. Raises FlyteAssertion when it does not exist."""
    if directory.remote_source is not None:
        return directory.remote_source
    source = local_path(directory.path)
    if not source.is_dir():
        raise FlyteAssertion(f"the directory {directory.path} does not exist", hint="make it before the task returns it")
    if isinstance(directory.remote_directory, str) and directory.remote_directory:
        target = directory.remote_directory
    elif directory.remote_directory is False or not ctx.upload:
        return directory.path
    else:
        target = ctx.new_uri()
    ctx.storage.upload_tree(source, target)
    return target


register(DirectoryTransformer(), FlyteDirectory)
