"""From a code bundle to registered entities: version, upload, specs, registration. One path for ``run`` and ``register``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeAlias, TypedDict

from glidepath.authoring.entity import Entity
from glidepath.authoring.images import ImageConfig
from glidepath.authoring.resources import Resources, resources_message
from glidepath.authoring.settings import PACKAGE_PLACEHOLDER, FastSettings, SerializationSettings
from glidepath.authoring.specs import Spec, specs_of
from glidepath.bundle.making import Bundle, version_of
from glidepath.clients import registration
from glidepath.errors import FlyteValueException
from glidepath.idl import admin, core
from glidepath.idl.ids import key_of
from glidepath.remote.entities import Fetched, launch_plan_of_spec, task_of_spec

Upload: TypeAlias = Callable[[Path], str]
"""Puts a file where tasks can read it, and gives back its URI."""


@dataclass(frozen=True)
class Target:
    """Where entities are registered, and what their specs get from the command line rather than from the code."""

    project: str
    domain: str
    version: str = ""
    """Empty: computed."""
    image_config: ImageConfig = field(default_factory=ImageConfig.of)
    env: Mapping[str, str] = field(default_factory=dict)
    """Variables of every container."""
    destination: str = "/root"
    """The folder in which a task finds its code."""
    resource_requests: Resources | None = None
    """For tasks that say nothing of resources."""
    resource_limits: Resources | None = None
    service_account: str = ""
    """For launch plans that run as nobody in particular."""
    raw_output_data_prefix: str = ""
    """For launch plans that name no place for blobs."""

    def settings(self, fast: FastSettings | None) -> SerializationSettings:
        """What specs depend on."""
        return SerializationSettings(
            image_config=self.image_config,
            project=self.project,
            domain=self.domain,
            version=self.version,
            env=self.env,
            fast=fast,
        )

    @property
    def defaults(self) -> dict[str, str]:
        """What specs get afterwards, as text: it counts for the version."""
        return {
            "resource requests": str(self.resource_requests),
            "resource limits": str(self.resource_limits),
            "service account": self.service_account,
            "raw output prefix": self.raw_output_data_prefix,
        }


class RegisterSettings(TypedDict, total=False):
    """The settings of ``FlyteRemote.register_…``, all optional; flytekit's names."""

    project: str | None
    domain: str | None
    version: str | None
    """None: computed."""
    image_config: ImageConfig | None
    envs: Mapping[str, str] | None
    destination_dir: str | None
    copy_all: bool
    """Every file below the root goes along, not only the loaded modules."""
    code_in_image: bool
    """No code goes along; the image of the version holds it."""


@dataclass(frozen=True)
class Deployment:
    """What is ready to be registered: complete ids, specs in order of registration."""

    version: str
    specs: tuple[Spec, ...]

    @property
    def entities(self) -> list[registration.Entity]:
        return [registration.Entity(spec.id, spec.message) for spec in self.specs]

    def registered(self, entity: Entity[..., Any]) -> Fetched:
        """An entity as the control plane holds it, without asking: of a workflow the launch plan of its own name.

        What is needed to launch it is known here.
        """
        spec = next(spec for spec in self.specs if spec.entity is entity)
        if isinstance(spec.message, admin.TaskSpec):
            return task_of_spec(spec.id, spec.message)
        messages = {key_of(each.id): each.message for each in self.specs}
        own = core.Identifier()
        own.CopyFrom(spec.id)
        own.resource_type = core.ResourceType.LAUNCH_PLAN
        plan = messages[key_of(own)]
        workflow = messages.get(key_of(plan.spec.workflow_id)) if isinstance(plan, admin.LaunchPlan) else None
        if not isinstance(plan, admin.LaunchPlan) or not isinstance(workflow, admin.WorkflowSpec):
            raise TypeError(f"{spec.id.name} has specs of the wrong kinds")
        return launch_plan_of_spec(plan, workflow.template.interface.outputs)


def prepare(bundle: Bundle, target: Target, upload: Upload | None) -> Deployment:
    """The specs of a bundle's entities and of all that they use, with their version and the address of the code.

    ``upload`` is called once, when everything that can fail here has not; None for a dry run, whose specs have no address.
    Raises FlyteValueException when the image holds the code and no version is given: nothing would tell two states of it apart.
    """
    fast = FastSettings(PACKAGE_PLACEHOLDER, target.destination) if bundle.digest else None
    if fast is None and not target.version:
        raise FlyteValueException(
            "Version is a required parameter in case --copy none is specified.", hint="add --version, such as the image's tag"
        )
    version = target.version or version_of(bundle, target.settings(fast), target.defaults)
    settings = replace(target.settings(fast), version=version)
    if upload is not None and bundle.archive is not None:
        settings = replace(settings, fast=FastSettings(upload(bundle.archive.path), target.destination))
    return Deployment(version, tuple(_completed(spec, target) for spec in specs_of(bundle.entities, settings)))


def _completed(spec: Spec, target: Target) -> Spec:
    """A spec with what the target says for entities that say nothing themselves."""
    message = spec.message
    if isinstance(message, admin.TaskSpec):
        _set_resources(message.template.container, target)
    elif isinstance(message, admin.LaunchPlan):
        if target.service_account and not message.spec.HasField("security_context"):
            message.spec.security_context.run_as.k8s_service_account = target.service_account
        if target.raw_output_data_prefix and not message.spec.raw_output_data_config.output_location_prefix:
            message.spec.raw_output_data_config.output_location_prefix = target.raw_output_data_prefix
    return spec


def _set_resources(container: core.Container, target: Target) -> None:
    asked = container.resources
    if not container.image or asked.requests or asked.limits:
        return
    if target.resource_requests or target.resource_limits:
        asked.CopyFrom(resources_message(target.resource_requests, target.resource_limits))
