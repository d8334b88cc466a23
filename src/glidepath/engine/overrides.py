"""What a node changes in its task: ``with_overrides`` of flytekit, ``TaskNodeOverrides`` and ``NodeMetadata`` on the wire."""

from glidepath.idl import core


def with_node_overrides(task: core.TaskTemplate, node: core.Node) -> core.TaskTemplate:
    """The task as this node runs it; the same object where the node overrides nothing."""
    overrides = node.task_node.overrides
    if not overrides.ByteSize() and not node.metadata.ByteSize():
        return task
    changed = core.TaskTemplate()
    changed.CopyFrom(task)
    if overrides.HasField("resources"):
        _merge_resources(changed.container.resources, overrides.resources)
    if overrides.container_image and changed.HasField("container"):
        changed.container.image = overrides.container_image
    if overrides.HasField("extended_resources"):
        changed.extended_resources.MergeFrom(overrides.extended_resources)
    _apply_metadata(changed.metadata, node.metadata)
    return changed


def _merge_resources(base: core.Resources, override: core.Resources) -> None:
    """Each named resource of the override replaces that of the base; the rest stays."""
    for side in ("requests", "limits"):
        ours = {entry.name: entry.value for entry in getattr(base, side)}
        ours.update({entry.name: entry.value for entry in getattr(override, side)})
        entries = getattr(base, side)
        del entries[:]
        entries.extend(core.Resources.ResourceEntry(name=name, value=value) for name, value in ours.items())


def _apply_metadata(base: core.TaskMetadata, node: core.NodeMetadata) -> None:
    if node.retries.retries:
        base.retries.CopyFrom(node.retries)
    if node.HasField("timeout") and (node.timeout.seconds or node.timeout.nanos):
        base.timeout.CopyFrom(node.timeout)
    if node.WhichOneof("interruptible_value"):
        base.interruptible = node.interruptible
    if node.WhichOneof("cacheable_value"):
        base.discoverable = node.cacheable
    if node.WhichOneof("cache_version_value"):
        base.discovery_version = node.cache_version
    if node.WhichOneof("cache_serializable_value"):
        base.cache_serializable = node.cache_serializable
