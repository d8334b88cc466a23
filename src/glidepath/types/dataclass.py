"""Dataclasses: plain data of their fields as a msgpack binary, with a JSON schema and the fields' literal types as metadata.

The old form, a protobuf struct, is read too.
"""

from __future__ import annotations

import dataclasses
import functools
import typing
from collections.abc import Mapping
from contextvars import ContextVar
from typing import Any

from glidepath.errors import FlyteException, FlyteTypeException
from glidepath.idl import core
from glidepath.types.collections import struct_type
from glidepath.types.context import DataContext, current
from glidepath.types.conversion import literal_type_of
from glidepath.types.json_form import is_json_class, json_form
from glidepath.types.plain import from_plain_literal, pack_binary
from glidepath.types.registry import AnyCodec, find_codec, register
from glidepath.types.schema_guess import dataclass_of
from glidepath.types.schema_walk import inline_or_reference
from glidepath.types.transformer import TypeTransformer, is_class, mismatch, name_of

_open_types: ContextVar[tuple[type, ...]] = ContextVar("glidepath_open_dataclasses", default=())


class DataclassTransformer(TypeTransformer[Any]):
    """Any dataclass, nested as deep as one likes."""

    name = "Object-Dataclass-Transformer"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        literal_type = core.LiteralType()
        literal_type.CopyFrom(_literal_type(python_type) if not _open_types.get() else _build_literal_type(python_type))
        return literal_type

    def fits(self, value: Any, python_type: Any) -> bool:
        return type(value) is python_type

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        if not isinstance(plain, dict):
            return False
        fields = fields_of(python_type)
        names = {field.name for field in fields}
        required = {field.name for field in fields if field.required}
        return required <= plain.keys() <= names

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        plain = self.to_plain(value, python_type, ctx)
        return pack_binary(json_form(plain) if is_json_class(python_type) else plain)

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        return from_plain_literal(self, literal, python_type, ctx)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, python_type):
            raise mismatch(value, python_type)
        plain = {}
        for field in fields_of(python_type):
            try:
                plain[field.name] = field.codec.to_plain(getattr(value, field.name), field.python_type, ctx)
            except FlyteException as error:
                raise _in_field(python_type, field.name, error) from error
        return plain

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(plain, dict):
            raise mismatch(plain, python_type)
        values: dict[str, Any] = {}
        for field in fields_of(python_type):
            if field.name not in plain:
                continue
            try:
                values[field.name] = field.codec.from_plain(plain[field.name], field.python_type, ctx)
            except FlyteException as error:
                raise _in_field(python_type, field.name, error) from error
        return build(python_type, values)

    def schema(self, python_type: Any) -> dict[str, Any]:
        return inline_or_reference(python_type, lambda: _schema(python_type))

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        is_struct = literal_type.WhichOneof("type") == "simple" and literal_type.simple == core.SimpleType.STRUCT
        if not is_struct or not (literal_type.HasField("metadata") or literal_type.structure.dataclass_type):
            return None
        return dataclass_of(literal_type)


def build(python_type: Any, values: Mapping[str, Any]) -> Any:
    """A dataclass from the values of its fields. Raises FlyteTypeException when a required one is missing."""
    missing = [field.name for field in fields_of(python_type) if field.required and field.name not in values]
    if missing:
        raise FlyteTypeException(f"{name_of(python_type)} needs {', '.join(map(repr, missing))}; got {sorted(values)}")
    arguments = {field.name: values[field.name] for field in fields_of(python_type) if field.init and field.name in values}
    value = python_type(**arguments)
    for field in fields_of(python_type):
        if not field.init and field.name in values:
            object.__setattr__(value, field.name, values[field.name])
    return value


@dataclasses.dataclass(frozen=True)
class Field:
    """A field of a dataclass, ready for conversions."""

    name: str
    python_type: Any
    codec: AnyCodec
    init: bool
    required: bool
    default: Any
    description: str


@functools.lru_cache(maxsize=4096)
def fields_of(python_type: type) -> tuple[Field, ...]:
    """The fields of a dataclass with their resolved types. Raises FlyteTypeException when an annotation does not resolve."""
    try:
        hints = typing.get_type_hints(python_type, include_extras=True)
    except NameError as error:
        raise FlyteTypeException(
            f"the annotations of {name_of(python_type)} do not resolve: {error}",
            hint="define the class and the types it names at the top of a module",
        ) from error
    return tuple(_field(field, hints[field.name]) for field in dataclasses.fields(python_type))


def _field(field: dataclasses.Field[Any], python_type: Any) -> Field:
    missing = dataclasses.MISSING
    return Field(
        name=field.name,
        python_type=python_type,
        codec=find_codec(python_type),
        init=field.init,
        required=field.init and field.default is missing and field.default_factory is missing,
        default=field.default,
        description=field.metadata.get("description", ""),
    )


@functools.lru_cache(maxsize=4096)
def _literal_type(python_type: type) -> core.LiteralType:
    return _build_literal_type(python_type)


def _build_literal_type(python_type: type) -> core.LiteralType:
    literal_type = struct_type()
    try:
        literal_type.metadata.update(DataclassTransformer().schema(python_type))
    except FlyteTypeException:  # a field that no schema describes (a DataFrame): stock flytekit leaves the metadata out, too
        literal_type.ClearField("metadata")
    opened = _open_types.get()
    if python_type in opened:
        return literal_type  # a class that holds itself: its fields are told once
    token = _open_types.set((*opened, python_type))
    try:
        literal_type.structure.SetInParent()
        for field in fields_of(python_type):
            try:
                found = literal_type_of(field.python_type)
            except FlyteTypeException:  # tuples and the like stand inside a dataclass but do not travel alone
                continue
            literal_type.structure.dataclass_type[field.name].CopyFrom(found)
    finally:
        _open_types.reset(token)
    return literal_type


def _schema(python_type: type) -> dict[str, Any]:
    properties, required = {}, []
    for field in fields_of(python_type):
        if not field.init:
            continue
        schema = dict(field.codec.schema(field.python_type))
        if field.default is not dataclasses.MISSING:
            schema["default"] = json_form(field.codec.to_plain(field.default, field.python_type, current()))
        if field.required:
            required.append(field.name)
        if field.description:
            schema["description"] = field.description
        properties[field.name] = schema
    schema = {"type": "object", "title": python_type.__name__, "additionalProperties": False}
    if properties:
        schema["properties"] = properties
    if required:
        schema["required"] = required
    return schema


def _in_field(python_type: type, name: str, error: FlyteException) -> FlyteTypeException:
    where = f"{name_of(python_type)}.{name}"
    inner = error.where.removeprefix(f"{name_of(python_type)}.")
    return FlyteTypeException(error.message, where=f"{where} > {inner}" if inner else where, hint=error.hint)


def is_dataclass_type(python_type: Any) -> bool:
    """Whether a type is a dataclass (not an instance of one)."""
    return is_class(python_type) and dataclasses.is_dataclass(python_type)


register(DataclassTransformer(), accepts=is_dataclass_type)
