"""Whether one dataclass may stand where another is expected: a comparison of their JSON schemas.

A child may stand for its parent (it has all of its fields), a parent not for its child. Only the keywords that schemas of
dataclasses use are compared (type, properties, required, items, additionalProperties, enum, $ref); others cannot refuse.
Source: flytectl-and-admin.md, D3, the row STRUCT.
"""

from __future__ import annotations

from typing import Any, NamedTuple

from glidepath.idl import core

# What a reference to nowhere stands for: a schema that any value fits. One object, so that its id is stable.
_ANYTHING: dict[str, Any] = {}


class _Pair(NamedTuple):
    """Two schemas to compare: what comes and what is expected."""

    upstream: Any
    downstream: Any


def struct_castable(upstream: core.LiteralType, downstream: core.LiteralType) -> bool:
    """Whether a STRUCT may flow into another: yes unless both carry a JSON schema and the schemas conflict."""
    if not upstream.HasField("metadata") or not downstream.HasField("metadata"):
        return True
    if upstream.metadata == downstream.metadata:
        return True
    # Two different dataclasses are rare; protobuf's JSON takes 1 ms to load.
    from google.protobuf.json_format import MessageToDict

    return _compatible(MessageToDict(upstream.metadata), MessageToDict(downstream.metadata))


def _compatible(upstream: dict[str, Any], downstream: dict[str, Any]) -> bool:
    pending = [_Pair(upstream, downstream)]
    seen: set[tuple[int, int]] = set()
    while pending:
        pair = _Pair(_resolve(pending[-1].upstream, upstream), _resolve(pending.pop().downstream, downstream))
        if (id(pair.upstream), id(pair.downstream)) in seen:
            continue
        # Recursive dataclasses come back to the same objects; both documents outlive this loop, so ids are stable.
        seen.add((id(pair.upstream), id(pair.downstream)))
        if not isinstance(pair.upstream, dict) or not isinstance(pair.downstream, dict):
            continue
        inner = _inner_pairs(pair)
        if inner is None or not _types_fit(pair) or not _enums_fit(pair):
            return False
        pending.extend(inner)
    return True


def _inner_pairs(pair: _Pair) -> list[_Pair] | None:
    """The schemas inside two schemas that must fit as well; None when a field is missing or only perhaps there."""
    upstream, downstream = pair
    available, wanted = upstream.get("properties", {}), downstream.get("properties", {})
    if not wanted.keys() <= available.keys():
        return None
    if wanted and not set(downstream.get("required", ())) <= set(upstream.get("required", ())):
        return None
    inner = [_Pair(available[name], wanted[name]) for name in wanted]
    inner.extend(
        _Pair(upstream[keyword], downstream[keyword])
        for keyword in ("items", "additionalProperties")
        if keyword in upstream and keyword in downstream
    )
    return inner


def _types_fit(pair: _Pair) -> bool:
    available, wanted = _types(pair.upstream), _types(pair.downstream)
    if not available or not wanted:
        return True
    return all(each in wanted or (each == "integer" and "number" in wanted) for each in available)


def _types(schema: dict[str, Any]) -> list[str]:
    found = schema.get("type", [])
    return [found] if isinstance(found, str) else list(found)


def _enums_fit(pair: _Pair) -> bool:
    available, wanted = pair.upstream.get("enum"), pair.downstream.get("enum")
    return available is None or wanted is None or all(each in wanted for each in available)


def _resolve(schema: Any, root: dict[str, Any]) -> Any:
    """Follow ``$ref`` inside the document; a reference that leads nowhere, or in a ring, stands for anything."""
    followed: set[str] = set()
    while isinstance(schema, dict) and isinstance(schema.get("$ref"), str):
        reference = schema["$ref"]
        if reference in followed or not reference.startswith("#"):
            return _ANYTHING
        followed.add(reference)
        schema = root
        for step in reference.lstrip("#").strip("/").split("/"):
            schema = schema.get(step, _ANYTHING) if isinstance(schema, dict) and step else schema
    return schema
