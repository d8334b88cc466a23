"""CPU, memory, GPU and disk: what users ask for, as flyteidl's Resources."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from glidepath.errors import FlyteValidationException
from glidepath.idl import core
from glidepath.idl.kinds import ResourceName

Quantity = str | int | float
Pair = tuple[Quantity, Quantity] | list[Quantity]

_NAMES: dict[str, ResourceName] = {
    "cpu": ResourceName.CPU,
    "mem": ResourceName.MEMORY,
    "gpu": ResourceName.GPU,
    "ephemeral_storage": ResourceName.EPHEMERAL_STORAGE,
}
_CONTAINER_ORDER = (ResourceName.EPHEMERAL_STORAGE, ResourceName.CPU, ResourceName.GPU, ResourceName.MEMORY)


@dataclass(frozen=True)
class Resources:
    """Amounts, as Kubernetes writes them: ``Resources(cpu="500m", mem="2Gi")``; numbers are cores, bytes and devices.

    A pair is a request and a limit, for ``@task(resources=Resources(cpu=("1", "2")))``.
    """

    cpu: Quantity | Pair | None = None
    mem: Quantity | Pair | None = None
    gpu: Quantity | Pair | None = None
    ephemeral_storage: Quantity | Pair | None = None

    def __post_init__(self) -> None:
        for name in _NAMES:
            value = getattr(self, name)
            if isinstance(value, (tuple, list)):
                if len(value) != 2:
                    raise FlyteValidationException(f"Resources({name}={value!r}) must hold a request and a limit, two amounts")
                amounts = list(value)
            else:
                amounts = [] if value is None else [value]
            if any(isinstance(amount, bool) or not isinstance(amount, (str, int, float)) for amount in amounts):
                raise FlyteValidationException(
                    f"Resources({name}={value!r}) must be a text or a number", hint=f'such as {name}="1", {name}=1'
                )

    def entries(self, limit: bool = False) -> Iterator[core.Resources.ResourceEntry]:
        """The requests (single amounts and first halves of pairs), or the limits (second halves of pairs)."""
        for name, kind in _NAMES.items():
            value = getattr(self, name)
            if isinstance(value, (tuple, list)):
                yield core.Resources.ResourceEntry(name=kind, value=str(value[1 if limit else 0]))
            elif value is not None and not limit:
                yield core.Resources.ResourceEntry(name=kind, value=str(value))

    def has_pairs(self) -> bool:
        return any(isinstance(getattr(self, name), (tuple, list)) for name in _NAMES)


def resources_message(
    requests: Resources | None = None, limits: Resources | None = None, resources: Resources | None = None
) -> core.Resources:
    """The message of ``requests`` and ``limits``, or of ``resources``, which holds both.

    Raises FlyteValidationException when ``resources`` stands beside the others, or pairs stand where one amount belongs.
    """
    if resources is not None:
        if requests is not None or limits is not None:
            raise FlyteValidationException(
                "resources=... says both requests and limits, so it cannot stand beside requests=... or limits=...",
                hint='write resources=Resources(cpu=("1", "2")) for a request of 1 and a limit of 2',
            )
        return core.Resources(requests=resources.entries(), limits=resources.entries(limit=True))
    for name, given in (("requests", requests), ("limits", limits)):
        if given is not None and given.has_pairs():
            raise FlyteValidationException(f"{name}={given} holds a pair; pairs of request and limit belong into resources=...")
    return core.Resources(
        requests=requests.entries() if requests else (),
        limits=limits.entries() if limits else (),
    )


def in_container_order(resources: core.Resources) -> core.Resources:
    """The same amounts as stock orders them in a task's container; in a node's overrides it keeps the order of the fields."""
    return core.Resources(
        requests=sorted(resources.requests, key=_container_position),
        limits=sorted(resources.limits, key=_container_position),
    )


def _container_position(entry: Any) -> int:
    return _CONTAINER_ORDER.index(entry.name)


def checked_resources(name: str, value: Any) -> Resources | None:
    """``value`` if it is ``Resources`` or ``None``. Raises FlyteValidationException naming the argument."""
    if value is None or isinstance(value, Resources):
        return value
    raise FlyteValidationException(f"{name}={value!r} must be Resources(...)", hint=f'such as {name}=Resources(cpu="1")')
