"""A workflow's graph → its template, its nodes, and the templates of its sub-workflows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from glidepath.authoring.bindings import binding_list, promises_in
from glidepath.authoring.nodes import Node
from glidepath.idl import admin, core

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings
    from glidepath.authoring.workflows import WorkflowBase


def workflow_spec(
    workflow: WorkflowBase[..., Any], settings: SerializationSettings, description: admin.DescriptionEntity | None
) -> admin.WorkflowSpec:
    """The spec of a workflow; the templates of all workflows below it are in it, sorted by name."""
    found: dict[str, WorkflowBase[..., Any]] = {}
    _collect(workflow, found)
    return admin.WorkflowSpec(
        template=workflow_template(workflow, settings),
        sub_workflows=[workflow_template(found[name], settings) for name in sorted(found)],
        description=description,
    )


def _collect(workflow: WorkflowBase[..., Any], found: dict[str, WorkflowBase[..., Any]]) -> None:
    for entity in workflow.dependencies():
        if entity.kind == core.ResourceType.WORKFLOW and entity.name not in found:
            found[entity.name] = entity  # type: ignore[assignment]
            _collect(found[entity.name], found)


def workflow_template(workflow: WorkflowBase[..., Any], settings: SerializationSettings) -> core.WorkflowTemplate:
    """The template of one workflow. Outputs stand in the order of the signature, as in stock."""
    graph = workflow.graph
    chosen = workflow.settings
    template = core.WorkflowTemplate(
        id=workflow.identifier(settings),
        metadata=core.WorkflowMetadata(on_failure=chosen.failure_policy.value),
        interface=workflow.interface.typed,
        nodes=[node_message(node, settings) for node in graph.nodes],
        outputs=binding_list(graph.outputs, list(graph.outputs)),
        metadata_defaults=core.WorkflowMetadataDefaults(interruptible=chosen.interruptible),
    )
    if graph.failure_node is not None:
        template.failure_node.CopyFrom(node_message(graph.failure_node, settings))
    return template


def node_message(node: Node, settings: SerializationSettings) -> core.Node:
    """A node as the wire says it: id, metadata, inputs, upstream ids, aliases, and the target that its entity writes."""
    message = core.Node(
        id=node.id,
        metadata=_metadata(node),
        inputs=binding_list(node.bindings),
        upstream_node_ids=_upstream_ids(node),
        output_aliases=[core.Alias(var=var, alias=alias) for var, alias in node.overrides.aliases.items()],
    )
    node.entity.fill_node(message, node, settings)
    return message


def _upstream_ids(node: Node) -> list[str]:
    """The ids of all nodes that must end first, each once, in the order in which they were made (stock's order is random)."""
    promised = [promise._node for bound in node.bindings.values() for promise in promises_in(bound)]
    nodes = {(upstream.composition.depth, upstream.index): upstream for upstream in (*promised, *node.upstream)}
    return [nodes[key].id for key in sorted(nodes) if nodes[key].id]


def _metadata(node: Node) -> core.NodeMetadata:
    defaults, changed = node.entity.node_defaults(), node.overrides
    metadata = core.NodeMetadata(
        name=changed.name or defaults.name,
        retries=core.RetryStrategy(retries=defaults.retries if changed.retries is None else changed.retries),
    )
    timeout = defaults.timeout if changed.timeout is None else changed.timeout
    if timeout:
        metadata.timeout.FromTimedelta(timeout)
    interruptible = defaults.interruptible if changed.interruptible is None else changed.interruptible
    if interruptible is not None:
        metadata.interruptible = interruptible
    if changed.cache is not None:
        _write_cache(metadata, node)
    return metadata


def _write_cache(metadata: core.NodeMetadata, node: Node) -> None:
    """A cache that is overridden; what is off is said only for the switch itself, as in stock."""
    cache = node.overrides.cache
    if cache is None:
        return
    metadata.cacheable = cache.enabled
    if cache.version:
        metadata.cache_version = cache.version
    if cache.serialize:
        metadata.cache_serializable = True
