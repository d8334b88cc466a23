"""Messages as one line of text, in the form that Flyte's Go components put into their error messages."""

from __future__ import annotations

import json
from collections.abc import MutableSequence
from typing import Any

from google.protobuf.descriptor import FieldDescriptor
from google.protobuf.message import Message


def compact_text(message: Message) -> str:
    """A message as Go's ``String()`` prints it: ``collection_type:{simple:INTEGER}``.

    Fields stand in the order of their numbers, map entries in the order of their keys, one blank between fields. (Go puts
    one or two blanks there at random; we always put one.) An empty message gives an empty text.
    """
    return " ".join(part for field, value in message.ListFields() for part in _field(field, value))


def _field(field: FieldDescriptor, value: Any) -> list[str]:
    name = field.name
    if _is_map(field):
        assert field.message_type is not None
        key_field, value_field = field.message_type.fields_by_name["key"], field.message_type.fields_by_name["value"]
        return [f"{name}:{{key:{_value(key_field, key)} value:{_value(value_field, value[key])}}}" for key in sorted(value)]
    if isinstance(value, MutableSequence) and not isinstance(value, Message):  # a ListValue counts as a sequence too
        if field.message_type is None and field.cpp_type != FieldDescriptor.CPPTYPE_STRING:
            return [f"{name}:[{', '.join(_value(field, item) for item in value)}]"]
        return [f"{name}:{_value(field, item)}" for item in value]
    return [f"{name}:{_value(field, value)}"]


def _is_map(field: FieldDescriptor) -> bool:
    return field.message_type is not None and bool(field.message_type.GetOptions().map_entry)


def _value(field: FieldDescriptor, value: Any) -> str:
    if field.message_type is not None:
        return f"{{{compact_text(value)}}}"
    if field.enum_type is not None:
        known = field.enum_type.values_by_number.get(value)
        return known.name if known is not None else str(value)
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False)
    if isinstance(value, bytes):
        return '"' + repr(value)[2:-1].replace('"', '\\"') + '"'
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e21 else repr(value)
    return str(value)
