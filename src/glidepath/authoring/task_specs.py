"""A task → its template, and a use of it → its task node."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from glidepath.authoring.overrides import Overrides
from glidepath.authoring.resolver import loader_args, location_of
from glidepath.authoring.task_settings import TaskSettings
from glidepath.idl import core
from glidepath.version import VERSION

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings
    from glidepath.authoring.tasks import PythonAutoContainerTask, Task

_PLACES = (
    "--inputs",
    "{{.input}}",
    "--output-prefix",
    "{{.outputPrefix}}",
    "--raw-output-data-prefix",
    "{{.rawOutputDataPrefix}}",
    "--checkpoint-path",
    "{{.checkpointOutputPrefix}}",
    "--prev-checkpoint",
    "{{.prevCheckpointPrefix}}",
)
_PRIMARY_KEY = "primary_container_name"


def task_template(task: PythonAutoContainerTask[..., Any], settings: SerializationSettings) -> core.TaskTemplate:
    """The template of a task: with a container, or with a pod when the task has a pod template."""
    chosen = task.settings
    template = core.TaskTemplate(
        id=task.identifier(settings),
        type=task.task_type,
        task_type_version=task.task_type_version,
        metadata=metadata_of(chosen),
        interface=task.interface.typed,
        extended_resources=chosen.extended_resources,
    )
    if chosen.secrets:
        template.security_context.secrets.extend(secret.message() for secret in chosen.secrets)
    if chosen.retry_backoff is not None:
        template.config.update(chosen.retry_backoff.config())
    container = container_of(task, settings)
    if chosen.pod_template is None:
        template.container.CopyFrom(container)
    else:
        from glidepath.authoring.pods import merged_pod  # loads protobuf's JSON; few tasks have a template

        template.k8s_pod.CopyFrom(merged_pod(chosen.pod_template, container, settings.image_config))
        template.config[_PRIMARY_KEY] = chosen.pod_template.primary_container_name
    return template


def metadata_of(chosen: TaskSettings) -> core.TaskMetadata:
    """The metadata message; a time-out of 0 and an unset interruptible are absent."""
    cache = chosen.cache
    metadata = core.TaskMetadata(
        discoverable=cache.enabled,
        discovery_version=cache.version,
        cache_serializable=cache.serialize,
        cache_ignore_input_vars=cache.ignored_inputs,
        runtime=core.RuntimeMetadata(type=core.RuntimeMetadata.FLYTE_SDK, version=VERSION, flavor="python"),
        retries=core.RetryStrategy(retries=chosen.retries),
        deprecated_error_message=chosen.deprecated,
        pod_template_name=chosen.pod_template_name,
        metadata=core.K8sObjectMetadata(labels=chosen.labels, annotations=chosen.annotations),
    )
    metadata.generates_deck.SetInParent()  # present even when it is false
    metadata.generates_deck.value = chosen.deck
    if chosen.timeout:
        metadata.timeout.FromTimedelta(chosen.timeout)
    if chosen.interruptible is not None:
        metadata.interruptible = chosen.interruptible
    return metadata


def container_of(task: PythonAutoContainerTask[..., Any], settings: SerializationSettings) -> core.Container:
    """The container of a task."""
    return core.Container(
        image=settings.image_config.resolve(task.settings.container_image),
        args=_with_code(task.command(settings), settings),
        resources=task.settings.resources,
        env=[core.KeyValuePair(key=key, value=value) for key, value in task.environment(settings).items()],
    )


def execute_command(task: PythonAutoContainerTask[..., Any], settings: SerializationSettings) -> list[str]:
    """The command that runs a task, byte for byte stock's, so that any flytekit image can run it."""
    return program_command("pyflyte-execute", location_of(task), loader_args(task, settings))


def program_command(program: str, resolver: str, arguments: Sequence[str]) -> list[str]:
    """A program that runs what a resolver finds by its arguments, with placeholders for where it reads and writes."""
    return [program, *_PLACES, "--resolver", resolver, "--", *arguments]


def program_places(*, checkpoints: bool) -> tuple[str, ...]:
    """The options that say where a program reads and writes, with placeholders; the last two are for checkpoints."""
    return _PLACES if checkpoints else _PLACES[: _PLACES.index("--checkpoint-path")]


def _with_code(command: list[str], settings: SerializationSettings) -> list[str]:
    """The command behind the program that fetches its code, if the code is not in the image."""
    if settings.fast is None:
        return command
    fast = settings.fast
    return [
        "pyflyte-fast-execute",
        "--additional-distribution",
        fast.distribution,
        "--dest-dir",
        fast.destination,
        "--",
        *command,
    ]


def task_node(task: Task[..., Any], overrides: Overrides, settings: SerializationSettings) -> core.TaskNode:
    """The target of a node: the task's id and what this use overrides of its container."""
    node = core.TaskNode(reference_id=task.identifier(settings))
    changed = node.overrides
    changed.SetInParent()
    if overrides.resources is not None:
        changed.resources.CopyFrom(overrides.resources)
    if overrides.extended_resources is not None:
        changed.extended_resources.CopyFrom(overrides.extended_resources)
    if overrides.container_image is not None:
        changed.container_image = settings.image_config.resolve(overrides.container_image)
    if overrides.pod_template is not None:
        from glidepath.authoring.pods import merged_pod

        container = container_of(task, settings)  # type: ignore[arg-type]
        changed.pod_template.CopyFrom(merged_pod(overrides.pod_template, container, settings.image_config))
        changed.pod_template.primary_container_name = overrides.pod_template.primary_container_name
    return node
