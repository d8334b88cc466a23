"""An execution of the past: the rows of its nodes, and the graphs that they belong to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import NamedTuple

from sqlalchemy import select

from glidepath.admin.arrays import succeeded_items
from glidepath.admin.store import Store, rows
from glidepath.admin.store.schema import node_executions
from glidepath.engine.codec import decode
from glidepath.engine.items import EndedItem, output_uri
from glidepath.engine.plan import BRANCH, SUB_WORKFLOW, GraphNode, Plan
from glidepath.engine.state import ROOT, NodeState
from glidepath.idl import core
from glidepath.idl.ids import unique_node_id

Rows = Callable[[str], NodeState | None]
"""Given the unique id of a node, its row."""


class Past:
    """The nodes of one execution as the store has them. Rows of nodes that have others inside them are kept in memory."""

    def __init__(self, store: Store, execution: core.WorkflowExecutionIdentifier) -> None:
        self._store = store
        self.execution = execution
        self._owners: dict[str, NodeState | None] = {}

    def node(self, uid: str) -> NodeState | None:
        """The row of a node; None for one that never began, or was run by an engine outside."""
        query = select(node_executions.c.engine_state).where(
            *rows.is_execution(node_executions, self.execution), node_executions.c.node_id == uid
        )
        with self._store.read() as connection:
            data = connection.execute(query).scalar_one_or_none()
        return decode(data) if data is not None else None

    def succeeded_items(self, array: NodeState) -> Iterator[tuple[EndedItem, str]]:
        """The items of an array that succeeded, whether the array did or not, and where the outputs of each were left."""
        node = core.NodeExecutionIdentifier(node_id=array.uid, execution_id=self.execution)
        with self._store.read() as connection:
            found = succeeded_items(connection, node)
        for item in found:
            yield item, output_uri(array.output_dir, item)

    def owner(self, uid: str) -> NodeState | None:
        """The row of a node that has others inside it."""
        if uid not in self._owners:
            self._owners[uid] = self.node(uid)
        return self._owners[uid]

    def around(self, node: NodeState) -> Iterator[NodeState]:
        """The nodes that a node is inside of, innermost first."""
        while node.scope != ROOT:
            owner = self.owner(node.scope)
            if owner is None:
                return
            yield owner
            node = owner


class _Inside(NamedTuple):
    nodes: dict[str, GraphNode]
    plan: Plan


class Graphs:
    """The graphs of an execution, found from the rows of their nodes. ``plan_of`` gives a dynamic node's plan by its URI."""

    def __init__(self, plan: Plan, owner: Rows, plan_of: Callable[[str], Plan]) -> None:
        self._owner = owner
        self._plan_of = plan_of
        self._known = {ROOT: _Inside(dict(plan.primary.nodes), plan)}

    def node(self, row: NodeState) -> GraphNode | None:
        """What a row's node is in its graph."""
        return self._inside(row.scope).nodes.get(row.node_id)

    def dependents(self, row: NodeState, attempt: int) -> Iterator[str]:
        """``uid`` of each node of the same graph that depends on a node, near or far. ``attempt``: of the graph's owner."""
        nodes = self._inside(row.scope).nodes
        found, pending = {row.node_id}, [row.node_id]
        while pending:
            node = nodes.get(pending.pop())
            for below in node.downstream if node is not None else ():
                if below not in found:
                    found.add(below)
                    pending.append(below)
        return (unique_node_id(row.scope, attempt, node_id) for node_id in found - {row.node_id})

    def _inside(self, uid: str) -> _Inside:
        if uid not in self._known:
            self._known[uid] = self._look_inside(uid)
        return self._known[uid]

    def _look_inside(self, uid: str) -> _Inside:
        owner = self._owner(uid)
        if owner is None:
            return _Inside({}, self._known[ROOT].plan)
        outer = self._inside(owner.scope)
        if owner.closure_uri:
            plan = self._plan_of(owner.closure_uri)
            return _Inside(dict(plan.primary.nodes), plan)
        node = outer.nodes.get(owner.node_id)
        nodes: dict[str, GraphNode] = {}
        if node is not None and node.kind == SUB_WORKFLOW:
            nodes.update(outer.plan.sub_workflow(node.spec.workflow_node.sub_workflow_ref).nodes)
        elif node is not None and node.kind == BRANCH:
            for arm in node.arms:
                nodes.update(arm.graph.nodes)
        return _Inside(nodes, outer.plan)
