"""What the cache said to a node, and why, as a document for people and programs.

``task``, ``status`` (``CACHE_HIT``, …), ``why`` (a sentence); ``key``: ``dataset``, ``cacheVersion``, ``inputTypes``,
``outputTypes``, ``tag``; ``inputs``: a list of ``name``, ``hash``, ``value`` (where it is small); ``nearest``, where something
was kept before: ``madeBy``, ``at``, ``gone`` (the URI that is missing), ``differences``: a list of ``what``, ``old``, ``new``.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from glidepath.engine.cache_differences import Difference, Work, nearest

HIT = "CACHE_HIT"


class Earlier(NamedTuple):
    """Outputs that were kept when a node asked."""

    work: Work
    made_by: str
    """For people: an execution and a node."""
    at: str
    """When, in ISO 8601."""
    gone: str = ""
    """The URI at which nothing was left."""


class Asked(NamedTuple):
    """What a node asked the cache, and what it was told."""

    work: Work
    status: str
    source: str = ""
    """Who made what it found."""
    overwrites: bool = False
    """Whether its execution replaces what is kept, and so does not look."""


def explain(asked: Asked, earlier: Iterable[Earlier]) -> dict[str, Any]:
    """The explanation; ``earlier``: what was kept before, newest first."""
    key = asked.work.key
    near = None if asked.status == HIT else nearest(asked.work, ((each, each.work) for each in earlier))
    document: dict[str, Any] = {
        "task": key.task,
        "status": asked.status,
        "why": _why(asked, near),
        "key": {
            "dataset": f"{key.dataset.name}@{key.dataset.version}",
            "cacheVersion": key.cache_version,
            "inputTypes": key.inputs_signature,
            "outputTypes": key.outputs_signature,
            "tag": key.tag,
        },
        "inputs": [{"name": name, "hash": given.hash, "value": given.value} for name, given in asked.work.inputs.items()],
    }
    if near is not None:
        found, differences = near
        told = [{"what": each.what, "old": each.old, "new": each.new} for each in differences]
        document["nearest"] = {"madeBy": found.made_by, "at": found.at, "gone": found.gone, "differences": told}
    return document


def _why(asked: Asked, near: tuple[Earlier, list[Difference]] | None) -> str:
    if asked.status == HIT:
        return f"the outputs were kept by {asked.source}"
    if asked.overwrites:
        return "the run overwrites the cache, so it did not look"
    if near is None:
        return f"no outputs of {asked.work.key.task} were kept before"
    found, differences = near
    if differences:
        return (
            f"nothing was kept for this key; the nearest earlier one differs in {_listed([each.what for each in differences])}"
        )
    if found.gone:
        return f"outputs were kept for this key by {found.made_by}, but nothing was at {found.gone} any more"
    return f"outputs were kept for this key by {found.made_by}, but they were too old, or came too late to be found"


def _listed(words: list[str]) -> str:
    return words[0] if len(words) == 1 else f"{', '.join(words[:-1])} and {words[-1]}"
