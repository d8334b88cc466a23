"""Why one run did not find another's outputs: the parts of two cache keys side by side."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple, TypeVar

from glidepath.engine.cache_keys import CacheKey, input_digests, key_of_digests
from glidepath.idl import core
from glidepath.idl.object_hash import text_of_hash

_LONGEST = 200
"""Characters of a value that is told; longer ones are told by their hash only."""


class Given(NamedTuple):
    """A counted input."""

    hash: str
    value: str
    """As text where it is small, else empty."""


class Work(NamedTuple):
    """What outputs are the outputs of: a key, and the counted inputs one by one."""

    key: CacheKey
    inputs: Mapping[str, Given]


class Difference(NamedTuple):
    """One thing in which two keys differ; ``old`` or ``new`` is empty where the thing is on one side only."""

    what: str
    """``cache version``, ``input types``, ``output types``, ``input n``."""
    old: str
    new: str


def work_of(task: core.TaskTemplate, inputs: core.LiteralMap) -> Work:
    """The key of a run, and its counted inputs one by one."""
    digests = input_digests(task, inputs)
    told = {name: Given(text_of_hash(digest), shown(inputs.literals[name])) for name, digest in digests.items()}
    return Work(key_of_digests(task, digests), told)


def pack(inputs: Mapping[str, Given]) -> bytes:
    """Counted inputs for a store."""
    return json.dumps(inputs, separators=(",", ":"), ensure_ascii=False).encode()


def unpack(data: bytes) -> dict[str, Given]:
    """What :func:`pack` was given."""
    return {name: Given(*pair) for name, pair in json.loads(data).items()}


def differences(old: Work, new: Work) -> list[Difference]:
    """All in which two keys of one task differ, the general things first; empty for the same key."""
    found = [
        Difference(what, getattr(old.key, part), getattr(new.key, part))
        for what, part in (
            ("cache version", "cache_version"),
            ("input types", "inputs_signature"),
            ("output types", "outputs_signature"),
        )
        if getattr(old.key, part) != getattr(new.key, part)
    ]
    for name in sorted(old.inputs.keys() | new.inputs.keys()):
        before, after = old.inputs.get(name), new.inputs.get(name)
        if before is None or after is None or before.hash != after.hash:
            found.append(Difference(f"input {name}", _told(before, after), _told(after, before)))
    if not found and old.key.tag != new.key.tag:
        found.append(Difference("inputs", old.key.tag, new.key.tag))
    return found


_Of = TypeVar("_Of")


def nearest(new: Work, earlier: Iterable[tuple[_Of, Work]]) -> tuple[_Of, list[Difference]] | None:
    """Of ``earlier`` works, newest first, the one that differs in the fewest things from ``new``; None where there is none."""
    best: tuple[_Of, list[Difference]] | None = None
    for what, work in earlier:
        found = differences(work, new)
        if best is None or len(found) < len(best[1]):
            best = (what, found)
    return best


def _told(one: Given | None, other: Given | None) -> str:
    """A value where both sides have one and the values differ, else the hash."""
    if one is None:
        return ""
    if one.value and (other is None or (other.value and other.value != one.value)):
        return one.value
    return one.hash


def shown(literal: core.Literal) -> str:
    """A literal as short text: numbers and texts as JSON, files by their URI. Empty for what is long or opaque."""
    try:
        text = json.dumps(_plain(literal), ensure_ascii=False)
    except _Opaque:
        return ""
    return text if len(text) <= _LONGEST else ""


class _Opaque(Exception):
    """A value that cannot be told in a few words."""


def _plain(literal: core.Literal) -> Any:
    kind = literal.WhichOneof("value")
    if kind == "collection" and len(literal.collection.literals) < _LONGEST:
        return [_plain(item) for item in literal.collection.literals]
    if kind == "map" and len(literal.map.literals) < _LONGEST:
        return {name: _plain(item) for name, item in sorted(literal.map.literals.items())}
    if kind != "scalar":
        raise _Opaque
    scalar = literal.scalar
    inner = scalar.WhichOneof("value")
    if inner == "none_type":
        return None
    if inner == "union":
        return _plain(scalar.union.value)
    if inner in ("blob", "schema", "structured_dataset"):
        return getattr(scalar, inner).uri
    if inner == "primitive":
        found = scalar.primitive.WhichOneof("value")
        value: Any = getattr(scalar.primitive, found) if found else None
        return value.ToJsonString() if found in ("datetime", "duration") else value
    raise _Opaque
