"""All nodes of an execution with their attempts, inputs and outputs; asked side by side, level by level."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from glidepath.cli.output import document_of
from glidepath.errors import FlyteEntityNotExistException
from glidepath.idl import admin, core

if TYPE_CHECKING:
    from glidepath.clients.friendly import Client

_JOBS = 16


@dataclass(frozen=True)
class NodeDetails:
    """A node with what is below it."""

    node: admin.NodeExecution
    children: tuple[NodeDetails, ...]
    attempts: tuple[admin.TaskExecution, ...]
    inputs: core.LiteralMap
    outputs: core.LiteralMap
    launched: tuple[admin.Execution, ...] = ()
    """The executions that an eager node launched."""

    def document(self) -> dict[str, Any]:
        """The node as JSON, under stock's keys."""
        document: dict[str, Any] = {"node_exec": document_of(self.node)}
        if self.children:
            document["child_nodes"] = [child.document() for child in self.children]
        if self.attempts:
            document["task_execs"] = [document_of(attempt) for attempt in self.attempts]
        if self.launched:
            document["eager_executions"] = [document_of(execution) for execution in self.launched]
        for key, literals in (("inputs", self.inputs), ("outputs", self.outputs)):
            if literals.literals:
                document[key] = document_of(literals)
        return document


def nodes_of(client: Client, execution: core.WorkflowExecutionIdentifier, node_id: str = "") -> list[NodeDetails]:
    """The nodes of an execution, top level first, children inside; with ``node_id`` only that node, wherever it is.

    Raises FlyteEntityNotExistException when there is no such node.
    """
    with ThreadPoolExecutor(_JOBS, thread_name_prefix="nodes") as pool:
        nodes = _level(client, pool, execution, [""])[0]
    if not node_id:
        return nodes
    found = [node for node in _all(nodes) if node_id in (node.node.id.node_id, node.node.metadata.spec_node_id)]
    if not found:
        raise FlyteEntityNotExistException(
            f"the execution has no node {node_id}",
            where=execution.name,
            hint="flytectl get execution NAME --details lists them",
        )
    return found[:1]


def _all(nodes: list[NodeDetails]) -> list[NodeDetails]:
    return [found for node in nodes for found in (node, *_all(list(node.children)))]


def _has_attempts(node: admin.NodeExecution) -> bool:
    """A dynamic task has both: the attempt that made its plan, and the nodes of the plan."""
    return not node.metadata.is_parent_node or node.metadata.is_dynamic


def _level(
    client: Client, pool: ThreadPoolExecutor, execution: core.WorkflowExecutionIdentifier, parents: list[str]
) -> list[list[NodeDetails]]:
    """The children of each parent. The pool is only given calls that end by themselves, so that it cannot block on itself."""
    lists = list(pool.map(lambda parent: list(client.node_executions(execution, parent)), parents))
    nodes = [node for found in lists for node in found]
    data = pool.map(lambda node: client.raw.get_node_execution_data(admin.NodeExecutionGetDataRequest(id=node.id)), nodes)
    attempts = pool.map(lambda node: list(client.task_executions(node.id)) if _has_attempts(node) else [], nodes)
    launched = pool.map(lambda node: _launched(client, node) if node.metadata.is_eager else (), nodes)
    deeper = [node.id.node_id for node in nodes if node.metadata.is_parent_node]
    below = dict(zip(deeper, _level(client, pool, execution, deeper), strict=True)) if deeper else {}
    details = {
        node.id.node_id: NodeDetails(
            node, tuple(below.get(node.id.node_id, ())), tuple(tried), found.full_inputs, found.full_outputs, started
        )
        for node, tried, found, started in zip(nodes, attempts, data, launched, strict=True)
    }
    return [[details[node.id.node_id] for node in found] for found in lists]


def _launched(client: Client, node: admin.NodeExecution) -> tuple[admin.Execution, ...]:
    """What an eager node launched. Control planes that know labels only cannot tell the nodes of one execution apart."""
    found = client.launched_by(node.id.execution_id)
    return tuple(each for each in found if each.spec.metadata.parent_node_execution.node_id in ("", node.id.node_id))
