"""What task classes take as ``metadata=TaskMetadata(...)``, where ``@task`` takes the arguments one by one."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Any

from glidepath.authoring.caching import CacheSettings
from glidepath.authoring.task_settings import checked_retries, checked_switch, checked_timeout
from glidepath.errors import FlyteValidationException

if TYPE_CHECKING:
    from glidepath.authoring.task_settings import TaskSettings


@dataclass
class TaskMetadata:
    """How attempts of a task are run and reused; the names and meanings are those of ``@task``.

    Raises FlyteValidationException for a cache without a version, and for settings of a cache that is not there.
    """

    cache: bool = False
    cache_serialize: bool = False
    cache_version: str = ""
    cache_ignore_input_vars: tuple[str, ...] = ()
    interruptible: bool | None = None
    deprecated: str = ""
    retries: int = 0
    timeout: timedelta | int | None = None
    pod_template_name: str | None = None
    generates_deck: bool = False
    is_eager: bool = False
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if self.timeout is not None:
            self.timeout = checked_timeout(self.timeout)
        if self.cache and not self.cache_version:
            raise FlyteValidationException("cache=True needs a version", hint='add cache_version="1"')
        if (self.cache_serialize or self.cache_ignore_input_vars) and not self.cache:
            raise FlyteValidationException("cache_serialize and cache_ignore_input_vars are for caches", hint="add cache=True")

    @classmethod
    def of(cls, settings: TaskSettings) -> TaskMetadata:
        """The metadata of a task whose arguments are settled."""
        cache = settings.cache
        return cls(
            cache=cache.enabled,
            cache_serialize=cache.serialize,
            cache_version=cache.version,
            cache_ignore_input_vars=cache.ignored_inputs,
            interruptible=settings.interruptible,
            deprecated=settings.deprecated,
            retries=settings.retries,
            timeout=settings.timeout,
            pod_template_name=settings.pod_template_name or None,
            generates_deck=settings.deck,
            labels=settings.labels or None,
            annotations=settings.annotations or None,
        )

    def applied_to(self, settings: TaskSettings) -> TaskSettings:
        """The settings with all that is said here instead of what they said, also where this says nothing, as in stock."""
        return settings._replace(
            cache=CacheSettings(self.cache, self.cache_version, self.cache_serialize, tuple(self.cache_ignore_input_vars)),
            retries=checked_retries(self.retries),
            interruptible=checked_switch("interruptible", self.interruptible),
            deprecated=self.deprecated,
            timeout=checked_timeout(self.timeout),
            pod_template_name=self.pod_template_name or "",
            deck=self.generates_deck,
            labels=dict(self.labels or {}),
            annotations=dict(self.annotations or {}),
        )

    def options(self) -> dict[str, Any]:
        """The same as arguments of ``@task``."""
        found: dict[str, Any] = {
            "interruptible": self.interruptible,
            "deprecated": self.deprecated,
            "retries": self.retries,
            "timeout": self.timeout,
            "pod_template_name": self.pod_template_name,
            "labels": self.labels,
            "annotations": self.annotations,
        }
        if self.cache:
            found.update(
                cache=True,
                cache_version=self.cache_version,
                cache_serialize=self.cache_serialize,
                cache_ignore_input_vars=self.cache_ignore_input_vars,
            )
        if self.generates_deck:
            found["enable_deck"] = True
        return found
