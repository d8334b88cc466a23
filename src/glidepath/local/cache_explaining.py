"""Why the last local run of a cached task did not find what an earlier one had kept."""

from __future__ import annotations

from datetime import datetime, timezone
from typing import Any

from glidepath.engine.cache_explanations import Asked, Earlier, explain
from glidepath.local.cache_folder import CacheFolder, Entry, cache_root

_RUN = "a local run"


def newest_explained(task: str) -> dict[str, Any] | None:
    """The explanation of the newest entry of a task, named in full or by the end of its name; None where none is kept."""
    entries = list(CacheFolder(cache_root()).entries())
    found = [entry for entry in entries if f".{entry.work.key.task}".endswith(f".{task}")]
    if not found:
        return None
    newest, *older = [entry for entry in found if entry.work.key.task == found[0].work.key.task]
    return explain(Asked(newest.work, "CACHE_POPULATED"), [_earlier(entry) for entry in older])


def _earlier(entry: Entry) -> Earlier:
    at = datetime.fromtimestamp(entry.kept_at, timezone.utc).isoformat(timespec="seconds")
    return Earlier(entry.work, _RUN, at)
