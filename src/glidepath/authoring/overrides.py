"""``with_overrides``: settings of one use of an entity, checked and kept for the node's message."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from glidepath.authoring.caching import Cache, CacheOptions, CacheSettings
from glidepath.authoring.promises import Promise
from glidepath.authoring.resources import Resources, checked_resources, resources_message
from glidepath.authoring.task_settings import check_known, checked_devices, checked_retries, checked_switch, checked_timeout
from glidepath.errors import FlyteValidationException
from glidepath.idl import core
from glidepath.idl.ids import dns_label

if TYPE_CHECKING:
    from glidepath.authoring.accelerators import BaseAccelerator
    from glidepath.authoring.pods import PodTemplate


class OverrideOptions(TypedDict, total=False):
    """The arguments of ``with_overrides``, all optional."""

    node_name: str
    """The node's id; made a DNS label."""
    aliases: Mapping[str, str]
    """Other names of outputs."""
    requests: Resources | None
    limits: Resources | None
    resources: Resources | None
    timeout: int | timedelta | None
    """``None``: no time-out."""
    retries: int
    interruptible: bool
    name: str
    """What a console shows."""
    container_image: str
    accelerator: BaseAccelerator | None
    cache: bool | Cache
    cache_version: str
    cache_serialize: bool
    shared_memory: bool | str | None
    pod_template: PodTemplate | None


class Overrides(NamedTuple):
    """What a node says differently from its entity; ``None`` where it says nothing."""

    name: str | None = None
    aliases: Mapping[str, str] = {}
    timeout: timedelta | None = None
    retries: int | None = None
    interruptible: bool | None = None
    cache: CacheSettings | None = None
    resources: core.Resources | None = None
    extended_resources: core.ExtendedResources | None = None
    container_image: str | None = None
    pod_template: PodTemplate | None = None

    def with_options(self, options: Mapping[str, Any]) -> Overrides:
        """These overrides and the ones of another call of ``with_overrides``; the later wins.

        Raises FlyteValidationException for unknown arguments, wrong types, and promises (overrides are fixed when the
        workflow is registered).
        """
        check_known(options, OverrideOptions.__annotations__, "with_overrides")
        for name, value in options.items():
            if isinstance(value, Promise):
                raise FlyteValidationException(
                    f"{name}={value!r} is not known before the workflow runs, so it cannot override anything"
                )
        changes: dict[str, Any] = {}
        if "timeout" in options:
            changes["timeout"] = checked_timeout(options["timeout"])
        if options.get("retries") is not None:
            changes["retries"] = checked_retries(options["retries"])
        if options.get("interruptible") is not None:
            changes["interruptible"] = checked_switch("interruptible", options["interruptible"])
        for name in ("name", "container_image", "pod_template", "aliases"):
            if options.get(name) is not None:
                changes[name] = options[name]
        return self._replace(**changes, **_resources(options), **_cache(options))


def node_id_of(options: Mapping[str, Any]) -> str | None:
    """The node id that ``node_name`` asks for. Raises FlyteValidationException when nothing of the name can stand in an id."""
    name = options.get("node_name")
    if name is None:
        return None
    label = dns_label(name)
    if not label:
        raise FlyteValidationException(f"node_name={name!r} holds neither letter nor digit")
    return label


def _resources(options: Mapping[str, Any]) -> dict[str, Any]:
    given = [checked_resources(name, options.get(name)) for name in ("requests", "limits", "resources")]
    found: dict[str, Any] = {}
    if any(item is not None for item in given):
        found["resources"] = resources_message(*given)
    extended = checked_devices(options)
    if extended is not None:
        found["extended_resources"] = extended
    return found


def _cache(options: Mapping[str, Any]) -> dict[str, Any]:
    if options.get("cache") is None:
        for name in ("cache_version", "cache_serialize"):
            if name in options:
                raise FlyteValidationException(f"{name} overrides nothing without cache=True")
        return {}
    chosen = CacheOptions(options["cache"], options.get("cache_version"), options.get("cache_serialize"))
    return {"cache": chosen.settle(None)}
