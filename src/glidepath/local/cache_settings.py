"""Whether local runs use the cache: flytekit's environment variables."""

from __future__ import annotations

from collections.abc import Mapping

_NO = frozenset({"", "0", "false", "no", "off"})


def uses_cache(environ: Mapping[str, str]) -> bool:
    """Whether outputs of cached tasks are kept and found: unless FLYTE_LOCAL_CACHE_ENABLED says no."""
    return environ.get("FLYTE_LOCAL_CACHE_ENABLED", "true").lower() not in _NO


def overwrites_cache(environ: Mapping[str, str]) -> bool:
    """Whether cached tasks run all the same, and their outputs replace those that are kept: FLYTE_LOCAL_CACHE_OVERWRITE."""
    return environ.get("FLYTE_LOCAL_CACHE_OVERWRITE", "false").lower() not in _NO
