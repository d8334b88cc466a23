"""The part of a template that says in which container, or in which pod, a task runs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from glidepath.authoring.task_hooks import TaskHooks
from glidepath.authoring.task_specs import container_of

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings
    from glidepath.idl import core


class ContainerHooks(TaskHooks):
    """A mixin for tasks that run in a container: alone, or in the pod of the template that their settings name."""

    @property
    def resources(self) -> core.Resources:
        """What the container asks for."""
        return self.settings.resources

    def get_image(self, settings: SerializationSettings) -> str:
        """The URI of the image."""
        return settings.image_config.resolve(self.settings.container_image)

    def get_container(self, settings: SerializationSettings) -> core.Container | None:
        return None if self.settings.pod_template is not None else self._container(settings)

    def get_k8s_pod(self, settings: SerializationSettings) -> core.K8sPod | None:
        if self.settings.pod_template is None:
            return None
        from glidepath.authoring.pods import merged_pod  # loads protobuf's JSON; few tasks have a template

        return merged_pod(self.settings.pod_template, self._container(settings), settings.image_config)

    def get_config(self, settings: SerializationSettings) -> Mapping[str, str] | None:
        pod = self.settings.pod_template
        return None if pod is None else {"primary_container_name": pod.primary_container_name}

    def _container(self, settings: SerializationSettings) -> core.Container:
        """The container itself, wherever it stands in the template."""
        container = container_of(self, settings)  # type: ignore[arg-type]  # what is mixed into is a task
        container.image = self.get_image(settings)
        return container
