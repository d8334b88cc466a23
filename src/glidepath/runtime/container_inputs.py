"""Inputs as files, for programs that know nothing of Flyte: the layout of Flyte's copilot (reference: engine.md, 2.6)."""

from __future__ import annotations

import json
from decimal import Decimal
from pathlib import Path
from typing import Any

from google.protobuf.json_format import MessageToDict

from glidepath.idl import core, paths
from glidepath.idl.go_durations import duration_text
from glidepath.idl.literal_text import rfc3339
from glidepath.storage.protocol import Storage

_NULL = "null"


def write_inputs(
    inputs: core.LiteralMap, folder: Path, layout: core.DataLoadingConfig.LiteralMapFormat, storage: Storage
) -> None:
    """One file or folder for each input, ``inputs.pb``, and ``inputs.json`` or ``inputs.yaml`` unless the layout is PROTO.

    Raises what the storage raises for a file that cannot be had.
    """
    folder.mkdir(parents=True, exist_ok=True)
    values = {name: _write(literal, folder / name, storage) for name, literal in inputs.literals.items()}
    (folder / paths.INPUTS).write_bytes(inputs.SerializeToString(deterministic=True))
    if layout == core.DataLoadingConfig.JSON:
        (folder / "inputs.json").write_text(json.dumps(values, default=str))
    elif layout == core.DataLoadingConfig.YAML:
        import yaml  # only this layout needs it

        (folder / "inputs.yaml").write_text(yaml.safe_dump(values))


def _write(literal: core.Literal, path: Path, storage: Storage) -> Any:
    """Write one value; gives back what ``inputs.json`` says of it: the value itself, or the path of a file."""
    kind = literal.WhichOneof("value")
    if kind == "offloaded_metadata":
        return _write(core.Literal.FromString(storage.get(literal.offloaded_metadata.uri)), path, storage)
    if kind == "collection":
        path.mkdir()
        return [_write(item, path / str(index), storage) for index, item in enumerate(literal.collection.literals)]
    if kind == "map":
        path.mkdir()
        return {key: _write(item, path / key, storage) for key, item in literal.map.literals.items()}
    return _write_scalar(literal.scalar, path, storage)


def _write_scalar(scalar: core.Scalar, path: Path, storage: Storage) -> Any:
    match scalar.WhichOneof("value"):
        case "primitive":
            text, value = _primitive(scalar.primitive)
            path.write_text(text)
            return value
        case "blob":
            return _download(scalar.blob.uri, scalar.blob.metadata.type.dimensionality, path, storage)
        case "schema":
            return _download(scalar.schema.uri, core.BlobType.MULTIPART, path, storage)
        case "structured_dataset":
            return _download(scalar.structured_dataset.uri, core.BlobType.MULTIPART, path, storage)
        case "union":
            return _write(scalar.union.value, path, storage)
        case "binary":
            path.write_bytes(scalar.binary.value)
            return _binary(scalar.binary)
        case "generic":
            plain = MessageToDict(scalar.generic)
            path.write_text(json.dumps(plain))
            return plain
        case "error":
            path.write_text(scalar.error.message)
            return scalar.error.message
        case _:
            path.write_text(_NULL)
            return None


def _download(uri: str, dimensionality: core.BlobType.BlobDimensionality, path: Path, storage: Storage) -> str:
    if dimensionality == core.BlobType.MULTIPART:
        path.mkdir(exist_ok=True)
        storage.download_tree(uri, path)
    else:
        storage.download(uri, path)
    return str(path)


def _primitive(primitive: core.Primitive) -> tuple[str, Any]:
    """The text of a primitive, and the value that JSON shows."""
    match primitive.WhichOneof("value"):
        case "integer":
            return str(primitive.integer), primitive.integer
        case "float_value":
            return _plain_float(primitive.float_value), primitive.float_value
        case "boolean":
            return str(primitive.boolean).lower(), primitive.boolean
        case "datetime":
            return rfc3339(primitive), rfc3339(primitive)
        case "duration":
            return duration_text(primitive.duration), duration_text(primitive.duration)
        case _:
            return primitive.string_value, primitive.string_value


def _plain_float(value: float) -> str:
    """Digits without an exponent, no more than it takes: ``3``, ``0.25``."""
    if value != value or value in (float("inf"), float("-inf")):
        return {"nan": "NaN", "inf": "+Inf", "-inf": "-Inf"}[str(value)]
    text = format(Decimal(repr(value)), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _binary(binary: core.Binary) -> Any:
    import msgpack  # only dataclasses need it

    return msgpack.unpackb(binary.value, strict_map_key=False) if binary.tag == "msgpack" else None
