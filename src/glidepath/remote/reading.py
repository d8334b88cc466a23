"""Nodes, attempts, inputs and outputs of an execution, many requests at a time."""

from __future__ import annotations

from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor

from glidepath.clients.friendly import Client
from glidepath.idl import admin, core
from glidepath.remote.executions import (
    Data,
    FlyteNodeExecution,
    FlyteTaskExecution,
    FlyteWorkflowExecution,
    Source,
)
from glidepath.remote.scope import Scope
from glidepath.storage import Storage

_CONCURRENT_READS = 8


def read_data(
    client: Client, storage: Storage, handle: FlyteWorkflowExecution | FlyteNodeExecution | FlyteTaskExecution
) -> Data:
    """The inputs and outputs of a handle. What is too large for the answer is read from the store."""
    raw = client.raw
    answer: admin.WorkflowExecutionGetDataResponse | admin.NodeExecutionGetDataResponse | admin.TaskExecutionGetDataResponse
    if isinstance(handle, FlyteWorkflowExecution):
        answer = raw.get_execution_data(admin.WorkflowExecutionGetDataRequest(id=handle.id))
    elif isinstance(handle, FlyteNodeExecution):
        answer = raw.get_node_execution_data(admin.NodeExecutionGetDataRequest(id=handle.id))
    else:
        answer = raw.get_task_execution_data(admin.TaskExecutionGetDataRequest(id=handle.id))
    return Data(
        _whole(answer.full_inputs, answer.inputs, storage),
        _whole(answer.full_outputs, answer.outputs, storage),
    )


def _whole(literals: core.LiteralMap, blob: admin.UrlBlob, storage: Storage) -> core.LiteralMap:
    if literals.literals or not (blob.url and blob.bytes):
        return literals
    return core.LiteralMap.FromString(storage.get(blob.url))


def nodes_of(client: Client, remote: Source, execution: FlyteWorkflowExecution) -> dict[str, FlyteNodeExecution]:
    """The top-level nodes of an execution, by node id."""
    scope = Scope(lambda: execution.flyte_workflow.message.closure.compiled_workflow)
    return _by_id(remote, client.node_executions(execution.id), scope)


def children_of(client: Client, remote: Source, node: FlyteNodeExecution) -> dict[str, FlyteNodeExecution]:
    """The nodes inside a node: of a sub-workflow, branch or dynamic task, or of the execution that it started."""
    if node.closure.HasField("workflow_node_metadata"):
        child = FlyteWorkflowExecution(remote, remote.execution_message(node.closure.workflow_node_metadata.executionId))
        return nodes_of(client, remote, child)
    if not node.metadata.is_parent_node:
        return {}
    scope = Scope(lambda: _plan_of(client, node.id)) if node.metadata.is_dynamic else node.scope
    return _by_id(remote, client.node_executions(node.id.execution_id, parent=node.id.node_id), scope)


def _plan_of(client: Client, node: core.NodeExecutionIdentifier) -> core.CompiledWorkflowClosure:
    """What a dynamic task planned, compiled."""
    return client.raw.get_dynamic_node_workflow(admin.GetDynamicNodeWorkflowRequest(id=node)).compiled_workflow


def _by_id(remote: Source, messages: Iterable[admin.NodeExecution], scope: Scope) -> dict[str, FlyteNodeExecution]:
    nodes = (
        FlyteNodeExecution(remote, message, scope.inner(message.metadata.spec_node_id or message.id.node_id))
        for message in messages
    )
    return {node.metadata.spec_node_id or node.id.node_id: node for node in nodes}


def read_tree(execution: FlyteWorkflowExecution) -> None:
    """Read all nodes at every depth, and their attempts, a level at a time and side by side within a level."""
    with ThreadPoolExecutor(max_workers=_CONCURRENT_READS, thread_name_prefix="sync") as pool:
        level = list(execution.node_executions.values())
        while level:
            list(pool.map(lambda node: node.task_executions, level))
            children = pool.map(lambda node: node.subworkflow_node_executions, level)
            level = [child for found in children for child in found.values()]
