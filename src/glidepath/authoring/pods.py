"""Pod templates: a Kubernetes pod spec into which a task's container is merged."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from google.protobuf.json_format import ParseDict
from google.protobuf.struct_pb2 import Struct

from glidepath.authoring.images import ImageConfig
from glidepath.errors import FlyteValidationException
from glidepath.idl import core

PRIMARY = "primary"
_RESOURCE_NAMES = {
    core.Resources.CPU: "cpu",
    core.Resources.MEMORY: "memory",
    core.Resources.GPU: "gpu",
    core.Resources.EPHEMERAL_STORAGE: "ephemeral-storage",
}


@dataclass(frozen=True)
class PodTemplate:
    """What the task's pod looks like around its container.

    ``pod_spec`` is a ``kubernetes.client.V1PodSpec`` or a dict as a manifest would have it; the container named
    ``primary_container_name`` gets the task's command, image, environment and resources, and is added if it is not there.
    """

    pod_spec: Any = None
    primary_container_name: str = PRIMARY
    labels: Mapping[str, str] | None = None
    annotations: Mapping[str, str] | None = None

    def __post_init__(self) -> None:
        if not self.primary_container_name:
            raise FlyteValidationException("a PodTemplate needs the name of its primary container")

    def manifest(self) -> dict[str, Any]:
        """The pod spec as a manifest has it (camel case, nothing unset)."""
        plain = _plain(self.pod_spec)
        if plain is None:
            return {}
        if not isinstance(plain, dict):
            raise FlyteValidationException(
                f"pod_spec={self.pod_spec!r} is no pod spec", hint="pass a V1PodSpec, or a dict such as {'nodeSelector': {...}}"
            )
        return plain

    def version_hash(self) -> str:
        """A digest that changes with the template; for cache policies."""
        parts = (self.manifest(), self.primary_container_name, dict(self.labels or {}), dict(self.annotations or {}))
        return hashlib.sha256(json.dumps(parts, sort_keys=True).encode()).hexdigest()


def merged_pod(template: PodTemplate, container: core.Container, images: ImageConfig) -> core.K8sPod:
    """The pod of a task: the template with the task's container in it.

    ``container`` is what the task would be without a template. Its command, arguments and (if it asks for any) resources
    replace the template's, its environment goes before the template's, its image counts where the template names none.
    """
    spec = template.manifest()
    containers = [dict(item) for item in spec.get("containers") or ()]
    if not any(item.get("name") == template.primary_container_name for item in containers):
        containers.append({"name": template.primary_container_name})
    for item in containers:
        if item.get("image"):
            item["image"] = images.resolve(item["image"])
        if item.get("name") == template.primary_container_name:
            _take_over(item, container)
    spec["containers"] = containers
    return core.K8sPod(
        metadata=core.K8sObjectMetadata(labels=template.labels, annotations=template.annotations),
        pod_spec=ParseDict(spec, Struct()),
    )


def _take_over(primary: dict[str, Any], container: core.Container) -> None:
    primary["image"] = primary.get("image") or container.image
    primary["command"] = list(container.command)
    primary["args"] = list(container.args)
    primary["env"] = [{"name": pair.key, "value": pair.value} for pair in container.env] + list(primary.get("env") or ())
    resources = container.resources
    if resources.requests or resources.limits:
        primary["resources"] = {
            "requests": {_RESOURCE_NAMES[entry.name]: entry.value for entry in resources.requests},
            "limits": {_RESOURCE_NAMES[entry.name]: entry.value for entry in resources.limits},
        }


def _plain(value: Any) -> Any:
    """An object of the Kubernetes client, or plain data, as plain data; unset attributes are left out.

    The client's own serialiser does the same, but loads half a second of its library.
    """
    names: Mapping[str, str] | None = getattr(value, "attribute_map", None)
    if names is not None:
        found = ((wire, getattr(value, attribute)) for attribute, wire in names.items())
        return {wire: _plain(item) for wire, item in found if item is not None}
    if isinstance(value, Mapping):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_plain(item) for item in value]
    return value
