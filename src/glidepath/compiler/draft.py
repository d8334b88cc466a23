"""A workflow while it is compiled: its nodes by id, what is known of them, and the edges found so far."""

from __future__ import annotations

from collections.abc import Iterator

from glidepath.compiler.catalog import Catalog, Key, NodeInterface
from glidepath.compiler.errors import DUPLICATE_ID, ErrorCollector
from glidepath.idl import core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID, key_of


class Draft:
    """One workflow on its way to a ``CompiledWorkflow``.

    ``template`` is the message inside the result and is changed in place: start and end node come first, ids of nodes inside
    branches get their branch's id in front, upstream ids are sorted, promises name their node.
    """

    def __init__(self, source: core.WorkflowTemplate, result: core.CompiledWorkflow, catalog: Catalog) -> None:
        self.catalog = catalog
        self.errors = ErrorCollector()
        self.result = result
        self.template = result.template
        self.key: Key = key_of(source.id)
        self.nodes: dict[str, core.Node] = {}
        """The nodes at the top, ``start-node`` and ``end-node`` first."""
        self.inner: dict[str, core.Node] = {}
        """The nodes inside branches."""
        self.interfaces: dict[str, NodeInterface | None] = {}
        """By node id; ``None`` when a node is so wrong that nothing is known of it."""
        self.upstream: dict[str, set[str]] = {}
        self.downstream: dict[str, set[str]] = {}
        _copy_template(source, self.template)
        self._index()

    def _index(self) -> None:
        self.nodes = {node.id: node for node in self.template.nodes}
        for node in self.template.nodes:
            self._index_inner(node)
        if self.template.HasField("failure_node"):
            self._index_inner(self.template.failure_node)

    def _index_inner(self, top: core.Node) -> None:
        pending = [top]
        while pending:
            node = pending.pop()
            if node.upstream_node_ids:
                node.upstream_node_ids[:] = sorted(node.upstream_node_ids)
            if node.HasField("array_node"):
                pending.append(node.array_node.node)
            for child in branch_children(node):
                child.id = f"{node.id}-{child.id}"
                if child.id in self.nodes or child.id in self.inner:
                    self.errors.add(DUPLICATE_ID, child.id)
                self.inner[child.id] = child
                pending.append(child)

    @property
    def failure_node(self) -> core.Node | None:
        """The node that runs when the workflow fails, if it has one."""
        return self.template.failure_node if self.template.HasField("failure_node") else None

    def all_nodes(self) -> Iterator[core.Node]:
        """Nodes at the top, inside branches, and the failure node."""
        yield from self.nodes.values()
        yield from self.inner.values()
        if self.failure_node is not None:
            yield self.failure_node


def branch_children(node: core.Node) -> Iterator[core.Node]:
    """The nodes directly inside a branch node: case, others, else. None for other kinds of node."""
    if not node.HasField("branch_node"):
        return
    block = node.branch_node.if_else
    for case in branch_cases(node):
        if case.HasField("then_node"):
            yield case.then_node
    if block.HasField("else_node"):
        yield block.else_node


def branch_cases(node: core.Node) -> Iterator[core.IfBlock]:
    """The cases of a branch node in their order."""
    block = node.branch_node.if_else
    if block.HasField("case"):
        yield block.case
    yield from block.other


def _copy_template(source: core.WorkflowTemplate, target: core.WorkflowTemplate) -> None:
    """Copy all but the nodes, then the nodes behind a start and an end node; a repeated id counts once, as in stock."""
    for field in source.DESCRIPTOR.fields:
        if field.name == "nodes":
            continue
        if field.name == "outputs":
            target.outputs.extend(source.outputs)
        elif source.HasField(field.name):
            getattr(target, field.name).CopyFrom(getattr(source, field.name))
    seen = {START_NODE_ID, END_NODE_ID}
    target.nodes.add(id=START_NODE_ID)
    target.nodes.add(id=END_NODE_ID)
    for node in source.nodes:
        if node.id not in seen:
            seen.add(node.id)
            target.nodes.append(node)
