"""Protobuf messages as values: protobuf structs that name the message's class."""

from __future__ import annotations

import importlib
from typing import Any

from google.protobuf.json_format import MessageToDict, ParseDict, ParseError
from google.protobuf.message import Message
from google.protobuf.struct_pb2 import Struct

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.context import DataContext
from glidepath.types.plain import plain_of
from glidepath.types.registry import register
from glidepath.types.transformer import TypeTransformer, is_class, mismatch

_CLASS = "pb_type"


class ProtobufTransformer(TypeTransformer[Message]):
    """Any protobuf message, by its JSON form."""

    name = "Protobuf-Transformer"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        literal_type = core.LiteralType(simple=core.SimpleType.STRUCT)
        literal_type.metadata.update({_CLASS: f"{python_type.__module__}.{python_type.__name__}"})
        return literal_type

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        if not isinstance(value, python_type):
            raise mismatch(value, python_type)
        literal = core.Literal()
        plain = MessageToDict(value)
        literal.scalar.generic.update(plain)
        return literal

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Message:
        return self.from_plain(plain_of(literal, python_type), python_type, ctx)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, python_type):
            raise mismatch(value, python_type)
        return MessageToDict(value)

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Message:
        message: Message = python_type()
        try:
            return ParseDict(plain, message)
        except ParseError as error:
            raise FlyteTypeException(f"{plain!r} does not read as {python_type.__name__}: {error}") from error

    def guess(self, literal_type: core.LiteralType) -> Any | None:
        if literal_type.simple != core.SimpleType.STRUCT or _CLASS not in literal_type.metadata:
            return None
        module, _, name = str(literal_type.metadata[_CLASS]).rpartition(".")
        return getattr(importlib.import_module(module), name)


def is_message_type(python_type: Any) -> bool:
    """Whether a type is a protobuf message class."""
    return is_class(python_type) and issubclass(python_type, Message)


register(ProtobufTransformer(), Struct, accepts=is_message_type)
