"""Pydantic models: their JSON as a msgpack binary, with pydantic's own JSON schema. Loaded only when a model is seen."""

from __future__ import annotations

import json
import typing
from typing import Any

from pydantic import BaseModel, ValidationError

from glidepath.errors import FlyteTypeException
from glidepath.idl import core
from glidepath.types.collections import struct_type
from glidepath.types.context import DataContext, using
from glidepath.types.conversion import literal_type_of
from glidepath.types.plain import from_plain_literal, pack_binary
from glidepath.types.registry import register
from glidepath.types.transformer import TypeTransformer, mismatch, name_of


class PydanticTransformer(TypeTransformer[BaseModel]):
    """Models of pydantic 2."""

    name = "Pydantic Transformer"

    def literal_type(self, python_type: Any) -> core.LiteralType:
        literal_type = struct_type()
        literal_type.metadata.update(python_type.model_json_schema())
        literal_type.structure.SetInParent()
        for name, hint in typing.get_type_hints(python_type).items():
            if name not in python_type.model_fields:
                continue
            try:
                found = literal_type_of(hint)
            except FlyteTypeException:  # tuples and the like stand inside a model but do not travel alone
                continue
            literal_type.structure.dataclass_type[name].CopyFrom(found)
        return literal_type

    def plain_fits(self, plain: Any, python_type: Any) -> bool:
        return isinstance(plain, dict) and plain.keys() <= python_type.model_fields.keys()

    def to_literal(self, value: Any, python_type: Any, literal_type: core.LiteralType, ctx: DataContext) -> core.Literal:
        return pack_binary(self.to_plain(value, python_type, ctx))

    def to_python(self, literal: core.Literal, python_type: Any, ctx: DataContext) -> Any:
        return from_plain_literal(self, literal, python_type, ctx)

    def to_plain(self, value: Any, python_type: Any, ctx: DataContext) -> Any:
        if not isinstance(value, python_type):
            raise mismatch(value, python_type)
        with using(ctx):  # a file inside the model uploads itself while the model is dumped
            return json.loads(value.model_dump_json())

    def from_plain(self, plain: Any, python_type: Any, ctx: DataContext) -> Any:
        try:
            with using(ctx):
                return python_type.model_validate_json(json.dumps(plain), strict=False)
        except ValidationError as error:
            raise FlyteTypeException(f"the data does not read as {name_of(python_type)}: {error}") from error


register(PydanticTransformer(), BaseModel)
