"""Files that travel: :class:`FlyteFile`, ``os.PathLike``."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING, Annotated, Any, ClassVar, Generic, get_args, get_origin

from glidepath.errors import FlyteAssertion, FlyteTypeException
from glidepath.idl import core
from glidepath.storage.uris import is_remote, local_path, tail_of
from glidepath.types.context import DataContext, current
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
PathText = str | os.PathLike[str]


class FileExt:
    """The format in ``FlyteFile[Annotated[str, FileExt("csv")]]``, the spelling that type checkers accept."""

    def __init__(self, extension: str) -> None:
        self.extension = extension


class FlyteFile(PlainPathModel, os.PathLike[str], Generic[T]):
    """A file in a store or on this machine. ``open(file)`` and ``Path(file)`` work; a remote one is fetched then, once.

    Return one (or a plain path) from a task to upload it; ``FlyteFile["csv"]`` names the format.

    :param path: where the file is: a local path or a URI.
    :param downloader: called without arguments to bring the file to ``path``; for those who make files themselves.
    :param remote_path: where to upload it to; ``False`` keeps it where it is.
    :param metadata: free text that travels with the literal.
    """

    _extension: ClassVar[str] = ""
    _kinds: ClassVar[dict[str, Any]] = {}

    def __init__(
        self,
        path: PathText,
        downloader: Callable[[], object] | None = None,
        remote_path: PathText | bool | None = None,
        metadata: Mapping[str, str] | None = None,
    ) -> None:
        self.path = os.fspath(path)
        self.remote_path = remote_path if isinstance(remote_path, bool) or remote_path is None else os.fspath(remote_path)
        self.metadata = dict(metadata) if metadata else None
        self._downloader = downloader
        self._remote_source = self.path if is_remote(self.path) else None
        self._downloaded = downloader is None and self._remote_source is None

    def __class_getitem__(cls, item: Any) -> Any:
        extension = extension_of(item)
        if not extension:
            return cls
        if extension not in cls._kinds:
            cls._kinds[extension] = type(f"FlyteFile[{extension}]", (cls,), {"_extension": extension, "__module__": __name__})
        return cls._kinds[extension]

    @classmethod
    def extension(cls) -> str:
        """The format that the type names (``csv``); empty when it names none."""
        return cls._extension

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
    def from_source(cls, source: PathText) -> FlyteFile[T]:
        """A file that lies somewhere already; fetched when it is opened."""
        return cls(path=source)

    @classmethod
    def from_uri(cls, uri: str, ctx: DataContext, metadata: Mapping[str, str] | None = None) -> FlyteFile[T]:
        """The file at a URI, as a task receives it: ``path`` is where it will lie on this machine."""
        if not is_remote(uri):
            file = cls(path=local_path(uri), metadata=metadata)
        else:
            target = ctx.new_path(tail_of(uri))
            file = cls(path=target, downloader=lambda: ctx.storage.download(uri, target), metadata=metadata)
        file._remote_source = uri
        return file

    @property
    def remote_source(self) -> str | None:
        """The URI that the file came from; ``None`` for a file made here."""
        return self._remote_source

    @property
    def downloaded(self) -> bool:
        """Whether the bytes lie at ``path``."""
        return self._downloaded

    def download(self) -> str:
        """Bring the file to this machine, unless it is; its local path."""
        return self.__fspath__()

    def __fspath__(self) -> str:
        if not self._downloaded:
            if self._downloader is None:
                source, target = self.path, current().new_path(tail_of(self.path))
                current().storage.download(source, target)
                self.path = str(target)
            else:
                self._downloader()
            self._downloaded = True
        return self.path

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

    def __hash__(self) -> int:
        return hash(self._remote_source or self.path)

    def __str__(self) -> str:
        return self.path

    __repr__ = __str__


class FileTransformer(TypeTransformer[Any]):
    """A file as a blob of one part: the literal holds its URI."""

    name = "FlyteFilePath"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(blob=_blob_type(python_type))

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, FlyteFile)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, dict) and isinstance(plain.get("path"), str)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        file = _file_of(value, python_type)
        blob = core.Blob(metadata=core.BlobMetadata(type=_blob_type(python_type)), uri=_uri_of(file, ctx))
        return core.Literal(scalar=core.Scalar(blob=blob), metadata=file.metadata)

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        if not literal.scalar.HasField("blob"):
            return from_plain_literal(self, literal, python_type, ctx)
        blob = literal.scalar.blob
        if blob.metadata.type.dimensionality != core.BlobType.SINGLE:
            raise FlyteTypeException(f"expected a file, got a directory at {blob.uri}", hint="annotate it as FlyteDirectory")
        return _class_of(python_type).from_uri(blob.uri, ctx, dict(literal.metadata))

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        file = _file_of(value, python_type)
        plain: dict[str, Any] = {"path": _uri_of(file, ctx)}
        if file.metadata:
            plain["metadata"] = file.metadata
        return plain

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        path = plain.get("path") if isinstance(plain, dict) else plain
        if not isinstance(path, str):
            raise mismatch(plain, python_type)
        return _class_of(python_type).from_uri(path, ctx, plain.get("metadata") if isinstance(plain, dict) else None)

    def schema(self, python_type: Any) -> dict[str, Any]:
        texts = {"type": "object", "additionalProperties": {"type": "string"}, "propertyNames": {"type": "string"}}
        properties = {"path": PATH_SCHEMA, "metadata": {"anyOf": [texts, {"type": "null"}], "default": None}}
        return {"type": "object", "title": "FlyteFile", "properties": properties, "additionalProperties": False}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.WhichOneof("type") != "blob" or literal_type.blob.dimensionality != core.BlobType.SINGLE:
            return None
        return None if literal_type.blob.format == PICKLE_FORMAT else FlyteFile[literal_type.blob.format or ""]  # type: ignore[misc]


PATH_SCHEMA = {"anyOf": [{"type": "string"}, {"type": "string", "format": "path"}], "default": None}
PICKLE_FORMAT = "PythonPickle"


def extension_of(item: Any) -> str:
    """The format in the brackets of ``FlyteFile[...]``: ``csv`` from ``"csv"`` or ``Annotated[str, FileExt("csv")]``."""
    if get_origin(item) is Annotated:
        item = next((word for word in get_args(item)[1:] if isinstance(word, (str, FileExt))), "")
    if isinstance(item, FileExt):
        item = item.extension
    if isinstance(item, TypeVar):
        item = item.__name__
    if item is None or item is str:
        return ""
    if not isinstance(item, str):
        raise FlyteTypeException(f"a file format must be text, got {item!r}", hint='write FlyteFile["csv"]')
    return item.strip().lstrip(".")


def _class_of(python_type: Any) -> type[FlyteFile[Any]]:
    return python_type if is_class(python_type) and issubclass(python_type, FlyteFile) else FlyteFile


def _blob_type(python_type: Any) -> core.BlobType:
    return core.BlobType(format=_class_of(python_type).extension(), dimensionality=core.BlobType.SINGLE)


def _file_of(value: Any, python_type: Any) -> FlyteFile[Any]:
    """A value as a file. Raises FlyteTypeException for another kind of value and for paths that are no files."""
    if isinstance(value, FlyteFile):
        return value
    if not isinstance(value, (str, os.PathLike)):
        raise mismatch(value, python_type)
    path = os.fspath(value)
    if not is_remote(path) and not local_path(path).is_file():
        raise FlyteTypeException(f"expected a file, but {path} is none", hint="check the path; for a folder use FlyteDirectory")
    return _class_of(python_type)(path)


def _uri_of(file: FlyteFile[Any], ctx: DataContext) -> str:
    """Where the file lies for others; uploads it if it has to. Raises FlyteAssertion when the file does not exist."""
    if file.remote_source is not None:
        return file.remote_source
    source = local_path(file.path)
    if not source.is_file():
        raise FlyteAssertion(f"the file {file.path} does not exist", hint="write it before the task returns it")
    if isinstance(file.remote_path, str) and file.remote_path:
        target = file.remote_path
    elif file.remote_path is False or not ctx.upload:
        return file.path
    else:
        target = ctx.new_uri(source.name)
    ctx.storage.upload(source, target)
    return target


register(FileTransformer(), FlyteFile, os.PathLike)
