"""Node executions, read. They are written by the orchestrator's journal, or by events of an engine outside."""

from sqlalchemy import Connection, select

from glidepath.admin.errors import missing_entity
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.listing import ListOf, read_list
from glidepath.admin.store.entities import NODE_EXECUTION
from glidepath.admin.store.rows import NODE_COLUMNS, is_attempt, is_execution, is_node, node_from
from glidepath.admin.store.schema import node_executions, task_executions
from glidepath.admin.validation import require, require_execution, require_node_execution, require_task_execution
from glidepath.idl import admin, core

_LIST = ListOf("ListNodeExecutions", NODE_EXECUTION, NODE_COLUMNS)
_LIST_FOR_TASK = ListOf("ListNodeExecutionsForTask", NODE_EXECUTION, NODE_COLUMNS)


class NodeExecutions:
    """GetNodeExecution, ListNodeExecutions, ListNodeExecutionsForTask."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {
            "GetNodeExecution": self.get,
            "ListNodeExecutions": self.list,
            "ListNodeExecutionsForTask": self.list_for_task,
        }

    def get(self, request: admin.NodeExecutionGetRequest, call: Call) -> admin.NodeExecution:
        """One node execution, by its unique node id."""
        require_node_execution(request.id)
        with self._context.store.read() as connection:
            return load_node(connection, request.id)

    def list(self, request: admin.NodeExecutionListRequest, call: Call) -> admin.NodeExecutionList:
        """The nodes at the top of an execution, or those inside the node ``unique_parent_id``."""
        require(request.HasField("workflow_execution_id"), "execution")
        require_execution(request.workflow_execution_id)
        parent = node_executions.c.parent_id
        children = parent == request.unique_parent_id if request.unique_parent_id else parent.is_(None)
        scope = [*is_execution(node_executions, request.workflow_execution_id), children]
        page = read_list(self._context, _LIST, scope, request)
        return admin.NodeExecutionList(node_executions=[node_from(row) for row in page.rows], token=page.token)

    def list_for_task(self, request: admin.NodeExecutionForTaskListRequest, call: Call) -> admin.NodeExecutionList:
        """The nodes that one attempt of a task launched itself."""
        identifier = request.task_execution_id
        require_task_execution(identifier)
        attempt = is_attempt(identifier.node_execution_id, identifier.retry_attempt)
        with self._context.store.read() as connection:
            row_id = connection.execute(select(task_executions.c.id).where(*attempt)).scalar_one_or_none()
        if row_id is None:
            raise missing_entity("task execution", identifier)
        scope = [node_executions.c.parent_task_execution_id == row_id]
        page = read_list(self._context, _LIST_FOR_TASK, scope, request)
        return admin.NodeExecutionList(node_executions=[node_from(row) for row in page.rows], token=page.token)


def load_node(connection: Connection, identifier: core.NodeExecutionIdentifier) -> admin.NodeExecution:
    """One node execution. Raises NotFound."""
    row = connection.execute(select(*NODE_COLUMNS).where(*is_node(node_executions, identifier))).one_or_none()
    if row is None:
        raise missing_entity("node execution", identifier)
    return node_from(row)
