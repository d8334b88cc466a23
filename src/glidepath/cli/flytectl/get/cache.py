"""``flytectl get cache``: what the cache said to the nodes of an execution, and why."""

from __future__ import annotations

from typing import Any

import click
from google.protobuf.json_format import MessageToDict

from glidepath.cli.explanations import as_text
from glidepath.cli.flytectl.command import Command
from glidepath.cli.flytectl.context import Session, pass_session
from glidepath.cli.flytectl.get.details import NodeDetails, nodes_of
from glidepath.cli.output import Column, Document, Format, render_documents
from glidepath.idl import admin, core

_WHY_LENGTH = 100
COLUMNS = (
    Column("Node", "node"),
    Column("Task", "task"),
    Column("Status", "status"),
    Column("Why (Trunc)", "why", _WHY_LENGTH),
    Column("Tag", "key.tag"),
)


@click.command(cls=Command)
@click.argument("name")
@click.option("node_id", "--nodeID", default="", help="Only this node, with all parts of its key.")
@pass_session
def cache(session: Session, name: str, node_id: str) -> None:
    """Show which nodes of an execution found their outputs in the cache, and explain why or why not.

    \b
    flytectl get cache NAME -p flytesnacks -d development
    flytectl get cache NAME --nodeID n0 -p flytesnacks -d development
    """
    scope = session.scope
    execution = core.WorkflowExecutionIdentifier(project=scope.project, domain=scope.domain, name=name)
    session.client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=execution))  # so that a wrong name is told
    nodes = nodes_of(session.client, execution, node_id)
    if node_id and not items_of(nodes[0]):
        document = _explained(session, nodes[0])
        if session.output is Format.TABLE:
            click.echo(as_text(document))
        else:
            render_documents([document], (), session.output)
        return
    found = [document for node in _flat(nodes) for document in _documents(session, node)]
    if not found:
        click.echo(f"no node of {name} in {scope} asked the cache", err=True)
    render_documents(found, COLUMNS, session.output)


def items_of(details: NodeDetails) -> list[Document]:
    """What the cache said to the items of an array, which have no records of their own: one row for each answer."""
    answers: dict[int, core.CatalogCacheStatus] = {}
    for attempt in details.attempts:
        answers.update({item.index: item.cache_status for item in attempt.closure.metadata.external_resources})
    rows: list[Document] = []
    for status in sorted(set(answers.values()) - {core.CatalogCacheStatus.CACHE_DISABLED}):
        indices = sorted(index for index, answer in answers.items() if answer == status)
        rows.append(
            {
                "node": details.node.id.node_id,
                "task": details.attempts[0].id.task_id.name,
                "status": core.CatalogCacheStatus.Name(status),
                "why": f"{len(indices)} of {len(answers)} items: {_ranges(indices)}",
            }
        )
    return rows


def _ranges(indices: list[int]) -> str:
    """``[0, 1, 2, 5]`` → ``0-2, 5``."""
    bounds: list[list[int]] = []
    for index in indices:
        if bounds and bounds[-1][1] == index - 1:
            bounds[-1][1] = index
        else:
            bounds.append([index, index])
    return ", ".join(str(first) if first == last else f"{first}-{last}" for first, last in bounds)


def _documents(session: Session, details: NodeDetails) -> list[Document]:
    return [_explained(session, details)] if _asked(details) else items_of(details)


def _explained(session: Session, details: NodeDetails) -> Document:
    document: dict[str, Any] = MessageToDict(session.client.raw.explain_cache(details.node.id))
    return {"node": details.node.id.node_id, **document}


def _flat(nodes: list[NodeDetails]) -> list[NodeDetails]:
    return [found for node in nodes for found in (node, *_flat(list(node.children)))]


def _asked(details: NodeDetails) -> bool:
    return details.node.closure.task_node_metadata.catalog_key.HasField("artifact_tag")
