"""The container that a task template asks for, whichever way it says so, and the resources of it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from google.protobuf.json_format import MessageToDict

from glidepath.errors import FlyteValidationException
from glidepath.executors.quantities import parse_quantity
from glidepath.idl import core

_PRIMARY = "primary"
_RESOURCE_OF_KEY = {
    "cpu": core.Resources.CPU,
    "memory": core.Resources.MEMORY,
    "ephemeral-storage": core.Resources.EPHEMERAL_STORAGE,
    "nvidia.com/gpu": core.Resources.GPU,
}


@dataclass(frozen=True)
class Demand:
    """What an attempt needs: cores, bytes of memory and gpus to be admitted, and the bytes beyond which it is killed.

    ``None`` stands for "the task does not say".
    """

    cpus: float | None = None
    memory: int | None = None
    gpus: int = 0
    memory_limit: int | None = None


def container_of(task: core.TaskTemplate) -> core.Container:
    """The container to run: the template's own, or the primary one of its pod.

    Raises :class:`~glidepath.errors.FlyteValidationException` when the template has neither.
    """
    target = task.WhichOneof("target")
    if target == "container":
        return task.container
    if target == "k8s_pod":
        return _primary_container(task)
    raise FlyteValidationException(
        f"task type {task.type!r} has no container to run",
        where=f"task {task.id.name}",
        hint="give the server an executor for this task type",
    )


def demand_of(container: core.Container) -> Demand:
    """The resources of a container, with Kubernetes' fallbacks: a missing request is the limit, a missing limit the request.

    Raises :class:`~glidepath.errors.FlyteValueException` for an amount that is none.
    """
    requests = _amounts(container.resources.requests)
    limits = _amounts(container.resources.limits)
    memory = requests.get(core.Resources.MEMORY, limits.get(core.Resources.MEMORY))
    limit = limits.get(core.Resources.MEMORY, memory)
    gpus = requests.get(core.Resources.GPU, limits.get(core.Resources.GPU, 0.0))
    return Demand(
        cpus=requests.get(core.Resources.CPU, limits.get(core.Resources.CPU)),
        memory=None if memory is None else int(memory),
        gpus=int(gpus),
        memory_limit=None if limit is None else int(limit),
    )


def _amounts(entries: Iterable[core.Resources.ResourceEntry]) -> dict[int, float]:
    # Zero means "not asked for", as Kubernetes drops zero quantities.
    amounts = {int(entry.name): parse_quantity(entry.value) for entry in entries}
    return {name: amount for name, amount in amounts.items() if amount > 0}


def _primary_container(task: core.TaskTemplate) -> core.Container:
    pod = MessageToDict(task.k8s_pod.pod_spec)
    name = task.k8s_pod.primary_container_name or task.config.get("primary_container_name", _PRIMARY)
    containers = pod.get("containers", [])
    for found in containers:
        if found.get("name") == name or len(containers) == 1:
            return _from_pod(found)
    raise FlyteValidationException(f"the pod has no container named {name!r}", where=f"task {task.id.name}")


def _from_pod(spec: dict[str, object]) -> core.Container:
    container = core.Container(
        image=str(spec.get("image", "")), command=_texts(spec.get("command")), args=_texts(spec.get("args"))
    )
    for pair in _dicts(spec.get("env")):
        if "value" in pair:
            container.env.append(core.KeyValuePair(key=str(pair["name"]), value=str(pair["value"])))
    resources = spec.get("resources")
    if isinstance(resources, dict):
        for key, entries in (("requests", container.resources.requests), ("limits", container.resources.limits)):
            for resource, amount in (resources.get(key) or {}).items():
                if resource in _RESOURCE_OF_KEY:
                    entries.append(core.Resources.ResourceEntry(name=_RESOURCE_OF_KEY[resource], value=_plain(amount)))
    return container


def _plain(amount: object) -> str:
    # A pod spec travels as a Struct, whose numbers are all floats: 2 comes back as 2.0.
    return str(int(amount)) if isinstance(amount, float) and amount.is_integer() else str(amount)


def _texts(value: object) -> list[str]:
    return [str(item) for item in value] if isinstance(value, list) else []


def _dicts(value: object) -> list[dict[str, object]]:
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []
