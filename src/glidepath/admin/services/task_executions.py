"""Task executions (attempts), read. They are written by the orchestrator's journal, or by events of an engine outside."""

from collections.abc import Collection

from sqlalchemy import Connection, select

from glidepath.admin.errors import missing_entity
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.array_items import add_items
from glidepath.admin.services.context import Context
from glidepath.admin.services.listing import ListOf, read_list
from glidepath.admin.store.entities import TASK_EXECUTION
from glidepath.admin.store.rows import TASK_COLUMNS, is_attempt, is_node, task_from
from glidepath.admin.store.schema import node_executions, task_executions
from glidepath.admin.validation import require, require_node_execution, require_task_execution
from glidepath.idl import admin, core

_LIST = ListOf("ListTaskExecutions", TASK_EXECUTION, TASK_COLUMNS)


class TaskExecutions:
    """GetTaskExecution, ListTaskExecutions."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"GetTaskExecution": self.get, "ListTaskExecutions": self.list}

    def get(self, request: admin.TaskExecutionGetRequest, call: Call) -> admin.TaskExecution:
        """One attempt."""
        require_task_execution(request.id)
        with self._context.store.read() as connection:
            found = load_task_execution(connection, request.id)
            add_items(connection, found)
        return found

    def list(self, request: admin.TaskExecutionListRequest, call: Call) -> admin.TaskExecutionList:
        """The attempts of a node."""
        require(request.HasField("node_execution_id"), "node_execution_id")
        require_node_execution(request.node_execution_id)
        page = read_list(self._context, _LIST, is_node(task_executions, request.node_execution_id), request)
        found = [task_from(row) for row in page.rows]
        if found:
            self._complete(request.node_execution_id, found)
        return admin.TaskExecutionList(task_executions=found, token=page.token)

    def _complete(self, node: core.NodeExecutionIdentifier, found: Collection[admin.TaskExecution]) -> None:
        """An attempt that launched nodes of its own says so; one that stands for an array's items has them."""
        query = (
            select(task_executions.c.retry_attempt)
            .where(*is_node(task_executions, node))
            .where(task_executions.c.id.in_(select(node_executions.c.parent_task_execution_id)))
        )
        with self._context.store.read() as connection:
            parents = set(connection.execute(query).scalars())
            for task in found:
                add_items(connection, task)
        for task in found:
            task.is_parent = task.id.retry_attempt in parents


def load_task_execution(connection: Connection, identifier: core.TaskExecutionIdentifier) -> admin.TaskExecution:
    """One attempt. Raises NotFound, also when the attempt is another task's."""
    attempt = is_attempt(identifier.node_execution_id, identifier.retry_attempt)
    row = connection.execute(select(*TASK_COLUMNS).where(*attempt)).one_or_none()
    if row is None or task_from(row).id.task_id.name != identifier.task_id.name:
        raise missing_entity("task execution", identifier)
    return task_from(row)
