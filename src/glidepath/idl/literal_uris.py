"""Where the data behind literals lie: the URIs of files, folders, pickles, tables and offloaded values, however deep.

A dataclass travels as one msgpack value; its type says which of its fields are files, and the URI stands in the field's
``path``, or ``uri`` for a table.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

from glidepath.idl import core

_MSGPACK = "msgpack"
_PICKLE_FILE = "pickle_file"


class Place(NamedTuple):
    """A URI in a literal."""

    uri: str
    is_folder: bool
    """Whether it may name a folder; a table does, mostly."""


Change = Callable[[Place], str]
"""Gives the URI to put in the place of another."""


def places_in(literals: core.LiteralMap, types: core.VariableMap | None = None) -> list[Place]:
    """Every URI in a map of literals, by the names of its keys; ``types`` tell of files inside dataclasses."""
    found: list[Place] = []

    def note(place: Place) -> str:
        found.append(place)
        return place.uri

    moved(literals, note, types)
    return found


def moved(literals: core.LiteralMap, change: Change, types: core.VariableMap | None = None) -> core.LiteralMap:
    """A copy of ``literals`` with every URI changed."""
    result = core.LiteralMap()
    result.CopyFrom(literals)
    for name in sorted(result.literals):  # a protobuf map has an order of its own in each process
        known = types is not None and name in types.variables
        literal_type = types.variables[name].type if types is not None and known else core.LiteralType()
        _move(result.literals[name], literal_type, change)
    return result


def _move(literal: core.Literal, literal_type: core.LiteralType, change: Change) -> None:
    kind = literal.WhichOneof("value")
    if kind == "scalar":
        _move_scalar(literal.scalar, literal_type, change)
    elif kind == "collection":
        for item in literal.collection.literals:
            _move(item, literal_type.collection_type, change)
    elif kind == "map":
        for key in sorted(literal.map.literals):
            _move(literal.map.literals[key], literal_type.map_value_type, change)
    elif kind == "offloaded_metadata":
        literal.offloaded_metadata.uri = change(Place(literal.offloaded_metadata.uri, is_folder=False))


def _move_scalar(scalar: core.Scalar, literal_type: core.LiteralType, change: Change) -> None:
    kind = scalar.WhichOneof("value")
    if kind == "blob" and scalar.blob.uri:
        is_folder = scalar.blob.metadata.type.dimensionality == core.BlobType.MULTIPART
        scalar.blob.uri = change(Place(scalar.blob.uri, is_folder))
    elif kind == "structured_dataset" and scalar.structured_dataset.uri:
        scalar.structured_dataset.uri = change(Place(scalar.structured_dataset.uri, is_folder=True))
    elif kind == "schema" and scalar.schema.uri:
        scalar.schema.uri = change(Place(scalar.schema.uri, is_folder=True))
    elif kind == "union":
        _move(scalar.union.value, scalar.union.type, change)
    elif kind == "binary" and scalar.binary.tag == _MSGPACK and _may_hold_files(literal_type):
        _move_msgpack(scalar.binary, literal_type, change)
    elif kind == "generic" and _PICKLE_FILE in scalar.generic.fields:
        scalar.generic[_PICKLE_FILE] = change(Place(scalar.generic.fields[_PICKLE_FILE].string_value, is_folder=False))


def _may_hold_files(literal_type: core.LiteralType) -> bool:
    kind = literal_type.WhichOneof("type")
    if kind in ("blob", "structured_dataset_type"):
        return True
    if kind == "collection_type":
        return _may_hold_files(literal_type.collection_type)
    if kind == "map_value_type":
        return _may_hold_files(literal_type.map_value_type)
    if kind == "union_type":
        return any(_may_hold_files(variant) for variant in literal_type.union_type.variants)
    return any(_may_hold_files(field) for field in literal_type.structure.dataclass_type.values())


def _move_msgpack(binary: core.Binary, literal_type: core.LiteralType, change: Change) -> None:
    import msgpack  # only dataclasses with files in them need it

    value = msgpack.unpackb(binary.value, strict_map_key=False)
    before = msgpack.packb(value)
    _move_plain(value, literal_type, change)
    after = msgpack.packb(value)
    if after != before:
        binary.value = after


def _move_plain(value: Any, literal_type: core.LiteralType, change: Change) -> None:
    """Change the URIs inside an unpacked value, in place."""
    kind = literal_type.WhichOneof("type")
    if kind == "blob" and isinstance(value, dict) and isinstance(value.get("path"), str):
        is_folder = literal_type.blob.dimensionality == core.BlobType.MULTIPART
        value["path"] = change(Place(value["path"], is_folder))
    elif kind == "structured_dataset_type" and isinstance(value, dict) and isinstance(value.get("uri"), str):
        value["uri"] = change(Place(value["uri"], is_folder=True))
    elif kind == "collection_type" and isinstance(value, list):
        for item in value:
            _move_plain(item, literal_type.collection_type, change)
    elif kind == "map_value_type" and isinstance(value, dict):
        for item in value.values():
            _move_plain(item, literal_type.map_value_type, change)
    elif kind == "union_type":
        fitting = [variant for variant in literal_type.union_type.variants if _may_hold_files(variant)]
        if value is not None and len(fitting) == 1:
            _move_plain(value, fitting[0], change)
    elif isinstance(value, dict):
        for name, field in literal_type.structure.dataclass_type.items():
            _move_plain(value.get(name), field, change)
