"""When a task's outputs may be reused: a version by hand, or one that policies compute from the function."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from glidepath.errors import FlyteValidationException

if TYPE_CHECKING:
    from glidepath.authoring.pods import PodTemplate


class VersionParameters(NamedTuple):
    """What a policy may look at: the user's function, and what it runs in."""

    func: Callable[..., Any]
    container_image: str | None = None
    pod_template: PodTemplate | None = None
    pod_template_name: str | None = None


class CachePolicy(Protocol):
    """Computes a part of a cache version; two runs may share outputs while it stays the same."""

    def get_version(self, salt: str, params: VersionParameters) -> str:
        """A text that changes when the outputs of ``params.func`` may."""
        ...


@dataclass(frozen=True)
class Cache:
    """``@task(cache=Cache(version="1.0"))``, or with policies instead of a version, or with neither: then the version is a hash
    of the function (:class:`~glidepath.authoring.cache_policies.CacheFunctionBody`), as with ``cache=True``.

    ``serialize``: of equal runs at the same time only one runs, the others wait. ``ignored_inputs`` do not count.
    """

    version: str | None = None
    serialize: bool = False
    ignored_inputs: Sequence[str] | str = ()
    salt: str = ""
    policies: Sequence[CachePolicy] | CachePolicy | None = None

    def __post_init__(self) -> None:
        if self.version == "":
            raise FlyteValidationException(
                "the version of a Cache is empty", hint='write Cache(version="1.0") and raise it when the code changes'
            )

    def get_ignored_inputs(self) -> tuple[str, ...]:
        return (self.ignored_inputs,) if isinstance(self.ignored_inputs, str) else tuple(self.ignored_inputs)

    def get_version(self, params: VersionParameters) -> str:
        """The version, or the SHA-256 of what the policies say, one after the other."""
        if self.version is not None:
            return self.version
        import hashlib  # loads OpenSSL; only policies need it

        parts = (policy.get_version(self.salt, params) for policy in self._policies())
        return hashlib.sha256("".join(parts).encode()).hexdigest()

    def _policies(self) -> tuple[CachePolicy, ...]:
        if self.policies is None or self.policies == () or self.policies == []:
            from glidepath.authoring.cache_policies import CacheFunctionBody  # reads source code, which few tasks ask for

            return (CacheFunctionBody(),)
        return tuple(self.policies) if isinstance(self.policies, Sequence) else (self.policies,)


class CacheSettings(NamedTuple):
    """A cache as the wire says it."""

    enabled: bool = False
    version: str = ""
    serialize: bool = False
    ignored_inputs: tuple[str, ...] = ()


class CacheOptions(NamedTuple):
    """What a task or an override says of its cache: an object, or the switch with the three old arguments."""

    cache: bool | Cache = False
    version: str | None = None
    serialize: bool | None = None
    ignored_inputs: Sequence[str] | str | None = None

    def settle(self, params: VersionParameters | None) -> CacheSettings:
        """One form for both. Raises FlyteValidationException for contradictions, and for policies without a function."""
        if isinstance(self.cache, Cache):
            if self.version is not None or self.serialize is not None or self.ignored_inputs is not None:
                raise FlyteValidationException(
                    "cache_version, cache_serialize and cache_ignore_input_vars cannot stand beside a Cache object",
                    hint="put them into it: Cache(version=..., serialize=..., ignored_inputs=...)",
                )
            return self._of_object(self.cache, params)
        if not isinstance(self.cache, bool):
            raise FlyteValidationException(f"cache={self.cache!r} must be True, False or Cache(...)")
        ignored = (self.ignored_inputs,) if isinstance(self.ignored_inputs, str) else tuple(self.ignored_inputs or ())
        if self.cache and not self.version:
            return self._of_object(Cache(serialize=bool(self.serialize), ignored_inputs=ignored), params)
        for name, given in (("cache_serialize", self.serialize), ("cache_ignore_input_vars", ignored)):
            if given and not self.cache:
                raise FlyteValidationException(f"{name} is set but cache is not", hint="add cache=True and cache_version=...")
        return CacheSettings(self.cache, self.version or "", bool(self.serialize), ignored)

    def _of_object(self, cache: Cache, params: VersionParameters | None) -> CacheSettings:
        if params is None and cache.version is None:
            raise FlyteValidationException(
                "the version of this cache would follow from a function, and there is none here",
                hint='name one: Cache(version="1.0"), or cache=True and cache_version="1.0"',
            )
        version = cache.version if params is None else cache.get_version(params)
        return CacheSettings(True, version or "", cache.serialize, cache.get_ignored_inputs())
