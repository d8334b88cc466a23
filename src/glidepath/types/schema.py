"""``FlyteSchema``, flytekit's older table type, which its SQL tasks still give; new code says ``StructuredDataset``."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from typing import Any, ClassVar

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext, current
from glidepath.types.registry import register
from glidepath.types.structured_dataset import StructuredDataset, write_frame
from glidepath.types.transformer import TypeTransformer, mismatch, name_of, wrong_literal

_Column = core.SchemaType.SchemaColumn
_COLUMN_TYPES: dict[type, _Column.SchemaColumnType] = {
    int: _Column.INTEGER,
    float: _Column.FLOAT,
    str: _Column.STRING,
    bool: _Column.BOOLEAN,
    datetime: _Column.DATETIME,
    date: _Column.DATETIME,
    timedelta: _Column.DURATION,
}


class FlyteSchema:
    """A table as parquet files below a URI; ``schema.open().all()`` is a ``pandas.DataFrame``.

    ``FlyteSchema[kwtypes(x=int)]`` names the columns.
    """

    columns: ClassVar[Mapping[str, type]] = {}

    def __class_getitem__(cls, columns: Mapping[str, type]) -> type[FlyteSchema]:
        return type(cls.__name__, (cls,), {"columns": dict(columns), "__module__": cls.__module__})

    def __init__(self, local_path: str | None = None, remote_path: str | None = None) -> None:
        self._ctx = current()
        self.remote_path = remote_path or local_path or self._ctx.new_uri()

    def open(self, dataframe_fmt: Any = None) -> SchemaTable:
        """The table as frames of a type, ``pandas.DataFrame`` by default."""
        if dataframe_fmt is None:
            import pandas  # a heavy library, loaded where a table is read

            dataframe_fmt = pandas.DataFrame
        return SchemaTable(self.remote_path, dataframe_fmt, self._ctx)

    def __repr__(self) -> str:
        return f"FlyteSchema(remote_path={self.remote_path!r})"


class SchemaTable:
    """An open table."""

    def __init__(self, uri: str, frame_type: Any, ctx: DataContext) -> None:
        self._uri, self._frame_type, self._ctx = uri, frame_type, ctx

    def all(self) -> Any:
        """The whole table."""
        return self._dataset().all()

    def iter(self) -> Iterator[Any]:
        """The table in pieces, one for each file."""
        return self._dataset().iter()

    def write(self, frame: Any) -> None:
        """Make a frame the table."""
        write_frame(frame, self._uri, core.StructuredDatasetType(), "parquet", self._ctx)

    def _dataset(self) -> StructuredDataset:
        return StructuredDataset(uri=self._uri).open(self._frame_type)


class SchemaTransformer(TypeTransformer[Any]):
    """The family of ``FlyteSchema``. A data frame of any known type is taken for one too."""

    name = "FlyteSchema Transformer"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        found = core.LiteralType()
        found.schema.SetInParent()
        for name, column_type in python_type.columns.items():
            if column_type not in _COLUMN_TYPES:
                raise FlyteTypeException(f"column {name!r} of a FlyteSchema cannot be of type {name_of(column_type)}")
            found.schema.columns.add(name=name, type=_COLUMN_TYPES[column_type])
        return found

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        if isinstance(value, FlyteSchema):
            uri = value.remote_path
        elif isinstance(value, StructuredDataset) and value.uri is not None:
            uri = value.uri
        else:
            frame = value.dataframe if isinstance(value, StructuredDataset) else value
            if not type(frame).__module__.startswith(("pandas", "pyarrow")):
                raise mismatch(value, python_type)
            uri = write_frame(frame, ctx.new_uri(), core.StructuredDatasetType(), "parquet", ctx).uri
        return core.Literal(scalar=core.Scalar(schema=core.Schema(uri=uri, type=literal_type.schema)))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        kind = literal.scalar.WhichOneof("value")
        if kind not in ("schema", "structured_dataset"):
            raise wrong_literal(literal, python_type)
        return python_type(remote_path=getattr(literal.scalar, kind).uri)


register(SchemaTransformer(), FlyteSchema)
