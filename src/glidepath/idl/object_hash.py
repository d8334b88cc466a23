"""Objecthash of messages: the digest from which FlytePropeller makes cache keys.

A message's JSON (proto3 mapping, camelCase names, unset fields left out) is hashed as a tree: every value is the SHA-256 of a
letter for its kind and its content, the members of an object in the order of their own digests. All numbers count as floats,
as in JSON. Source: https://github.com/benlaurie/objecthash; reference: engine.md, 1.10.
"""

from __future__ import annotations

import hashlib
import math
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any

from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message


def object_hash(message: Message) -> bytes:
    """The digest of a message, 32 bytes; the same whatever the order in which its maps were filled."""
    return hash_json(MessageToDict(message))


def text_of_hash(digest: bytes) -> str:
    """A digest as keys hold it: base 64 for URLs, without padding."""
    return urlsafe_b64encode(digest).rstrip(b"=").decode()


def hash_json(value: Any) -> bytes:
    """The digest of a JSON value: dict, list, str, int, float, bool or None."""
    if isinstance(value, str):
        return _tagged(b"u", value.encode())
    if isinstance(value, dict):
        return hash_members({key: hash_json(item) for key, item in value.items()})
    if isinstance(value, list):
        return _tagged(b"l", b"".join(map(hash_json, value)))
    if value is None:
        return _tagged(b"n", b"")
    if isinstance(value, bool):
        return _tagged(b"b", b"1" if value else b"0")
    return _tagged(b"f", _normalised(float(value)).encode())


def hash_members(digests: Mapping[str, bytes]) -> bytes:
    """The digest of a JSON object of which the digest of each value is known."""
    return _tagged(b"d", b"".join(sorted(hash_json(key) + digest for key, digest in digests.items())))


def _tagged(kind: bytes, content: bytes) -> bytes:
    return hashlib.sha256(kind + content).digest()


def _normalised(number: float) -> str:
    """A finite float as sign, exponent and bits of a mantissa in (0.5, 1]: ``+1:1`` is 2. Raises ValueError for others, which
    JSON does not have (the JSON of messages spells them as texts)."""
    if not math.isfinite(number):
        raise ValueError(f"{number} is no JSON number")
    if number == 0:
        return "+0:"
    sign, rest, exponent = ("-", -number, 0) if number < 0 else ("+", number, 0)
    while rest > 1:
        rest, exponent = rest / 2, exponent + 1
    while rest <= 0.5:
        rest, exponent = rest * 2, exponent - 1
    bits = ""
    while rest:
        bits += "1" if rest >= 1 else "0"
        rest = (rest - (rest >= 1)) * 2
    return f"{sign}{exponent}:{bits}"
