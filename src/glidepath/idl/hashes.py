"""Canonical hashes of messages: equal content gives equal digests in every process and version."""

import hashlib
import json
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message


def canonical_json(message: Message) -> str:
    """A message as JSON with sorted keys and no blanks; unset and default fields do not appear."""
    return json.dumps(MessageToDict(message, preserving_proto_field_name=True), sort_keys=True, separators=(",", ":"))


def digest(message: Message) -> bytes:
    """The SHA-256 of a message's canonical JSON: 32 bytes. Two specs with the same digest have the same structure."""
    return hashlib.sha256(canonical_json(message).encode()).digest()


def difference(old: Message, new: Message) -> list[tuple[str, Any, Any]]:
    """The fields in which two messages differ: path (``template.container.image``), old and new value (None if absent)."""
    before = _leaves(MessageToDict(old, preserving_proto_field_name=True))
    after = _leaves(MessageToDict(new, preserving_proto_field_name=True))
    return [
        (path, before.get(path), after.get(path))
        for path in sorted(before.keys() | after.keys())
        if before.get(path) != after.get(path)
    ]


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict) and value:
        return {
            leaf: found for key, item in value.items() for leaf, found in _leaves(item, f"{path}.{key}".lstrip(".")).items()
        }
    if isinstance(value, list) and value:
        return {leaf: found for i, item in enumerate(value) for leaf, found in _leaves(item, f"{path}[{i}]").items()}
    return {path: value}
