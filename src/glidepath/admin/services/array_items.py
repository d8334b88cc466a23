"""The items of an array as clients see them: external resources of the one task execution that stands for all.

They are made from the rows of items when somebody asks, since a record of a hundred thousand of them cannot be rewritten with
each change. Reference: engine.md, 1.12.
"""

from typing import Any

from sqlalchemy import Connection, case, func, select

from glidepath.admin.store.rows import is_node
from glidepath.admin.store.schema import array_items, node_executions
from glidepath.engine.items import item_id
from glidepath.engine.rendering import ARRAY_PLUGIN
from glidepath.idl import admin, core, event
from glidepath.idl.ids import generated_name, unique_node_id

MOST_ITEMS = 5000
"""Items in one response: about a megabyte, a quarter of what gRPC clients take by default."""

_MESSAGE_LENGTH = 200
_SUCCEEDED = core.TaskExecution.SUCCEEDED


def add_items(connection: Connection, task: admin.TaskExecution) -> None:
    """Add the external resources of an array's task execution, by index; nothing to any other.

    Of more than :data:`MOST_ITEMS`, those that did not succeed come first, then the others; ``custom_info`` counts them all.
    """
    if task.closure.metadata.plugin_identifier != ARRAY_PLUGIN:
        return
    node = task.id.node_execution_id
    query = select(node_executions.c.id).where(*is_node(node_executions, node))
    row_id = connection.execute(query).scalar_one()
    here = array_items.c.node_execution_id == row_id
    by_phase = select(array_items.c.phase, func.count()).where(here).group_by(array_items.c.phase)
    counts = {row[0]: row[1] for row in connection.execute(by_phase)}
    if not counts:
        return
    names = ("item", "phase", "retry_attempt", "cache_status", "launched", "message", "resources")
    found = connection.execute(
        select(*(array_items.c[name] for name in names))
        .where(here)
        .order_by(case((array_items.c.phase == _SUCCEEDED, 1), else_=0), array_items.c.item)
        .limit(MOST_ITEMS)
    )
    for row in sorted(found, key=lambda row: row.item):
        task.closure.metadata.external_resources.extend(_resources(node, row))
    for phase, count in counts.items():
        task.closure.custom_info[core.TaskExecution.Phase.Name(phase).lower()] = count


def _resources(node: core.NodeExecutionIdentifier, row: Any) -> list[event.ExternalResourceInfo]:
    """The attempts of one item, the last one as its row has it."""
    noted = event.TaskExecutionMetadata.FromString(row.resources or b"").external_resources
    known = {resource.retry_attempt: resource for resource in noted}
    last = known.setdefault(row.retry_attempt, event.ExternalResourceInfo(index=row.item, retry_attempt=row.retry_attempt))
    uid = unique_node_id(node.node_id, 0, item_id(row.item))
    last.external_id = generated_name(node.execution_id.name, uid, row.retry_attempt)
    last.phase = row.phase
    last.cache_status = row.cache_status
    if row.message:
        last.custom_info["error"] = row.message[:_MESSAGE_LENGTH]
    if row.launched:
        child = last.workflow_node_metadata.execution_id
        child.project, child.domain = node.execution_id.project, node.execution_id.domain
        child.name = row.launched
    return [known[attempt] for attempt in sorted(known)]
