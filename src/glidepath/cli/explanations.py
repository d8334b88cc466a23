"""Explanations of hits and misses as text (:mod:`glidepath.engine.cache_explanations`)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def as_text(document: Mapping[str, Any]) -> str:
    """An explanation in a few lines: the sentence, the parts of the key, the nearest earlier key."""
    return "\n".join(_lines(document))


def _lines(document: Mapping[str, Any]) -> Iterator[str]:
    key = document["key"]
    yield f"{document['status']}: {document['why']}"
    yield f"  task            {document['task']}"
    yield f"  cache version   {key['cacheVersion']}"
    yield f"  interface       inputs {key['inputTypes']}, outputs {key['outputTypes']}"
    for given in document["inputs"]:
        yield f"  input {given['name']:<9} {given['hash']}{_value(given['value'])}"
    yield f"  tag             {key['tag']}"
    nearest = document.get("nearest")
    if nearest:
        yield f"nearest earlier key: {nearest['madeBy']}, {nearest['at']}"
        for each in nearest["differences"]:
            yield f"  {each['what']}: {each['old'] or '(none)'} -> {each['new'] or '(none)'}"
        if nearest["gone"]:
            yield f"  gone: {nearest['gone']}"


def _value(text: str) -> str:
    return f"  {text}" if text else ""
