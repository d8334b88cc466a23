"""Tables that travel: :class:`StructuredDataset`, and what the families of data frames share."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

from glidepath.errors import FlyteAssertion, FlyteTypeException
from glidepath.idl import core
from glidepath.storage.uris import is_remote, join, local_path, tail_of
from glidepath.types.context import DataContext, current
from glidepath.types.conversion import literal_type_of
from glidepath.types.plain import from_plain_literal
from glidepath.types.pydantic_hooks import PlainPathModel
from glidepath.types.registry import find, register
from glidepath.types.transformer import TypeTransformer, mismatch, name_of

PARQUET, CSV = "parquet", "csv"
_FILE_NAMES = {PARQUET: "00000", CSV: ".csv"}


class StructuredDataset(PlainPathModel):
    """A table in a store, or a data frame on its way there. ``dataset.open(pandas.DataFrame).all()`` reads it.

    :param dataframe: the table; written when a task returns the dataset.
    :param uri: where it is, or is to be written.
    :param metadata: what is known of it (``core.StructuredDatasetMetadata``); set on those that a task receives.
    :param file_format: ``parquet`` or ``csv``; empty takes the default of the frame's type.
    """

    def __init__(
        self,
        dataframe: Any = None,
        uri: str | os.PathLike[str] | None = None,
        metadata: core.StructuredDatasetMetadata | None = None,
        file_format: str = "",
    ) -> None:
        self._dataframe = dataframe
        self.uri = os.fspath(uri) if uri is not None else None
        self.metadata = metadata
        self.file_format = file_format
        self._literal: core.StructuredDataset | None = None
        self._ctx: DataContext | None = None
        self._columns: list[str] | None = None
        self._target: Any = None

    @classmethod
    def from_literal(cls, dataset: core.StructuredDataset, columns: list[str] | None, ctx: DataContext) -> StructuredDataset:
        """The dataset that a task receives; nothing is read before :meth:`all` or :meth:`iter`."""
        found = cls(uri=dataset.uri, metadata=dataset.metadata, file_format=dataset.metadata.structured_dataset_type.format)
        found._literal, found._ctx, found._columns = dataset, ctx, columns
        return found

    @property
    def dataframe(self) -> Any:
        """The table that the dataset was made with; ``None`` for one that a task receives."""
        return self._dataframe

    @property
    def literal(self) -> core.StructuredDataset | None:
        """The literal that the dataset came from."""
        return self._literal

    def open(self, dataframe_type: Any) -> StructuredDataset:
        """Say what :meth:`all` and :meth:`iter` give: ``pandas.DataFrame``, ``pyarrow.Table``."""
        _frames_of(dataframe_type)
        self._target = dataframe_type
        return self

    def all(self) -> Any:
        """The whole table as the type given to :meth:`open`. Raises FlyteAssertion without one."""
        frames = self._opened()
        if self._dataframe is not None:
            return self._dataframe
        ctx = self._ctx or current()
        return frames.read(local_copy(self.uri or "", ctx), format_of(self.file_format, self.uri or ""), self._columns)

    def iter(self) -> Iterator[Any]:
        """The table in pieces of the type given to :meth:`open`: one for each file."""
        frames = self._opened()
        ctx = self._ctx or current()
        for path in data_files(local_copy(self.uri or "", ctx)):
            yield frames.read(path, format_of(self.file_format, self.uri or ""), self._columns)

    def _opened(self) -> FrameTransformer:
        if self._target is None:
            raise FlyteAssertion("the dataset is not open", hint="write dataset.open(pandas.DataFrame).all()")
        return _frames_of(self._target)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, StructuredDataset):
            return NotImplemented
        return self._dataframe is other._dataframe and (self.uri, self.file_format) == (other.uri, other.file_format)

    __hash__ = None  # type: ignore[assignment]

    def __repr__(self) -> str:
        return f"StructuredDataset(uri={self.uri!r}, file_format={self.file_format!r})"


class DatasetTransformer(TypeTransformer[Any]):
    """What all tables share on the wire: a URI, columns, a format."""

    name = "StructuredDataset Transformer"
    reads_annotations = True

    def literal_type(self, python_type: Any) -> core.LiteralType:
        return core.LiteralType(structured_dataset_type=dataset_type(python_type))

    def fits(self, value: Any, python_type: Any) -> bool:
        return isinstance(value, _plain_type(python_type))

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, dict) and "uri" in plain

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        return core.Literal(scalar=core.Scalar(structured_dataset=self.write_dataset(value, python_type, ctx)))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        scalar = literal.scalar
        if scalar.HasField("structured_dataset"):
            return self.read_dataset(scalar.structured_dataset, python_type, ctx)
        if scalar.HasField("schema"):  # the deprecated FlyteSchema: parquet files at a URI
            return self.read_dataset(core.StructuredDataset(uri=scalar.schema.uri), python_type, ctx)
        return from_plain_literal(self, literal, python_type, ctx)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        dataset = self.write_dataset(value, python_type, ctx)
        return {"uri": dataset.uri, "file_format": dataset.metadata.structured_dataset_type.format}

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        if isinstance(plain, str):
            plain = {"uri": plain}
        if not isinstance(plain, dict) or not isinstance(plain.get("uri"), str):
            raise mismatch(plain, python_type)
        dataset = core.StructuredDataset(uri=plain["uri"])
        dataset.metadata.structured_dataset_type.format = plain.get("file_format") or ""
        return self.read_dataset(dataset, python_type, ctx)

    def write_dataset(self, value: Any, python_type: Any, ctx: DataContext) -> core.StructuredDataset:
        """Put a table where it is to be, and say where that is."""
        raise mismatch(value, python_type)

    def read_dataset(self, dataset: core.StructuredDataset, python_type: Any, ctx: DataContext) -> Any:
        """The table at a URI."""
        raise FlyteTypeException(f"tables cannot be read as {name_of(python_type)}")


class FrameTransformer(DatasetTransformer):
    """A family of data frames. Subclasses read and write files of some formats; the first is the default."""

    formats: tuple[str, ...] = (PARQUET,)

    def write(self, frame: Any, path: Path, file_format: str) -> None:
        """Write a frame into one file."""
        raise FlyteTypeException(f"{name_of(type(frame))} cannot be written as {file_format}")

    def read(self, path: Path, file_format: str, columns: list[str] | None) -> Any:
        """Read a file or a directory of files; only ``columns`` when given."""
        raise FlyteTypeException(f"{path} cannot be read as {file_format}")

    def checked(self, file_format: str) -> str:
        """A format that this family can handle. Raises FlyteTypeException for another one."""
        if file_format not in self.formats:
            raise FlyteTypeException(
                f"the format {file_format!r} is not known here", hint=f"formats: {', '.join(self.formats)}"
            )
        return file_format

    def write_dataset(self, value: Any, python_type: Any, ctx: DataContext) -> core.StructuredDataset:
        if isinstance(value, StructuredDataset):  # a table that lies somewhere already passes through unread
            return StructuredDatasetTransformer().write_dataset(value, python_type, ctx)
        if not isinstance(value, _plain_type(python_type)):
            raise mismatch(value, _plain_type(python_type))
        # Stock flytekit marks and writes plain frames in the default format whatever format the annotation names.
        return write_frame(value, ctx.new_uri(), dataset_type(python_type), self.formats[0], ctx)

    def read_dataset(self, dataset: core.StructuredDataset, python_type: Any, ctx: DataContext) -> Any:
        file_format = format_of(dataset.metadata.structured_dataset_type.format, dataset.uri)
        return self.read(local_copy(dataset.uri, ctx), self.checked(file_format), column_names(python_type))

    def schema(self, python_type: Any) -> dict[str, Any]:
        raise FlyteTypeException(f"{name_of(python_type)} has no JSON schema")  # as in stock flytekit; use StructuredDataset


class StructuredDatasetTransformer(DatasetTransformer):
    """Datasets whose frame type is chosen when they are read."""

    def write_dataset(self, value: Any, python_type: Any, ctx: DataContext) -> core.StructuredDataset:
        if not isinstance(value, StructuredDataset):
            hint = "return StructuredDataset(dataframe=...) or annotate the frame's own type"
            raise FlyteTypeException(mismatch(value, StructuredDataset).message, hint=hint)
        declared = dataset_type(python_type)
        if value.dataframe is not None:
            file_format = value.file_format or declared.format or _frames_of(type(value.dataframe)).formats[0]
            return write_frame(value.dataframe, value.uri or ctx.new_uri(), declared, file_format, ctx)
        if value.uri is None:
            raise FlyteTypeException("the dataset has neither a dataframe nor a uri", hint="give StructuredDataset one of them")
        if value.literal is not None:
            return value.literal
        declared.format = value.file_format or declared.format
        metadata = core.StructuredDatasetMetadata(structured_dataset_type=declared)
        return core.StructuredDataset(uri=_uploaded(value.uri, ctx), metadata=metadata)

    def read_dataset(self, dataset: core.StructuredDataset, python_type: Any, ctx: DataContext) -> Any:
        return StructuredDataset.from_literal(dataset, column_names(python_type), ctx)

    def schema(self, python_type: Any) -> dict[str, Any]:
        text = {"anyOf": [{"type": "string"}, {"type": "null"}]}
        properties = {"uri": {**text, "default": None}, "file_format": {**text, "default": ""}}
        return {"type": "object", "title": "StructuredDataset", "properties": properties, "additionalProperties": False}

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        is_table = literal_type.WhichOneof("type") in ("structured_dataset_type", "schema")
        return StructuredDataset if is_table else None


def dataset_type(python_type: Any) -> core.StructuredDatasetType:
    """What the annotations of a table type say: columns (``kwtypes``), format (text), schema (``pyarrow.Schema``)."""
    found = core.StructuredDatasetType()
    for word in _words(python_type):
        if isinstance(word, Mapping):
            for name, column_type in word.items():
                found.columns.add(name=name, literal_type=literal_type_of(column_type))
        elif isinstance(word, str):
            found.format = word
        elif type(word).__module__.startswith("pyarrow") and hasattr(word, "to_string"):
            found.external_schema_type = "arrow"
            found.external_schema_bytes = word.to_string().encode()
    return found


def column_names(python_type: Any) -> list[str] | None:
    """The columns that the annotations of a table type name; ``None`` for all."""
    return next((list(word) for word in _words(python_type) if isinstance(word, Mapping) and word), None)


def write_frame(
    frame: Any, uri: str, declared: core.StructuredDatasetType, file_format: str, ctx: DataContext
) -> core.StructuredDataset:
    """Write a frame below ``uri``; the dataset that tells where and as what."""
    frames = _frames_of(type(frame))
    target = join(uri, _FILE_NAMES[frames.checked(file_format)])
    if is_remote(uri):
        path = ctx.new_path(tail_of(target))
        frames.write(frame, path, file_format)
        ctx.storage.upload(path, target)
        path.unlink()
    else:
        path = local_path(target)
        path.parent.mkdir(parents=True, exist_ok=True)
        frames.write(frame, path, file_format)
    declared.format = file_format
    return core.StructuredDataset(uri=uri, metadata=core.StructuredDatasetMetadata(structured_dataset_type=declared))


def local_copy(uri: str, ctx: DataContext) -> Path:
    """The file or directory of a dataset on this machine; fetched when it lies elsewhere."""
    if not is_remote(uri):
        return local_path(uri)
    target = ctx.new_path(tail_of(uri))
    if ctx.storage.stat(uri) is not None:
        ctx.storage.download(uri, target)
    else:
        ctx.storage.download_tree(uri, target)
    return target


def data_files(path: Path) -> list[Path]:
    """The files that hold a dataset's rows, by name; markers such as ``_SUCCESS`` are left out."""
    if path.is_file():
        return [path]
    files = (file for file in path.rglob("*") if file.is_file())
    return sorted(file for file in files if file.name in _FILE_NAMES.values() or file.name[0] not in "._")


def format_of(declared: str, uri: str) -> str:
    """The format of a dataset: as declared, else by the file's ending, else parquet."""
    return declared or (CSV if uri.endswith(".csv") else PARQUET)


def _uploaded(uri: str, ctx: DataContext) -> str:
    """Where others find a dataset that the user only names; a local one is uploaded if it has to."""
    if is_remote(uri) or not ctx.upload:
        return uri
    path = local_path(uri)
    if path.is_dir():
        target = ctx.new_uri()
        ctx.storage.upload_tree(path, target)
    else:
        target = ctx.new_uri(path.name)
        ctx.storage.upload(path, target)
    return target


def _frames_of(python_type: Any) -> FrameTransformer:
    found = find(_plain_type(python_type))
    if not isinstance(found, FrameTransformer):
        raise FlyteTypeException(
            f"{name_of(python_type)} is no known type of data frame", hint="use pandas.DataFrame or pyarrow.Table"
        )
    return found


def _plain_type(python_type: Any) -> Any:
    return get_args(python_type)[0] if get_origin(python_type) is Annotated else python_type


def _words(python_type: Any) -> tuple[Any, ...]:
    return python_type.__metadata__ if get_origin(python_type) is Annotated else ()


register(StructuredDatasetTransformer(), StructuredDataset)
