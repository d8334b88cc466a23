"""Everything that ``@task`` takes, checked once and kept in one value."""

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from glidepath.authoring.caching import Cache, CacheOptions, CacheSettings, VersionParameters
from glidepath.authoring.interface import listed
from glidepath.authoring.resources import Resources, checked_resources, in_container_order, resources_message
from glidepath.errors import FlyteValidationException
from glidepath.idl import core

if TYPE_CHECKING:
    from glidepath.authoring.accelerators import BaseAccelerator
    from glidepath.authoring.documentation import Documentation
    from glidepath.authoring.pods import PodTemplate
    from glidepath.authoring.resolver import TaskResolver
    from glidepath.authoring.retry_backoff import RetryBackoff
    from glidepath.authoring.security import Secret


class DeckField(enum.Enum):
    """The parts of a task's deck that Glidepath fills by itself."""

    INPUT = "Input"
    OUTPUT = "Output"
    SOURCE_CODE = "Source Code"
    TIMELINE = "Timeline"
    DEPENDENCIES = "Dependencies"


DEFAULT_DECK_FIELDS = (
    DeckField.SOURCE_CODE,
    DeckField.DEPENDENCIES,
    DeckField.TIMELINE,
    DeckField.INPUT,
    DeckField.OUTPUT,
)


class TaskOptions(TypedDict, total=False):
    """The arguments of ``@task``, all optional."""

    task_config: Any
    """Configures another type of task: the plug-in that is registered for its class makes the task."""
    cache: bool | Cache
    """``Cache(version="1.0")`` to reuse outputs of equal inputs."""
    cache_version: str
    """With ``cache=True``: the version by hand. Older than ``Cache``."""
    cache_serialize: bool
    """With ``cache=True``: of equal runs at a time, one runs and the others wait."""
    cache_ignore_input_vars: Sequence[str]
    """With ``cache=True``: inputs that do not count."""
    retries: int
    """How often an attempt is repeated after the user's code raised ``FlyteRecoverableException``."""
    retry_backoff: RetryBackoff | timedelta | None
    """How long to wait before a retry, beyond stock: ``RetryBackoff(timedelta(seconds=10))``, or its first wait alone."""
    interruptible: bool | None
    """Whether the task may run on machines that can be taken away; ``None``: as the workflow says."""
    deprecated: str
    """A message for whoever uses the task."""
    timeout: int | timedelta
    """How long an attempt may take, in seconds or as a timedelta; 0: as long as it wants."""
    container_image: str | None
    """An image, or a template such as ``{{.image.trainer}}``."""
    environment: Mapping[str, str] | None
    """Environment variables."""
    requests: Resources | None
    """What the container is given."""
    limits: Resources | None
    """What the container may not exceed."""
    resources: Resources | None
    """Both in one: ``Resources(cpu=("1", "2"))``."""
    secret_requests: Sequence[Secret] | None
    """Secrets that the task reads."""
    task_resolver: TaskResolver | None
    """Finds the task again in a container; by default by module and name."""
    docs: Documentation | None
    """What a console shows; the docstring goes before it."""
    enable_deck: bool | None
    """Whether the task writes a deck."""
    disable_deck: bool | None
    """The reverse of ``enable_deck``, older."""
    deck_fields: Sequence[DeckField] | None
    """What the deck shows by itself."""
    pod_template: PodTemplate | None
    """The pod around the container."""
    pod_template_name: str | None
    """The name of a template that the cluster has."""
    accelerator: BaseAccelerator | None
    """A GPU or TPU."""
    shared_memory: bool | str | None
    """``True``, or a size such as ``"2Gi"``, for ``/dev/shm``."""
    pickle_untyped: bool
    """Whether parameters without annotation travel as pickles."""
    labels: Mapping[str, str] | None
    """Labels of the task's pods."""
    annotations: Mapping[str, str] | None
    """Annotations of the task's pods."""


class TaskSettings(NamedTuple):
    """What a task is besides its function and interface, every argument settled."""

    cache: CacheSettings
    retries: int
    interruptible: bool | None
    deprecated: str
    timeout: timedelta
    container_image: str | None
    environment: Mapping[str, str]
    resources: core.Resources
    secrets: tuple[Secret, ...]
    resolver: TaskResolver | None
    docs: Documentation | None
    deck: bool
    deck_fields: tuple[DeckField, ...]
    pod_template: PodTemplate | None
    pod_template_name: str
    extended_resources: core.ExtendedResources | None
    labels: Mapping[str, str]
    annotations: Mapping[str, str]
    retry_backoff: RetryBackoff | None = None


def settle(options: Mapping[str, Any], function: Callable[..., Any]) -> TaskSettings:
    """The settings of a task from the arguments of its decorator.

    Raises FlyteValidationException for unknown arguments, wrong types and contradictions; the message names the argument.
    """
    check_known(options, TaskOptions.__annotations__, "@task")
    return TaskSettings(
        cache=_cache(options, function),
        retries=checked_retries(options.get("retries", 0)),
        interruptible=checked_switch("interruptible", options.get("interruptible")),
        deprecated=options.get("deprecated") or "",
        timeout=checked_timeout(options.get("timeout", 0)),
        container_image=_text("container_image", options.get("container_image")),
        environment=_texts("environment", options.get("environment")),
        resources=in_container_order(
            resources_message(*(checked_resources(name, options.get(name)) for name in ("requests", "limits", "resources")))
        ),
        secrets=_secrets(options.get("secret_requests")),
        resolver=options.get("task_resolver"),
        docs=options.get("docs"),
        deck=_deck(options),
        deck_fields=tuple(options.get("deck_fields", DEFAULT_DECK_FIELDS) or ()),
        pod_template=options.get("pod_template"),
        pod_template_name=options.get("pod_template_name") or "",
        extended_resources=checked_devices(options),
        labels=_texts("labels", options.get("labels")),
        annotations=_texts("annotations", options.get("annotations")),
        retry_backoff=_backoff(options.get("retry_backoff")),
    )


def check_known(options: Mapping[str, Any], known: Mapping[str, Any], subject: str) -> None:
    """Raises FlyteValidationException for the first option that is not known, naming the nearest that is."""
    for name in options:
        if name not in known:
            import difflib  # only a mistake needs it

            nearest = difflib.get_close_matches(name, known, n=1)
            raise FlyteValidationException(
                f"{subject} has no argument {name!r}",
                hint=f"did you mean {nearest[0]!r}?" if nearest else f"it takes {listed(sorted(known))}",
            )


def checked_retries(value: Any) -> int:
    """A number of retries, 0 or more."""
    if isinstance(value, bool) or not isinstance(value, int) or value < 0:
        raise FlyteValidationException(f"retries={value!r} must be a whole number from 0 on")
    return value


def checked_timeout(value: Any) -> timedelta:
    """A time-out as a timedelta; whole seconds and ``None`` (no time-out) are taken too."""
    if value is None:
        return timedelta(0)
    if isinstance(value, timedelta):
        found = value
    elif isinstance(value, int) and not isinstance(value, bool):
        found = timedelta(seconds=value)
    else:
        raise FlyteValidationException(
            f"timeout={value!r} must be whole seconds or a timedelta", hint="such as timeout=timedelta(minutes=5)"
        )
    if found < timedelta(0):
        raise FlyteValidationException(f"timeout={value!r} must not be negative")
    return found


def checked_switch(name: str, value: Any) -> bool | None:
    """``True``, ``False``, or ``None`` for "as the surroundings say"."""
    if value is None or isinstance(value, bool):
        return value
    raise FlyteValidationException(f"{name}={value!r} must be True, False or None")


def checked_devices(options: Mapping[str, Any]) -> core.ExtendedResources | None:
    """The accelerator and the shared memory that options ask for."""
    if not options.get("accelerator") and not options.get("shared_memory"):
        return None
    from glidepath.authoring.accelerators import extended_resources  # the list of devices; few tasks ask for one

    return extended_resources(options.get("accelerator"), options.get("shared_memory"))


def _secrets(requested: Any) -> tuple[Secret, ...]:
    if not requested:
        return ()
    from glidepath.authoring.security import checked_secrets  # who asks for secrets has loaded it

    return checked_secrets(requested)


def _backoff(value: Any) -> RetryBackoff | None:
    if value is None:
        return None
    from glidepath.authoring.retry_backoff import checked_backoff  # few tasks wait

    return checked_backoff(value)


def _cache(options: Mapping[str, Any], function: Callable[..., Any]) -> CacheSettings:
    chosen = CacheOptions(
        options.get("cache", False),
        options.get("cache_version"),
        options.get("cache_serialize"),
        options.get("cache_ignore_input_vars"),
    )
    parameters = VersionParameters(
        function, options.get("container_image"), options.get("pod_template"), options.get("pod_template_name")
    )
    return chosen.settle(parameters)


def _deck(options: Mapping[str, Any]) -> bool:
    enable, disable = options.get("enable_deck"), options.get("disable_deck")
    if enable is not None and disable is not None:
        raise FlyteValidationException("enable_deck and disable_deck say the same thing; give one", hint="use enable_deck")
    if disable is not None:
        import warnings  # only the old switch needs it

        warnings.warn("disable_deck is deprecated, use enable_deck", FutureWarning, stacklevel=4)
        return not disable
    return bool(enable)


def _text(name: str, value: Any) -> str | None:
    if value is None or isinstance(value, str):
        return value
    raise FlyteValidationException(f"{name}={value!r} must be a text")


def _texts(name: str, value: Any) -> Mapping[str, str]:
    if value is None:
        return {}
    if not isinstance(value, Mapping):
        raise FlyteValidationException(f"{name}={value!r} must be a dict of texts")
    for key, text in value.items():
        if not isinstance(key, str) or not isinstance(text, str):
            raise FlyteValidationException(f"{name} holds {key!r}: {text!r}; both must be texts")
    return dict(value)
