"""What files and directories share: they lie somewhere, are fetched when first used, and travel as a blob with their URI."""

from __future__ import annotations

import os
from abc import abstractmethod
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, TypeVar, get_args, get_origin

from glidepath.errors import FlyteAssertion, FlyteTypeException
from glidepath.idl import core
from glidepath.storage.protocol import Storage
from glidepath.storage.uris import is_remote, local_path, tail_of
from glidepath.types.context import DataContext, current
from glidepath.types.plain import from_plain_literal
from glidepath.types.pydantic_hooks import PlainPathModel
from glidepath.types.transformer import TypeTransformer, is_class, mismatch

if TYPE_CHECKING:
    from typing_extensions import Self

PathText = str | os.PathLike[str]
PICKLE_FORMAT = "PythonPickle"
"""The format of blobs that hold a pickled value; they are no files to users."""


class FileExt:
    """The format in ``FlyteFile[Annotated[str, FileExt("csv")]]``, the spelling that type checkers accept."""

    def __init__(self, extension: str) -> None:
        self.extension = extension


class StoredPath(PlainPathModel, os.PathLike[str]):
    """A file or a directory, in a store or on this machine. A remote one is fetched when it is first used, once.

    :param path: where it is: a local path or a URI.
    :param downloader: called without arguments to bring it to ``path``.
    """

    noun: ClassVar[str]
    """What it is, in messages."""
    _extension: ClassVar[str] = ""
    _kinds: ClassVar[dict[str, Any]]
    """The classes with a format that were asked for so far, by format."""

    def __init__(self, path: PathText, downloader: Callable[[], object] | None = None) -> None:
        self.path = os.fspath(path)
        self._downloader = downloader
        self._remote_source = self.path if is_remote(self.path) else None
        self._downloaded = downloader is None and self._remote_source is None

    def __class_getitem__(cls, item: Any) -> Any:
        extension = extension_of(item)
        if not extension:
            return cls
        if extension not in cls._kinds:
            name = f"{cls.__name__.partition('[')[0]}[{extension}]"
            cls._kinds[extension] = type(name, (cls,), {"_extension": extension, "__module__": cls.__module__})
        return cls._kinds[extension]

    @classmethod
    def extension(cls) -> str:
        """The format that the type names (``csv``); empty when it names none."""
        return cls._extension

    @classmethod
    def from_source(cls, source: PathText) -> Self:
        """What lies somewhere already; fetched when it is used."""
        return cls(path=source)

    @classmethod
    def from_uri(cls, uri: str, ctx: DataContext) -> Self:
        """What lies at a URI, as a task receives it: ``path`` is where it will lie on this machine."""
        if not is_remote(uri):
            found = cls(path=local_path(uri))
        else:
            target = ctx.new_path(tail_of(uri))
            found = cls(path=target, downloader=lambda: cls._fetch(ctx.storage, uri, target))
        found._remote_source = uri
        return found

    @property
    def remote_source(self) -> str | None:
        """The URI that it came from; ``None`` for what was made here."""
        return self._remote_source

    @property
    def downloaded(self) -> bool:
        """Whether the bytes lie at ``path``."""
        return self._downloaded

    def download(self) -> str:
        """Bring it to this machine, unless it is; its local path."""
        return self.__fspath__()

    def __fspath__(self) -> str:
        if not self._downloaded:
            if self._downloader is None:
                source, target = self.path, current().new_path(tail_of(self.path))
                self._fetch(current().storage, source, target)
                self.path = str(target)
            else:
                self._downloader()
            self._downloaded = True
        return self.path

    def __hash__(self) -> int:
        return hash(self._remote_source or self.path)

    def __str__(self) -> str:
        return self.path

    __repr__ = __str__

    def published(self, ctx: DataContext) -> str:
        """Where it lies for others; uploads it if it has to. Raises FlyteAssertion when it does not exist."""
        if self._remote_source is not None:
            return self._remote_source
        source = local_path(self.path)
        if not self._is_at(source):
            raise FlyteAssertion(f"the {self.noun} {self.path} does not exist", hint="make it before the task returns it")
        wanted = self._destination
        if isinstance(wanted, str) and wanted:
            target = wanted
        elif wanted is False or not ctx.upload:
            return self.path
        else:
            target = self._new_uri(source, ctx)
        self._send(ctx.storage, source, target)
        return target

    @staticmethod
    @abstractmethod
    def _is_at(path: Path) -> bool:
        """Whether such a thing lies at a local path."""

    @property
    @abstractmethod
    def _destination(self) -> str | bool | None:
        """Where the user wants it uploaded to; ``False`` keeps it where it is."""

    @staticmethod
    @abstractmethod
    def _new_uri(source: Path, ctx: DataContext) -> str: ...

    @staticmethod
    @abstractmethod
    def _fetch(storage: Storage, uri: str, target: Path) -> None: ...

    @staticmethod
    @abstractmethod
    def _send(storage: Storage, source: Path, uri: str) -> None: ...


class BlobTransformer(TypeTransformer[Any]):
    """A family of stored paths as blobs: the literal holds the URI. Subclasses name the family and what is like it."""

    family: type[StoredPath]
    dimensionality: core.BlobType.BlobDimensionality
    other_noun: str
    """What lies at a URI too, but is of the other dimensionality."""
    other_class: str

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(blob=self._blob_type(python_type))

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, self.family)

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, dict) and isinstance(plain.get("path"), str)

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        metadata = core.BlobMetadata(type=self._blob_type(python_type))
        blob = core.Blob(metadata=metadata, uri=self._path_of(value, python_type).published(ctx))
        return core.Literal(scalar=core.Scalar(blob=blob))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        if not literal.scalar.HasField("blob"):
            return from_plain_literal(self, literal, python_type, ctx)
        blob = literal.scalar.blob
        if blob.metadata.type.dimensionality != self.dimensionality:
            raise FlyteTypeException(
                f"expected a {self.family.noun}, got a {self.other_noun} at {blob.uri}",
                hint=f"annotate it as {self.other_class}",
            )
        return self._class_of(python_type).from_uri(blob.uri, ctx)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        return {"path": self._path_of(value, python_type).published(ctx)}

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        path = plain.get("path") if isinstance(plain, dict) else plain
        if not isinstance(path, str):
            raise mismatch(plain, python_type)
        return self._class_of(python_type).from_uri(path, ctx)

    def schema(self, python_type: Any) -> dict[str, Any]:
        properties = self._properties()
        return {"type": "object", "title": self.family.__name__, "properties": properties, "additionalProperties": False}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.WhichOneof("type") != "blob" or literal_type.blob.dimensionality != self.dimensionality:
            return None
        return None if literal_type.blob.format == PICKLE_FORMAT else self.family[literal_type.blob.format or ""]  # type: ignore[index]

    def _properties(self) -> dict[str, Any]:
        return {"path": {"anyOf": [{"type": "string"}, {"type": "string", "format": "path"}], "default": None}}

    def _class_of(self, python_type: Any) -> type[StoredPath]:
        return python_type if is_class(python_type) and issubclass(python_type, self.family) else self.family

    def _blob_type(self, python_type: Any) -> core.BlobType:
        return core.BlobType(format=self._class_of(python_type).extension(), dimensionality=self.dimensionality)

    def _path_of(self, value: Any, python_type: Any) -> StoredPath:
        """A value of the family. Raises FlyteTypeException for another kind of value and for paths of something else."""
        if isinstance(value, self.family):
            return value
        if not isinstance(value, (str, os.PathLike)):
            raise mismatch(value, python_type)
        path = os.fspath(value)
        if not is_remote(path) and not self.family._is_at(local_path(path)):
            found = "is none" if local_path(path).exists() else "does not exist"
            raise FlyteTypeException(
                f"expected a {self.family.noun}, but {path} {found}",
                hint=f"check the path; for a {self.other_noun} use {self.other_class}",
            )
        return self._class_of(python_type)(path)


def destination_of(wanted: PathText | bool | None) -> str | bool | None:
    """Where a user wants something uploaded to, as text; a bool or nothing stays what it is."""
    return wanted if isinstance(wanted, bool) or wanted is None else os.fspath(wanted)


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
