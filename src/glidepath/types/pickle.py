"""The last resort: any Python value, pickled. Only Python of the same version reads it back for sure."""

from __future__ import annotations

import hashlib
import pickle
from typing import Any

from glidepath.errors import FlyteDownloadDataException, FlyteTypeException
from glidepath.idl import core
from glidepath.types.blobs import PICKLE_FORMAT
from glidepath.types.context import DataContext
from glidepath.types.conversion import guess_python_type, to_python
from glidepath.types.literal_kinds import type_of_literal
from glidepath.types.plain_only import AnyCodec
from glidepath.types.registry import register
from glidepath.types.transformer import TypeTransformer, name_of


class PickleTransformer(TypeTransformer[Any]):
    """A pickle as a blob, named by the MD5 of its bytes. Inside dataclasses: plain data only, as it is."""

    name = "FlytePickle"
    _plain = AnyCodec()

    def literal_type(self, python_type: Any) -> core.LiteralType:
        literal_type = core.LiteralType(blob=core.BlobType(format=PICKLE_FORMAT, dimensionality=core.BlobType.SINGLE))
        literal_type.metadata.update({"python_class_name": str(python_type)})
        return literal_type

    def fits(self, value: Any, python_type: Any) -> bool:
        return False  # any other variant of a union knows the value better

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return False

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        if value is None and python_type is not Any:
            raise FlyteTypeException(f"expected a value of type {name_of(python_type)}, got None")
        data = _pickled(value)
        uri = ctx.new_uri(hashlib.md5(data, usedforsecurity=False).hexdigest())
        ctx.storage.put(uri, data)
        blob_type = core.BlobType(format=PICKLE_FORMAT, dimensionality=core.BlobType.SINGLE)
        return core.Literal(scalar=core.Scalar(blob=core.Blob(metadata=core.BlobMetadata(type=blob_type), uri=uri)))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        scalar = literal.scalar
        if scalar.HasField("blob") and scalar.blob.metadata.type.format == PICKLE_FORMAT:
            return _unpickled(scalar.blob.uri, ctx)
        if scalar.HasField("union"):
            return to_python(scalar.union.value, python_type, ctx)
        # What another task wrote with a real type is wanted as Any: read it as what it is.
        return to_python(literal, guess_python_type(type_of_literal(literal)), ctx)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        return self._plain.to_plain(value, python_type, ctx)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        return self._plain.from_plain(plain, python_type, ctx)

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        is_pickle = literal_type.WhichOneof("type") == "blob" and literal_type.blob.format == PICKLE_FORMAT
        return Any if is_pickle else None


def _pickled(value: Any) -> bytes:
    import cloudpickle  # 20 ms to load; only values of no known family need it

    try:
        data: bytes = cloudpickle.dumps(value)
    except Exception as error:
        raise FlyteTypeException(
            f"a value of type {name_of(type(value))} cannot be pickled: {error}",
            hint="return plain values, a dataclass or a file instead of open handles, locks and connections",
        ) from error
    return data


def _unpickled(uri: str, ctx: DataContext) -> Any:
    data = ctx.storage.get(uri)
    try:
        return pickle.loads(data)  # noqa: S301  (a task's own outputs; whoever may write them may run code anyway)
    except Exception as error:
        raise FlyteDownloadDataException(
            f"the pickle at {uri} cannot be read: {error}", hint="both tasks need the same Python and library versions"
        ) from error


TRANSFORMER = PickleTransformer()
register(TRANSFORMER, Any)
