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
    """The fields in which two messages differ: path (``template.container.image``), old and new value (None if absent).

    A message or list that is empty on one side is told by its fields on the other.
    """
    before = _leaves(MessageToDict(old, preserving_proto_field_name=True))
    after = _leaves(MessageToDict(new, preserving_proto_field_name=True))
    paths = sorted(before.keys() | after.keys())
    rows = [(path, before.get(path), after.get(path)) for path in paths if before.get(path) != after.get(path)]
    return [row for row in rows if not _told_by_fields(row, paths)]


def _told_by_fields(row: tuple[str, Any, Any], paths: list[str]) -> bool:
    path, old, new = row
    return (old in ({}, []) or new in ({}, [])) and any(other.startswith((f"{path}.", f"{path}[")) for other in paths)


def _leaves(value: Any, path: str = "") -> dict[str, Any]:
    if isinstance(value, dict) and value:
        return {
            leaf: found for key, item in value.items() for leaf, found in _leaves(item, f"{path}.{key}".lstrip(".")).items()
        }
    if isinstance(value, list) and value:
        return {leaf: found for i, item in enumerate(value) for leaf, found in _leaves(item, f"{path}[{i}]").items()}
    return {path: value}
