"""What an execution takes over from the one that it recovers from.

With the same workflow version and the same inputs, every node that succeeded is taken over, as FlyteAdmin does (reference:
engine.md, 1.14). With new code or new inputs a node is taken over only where its result must still be right: it does the same
work by kind, name and interface, and it got the same inputs. Sub-workflows and branches are then judged node by node, a
dynamic task that has not succeeded makes its plan anew, and a launch plan of another version runs again, recovering from its
earlier execution. ``from_node`` and what depends on it run again in any case.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import NamedTuple

from glidepath.admin.past import Graphs, Past
from glidepath.engine.plan import ARRAY, BRANCH, GATE, LAUNCH_PLAN, SUB_WORKFLOW, TASK, GraphNode, Plan
from glidepath.engine.state import NodeState, RecoveredNode
from glidepath.errors import FlyteDataNotFoundException
from glidepath.idl import core, paths
from glidepath.idl.ids import generated_name
from glidepath.storage.protocol import Storage

FROM_NODE = "glidepath.io/from-node"
"""The annotation of an execution that names the node which it runs again, by unique id."""

_SUCCEEDED = frozenset({core.NodeExecution.SUCCEEDED, core.NodeExecution.RECOVERED})
_OPENED = frozenset({SUB_WORKFLOW, BRANCH})


class Source(NamedTuple):
    """The execution that another one recovers from."""

    past: Past
    plan: Plan
    raw_output_base: str
    same_code: bool
    """Both run the same version of the same workflow."""
    same_inputs: bool
    from_node: str = ""
    """Unique id of the node that runs again, with all that depends on it; empty for none."""


class SourceRecovery:
    """Looks nodes up in the execution of the past (:class:`glidepath.engine.state.Recovery`).

    ``plan`` is that of the execution which recovers; ``plan_of`` gives a dynamic node's by its URI.
    """

    def __init__(self, source: Source, plan: Plan, storage: Storage, plan_of: Callable[[str], Plan]) -> None:
        self._source = source
        self._storage = storage
        self._plan_of = plan_of
        self._graphs = Graphs(source.plan, source.past.owner, plan_of)
        self._opened: set[str] = set()
        self._again: set[str] = set()
        if source.from_node:
            self._choose(source.from_node, Graphs(plan, source.past.owner, plan_of))

    def find(self, uid: str, node: GraphNode, inputs: core.LiteralMap) -> RecoveredNode | None:
        """What may be taken over for a node that is about to begin with these inputs; None to run it."""
        row = self._usable(uid)
        if row is None or not self._does_the_same(row, node):
            return None
        given = None if self._trusts else self._inputs_of(row)
        fits = self._trusts or given == inputs
        if row.phase in _SUCCEEDED and uid not in self._opened and (self._trusts or node.kind not in _OPENED):
            return self._result(row) if fits else None
        if node.kind == ARRAY:
            return RecoveredNode(items=self._items_of(row)) if fits else None
        if row.closure_uri:
            return self._plan_left_by(row) if fits and self._source.same_code else None
        return None

    def checkpoint(self, uid: str) -> str:
        """Where the last attempt of a node that did not succeed kept its checkpoint; empty where none fits."""
        row = self._usable(uid) if self._source.same_inputs else None
        if row is None or row.phase in _SUCCEEDED:
            return ""
        name = generated_name(self._source.past.execution.name, uid, row.attempt)
        return paths.checkpoint_prefix(paths.raw_output_prefix(self._source.raw_output_base, name))

    def child_of(self, uid: str) -> core.WorkflowExecutionIdentifier | None:
        """The execution that a launch-plan node had started, from which its new one is to recover. From any thread."""
        row = self._usable(uid)
        if row is None or not row.launched:
            return None
        parent = self._source.past.execution
        return core.WorkflowExecutionIdentifier(project=parent.project, domain=parent.domain, name=row.launched)

    @property
    def _trusts(self) -> bool:
        return self._source.same_code and self._source.same_inputs

    def _choose(self, uid: str, graphs: Graphs) -> None:
        """Mark what runs again: a node, what depends on it, and what depends on the nodes around it."""
        past = self._source.past
        row = past.node(uid)
        if row is None:
            return
        self._again.add(uid)
        for owner in (*past.around(row), None):
            self._again.update(graphs.dependents(row, owner.attempt if owner is not None else 0))
            if owner is None:
                return
            self._opened.add(owner.uid)
            row = owner

    def _usable(self, uid: str) -> NodeState | None:
        """The row of a node that is not to run again."""
        row = self._source.past.node(uid) if uid not in self._again else None
        if row is None or any(owner.uid in self._again for owner in self._source.past.around(row)):
            return None
        return row

    def _does_the_same(self, row: NodeState, node: GraphNode) -> bool:
        if self._source.same_code:
            return True
        before = self._graphs.node(row)
        return before is not None and same_work(before, node)

    def _inputs_of(self, row: NodeState) -> core.LiteralMap | None:
        return self._read(row.input_uri)

    def _result(self, row: NodeState) -> RecoveredNode | None:
        outputs = self._read(row.output_uri) if row.output_uri else core.LiteralMap()
        if outputs is None:
            return None
        return RecoveredNode(
            outputs=outputs,
            closure_uri=row.closure_uri,
            job_spec_uri=row.job_spec_uri,
            attempt=row.attempt,
            launched=row.launched,
            cache_status=row.cache_status,
            cache_key=row.cache_key,
        )

    def _items_of(self, array: NodeState) -> dict[int, core.LiteralMap]:
        """The outputs of an array's items that succeeded, by index; those whose data is gone run again."""
        found = {}
        for item, uri in self._source.past.succeeded_items(array):
            outputs = self._read(uri) if item.stored else core.LiteralMap.FromString(item.outputs)
            if outputs is not None:
                found[item.number] = outputs
        return found

    def _plan_left_by(self, row: NodeState) -> RecoveredNode | None:
        try:
            closure = self._plan_of(row.closure_uri).closure
        except FlyteDataNotFoundException:
            return None
        return RecoveredNode(closure=closure, closure_uri=row.closure_uri, job_spec_uri=row.job_spec_uri, attempt=row.attempt)

    def _read(self, uri: str) -> core.LiteralMap | None:
        """A literal map; None where its data is gone, so that its node runs again."""
        try:
            return core.LiteralMap.FromString(self._storage.get(uri))
        except FlyteDataNotFoundException:
            return None


def same_work(before: GraphNode, after: GraphNode) -> bool:
    """Whether two nodes of different versions do the same as far as their declarations tell. Versions are not compared,
    but for launch plans, whose work is an execution of its own that recovers by itself."""
    if before.kind != after.kind:
        return False
    if before.kind == TASK:
        return before.task is not None and after.task is not None and _same_task(before.task, after.task)
    if before.kind == LAUNCH_PLAN:
        return bool(before.spec.workflow_node.launchplan_ref == after.spec.workflow_node.launchplan_ref)
    if before.kind == GATE:
        return bool(before.spec.gate_node == after.spec.gate_node)
    if before.kind == ARRAY:
        return before.item is not None and after.item is not None and same_work(before.item, after.item)
    return before.kind in _OPENED


def _same_task(before: core.TaskTemplate, after: core.TaskTemplate) -> bool:
    return (
        before.id.name == after.id.name
        and _types(before.interface.inputs) == _types(after.interface.inputs)
        and _types(before.interface.outputs) == _types(after.interface.outputs)
    )


def _types(variables: core.VariableMap) -> Mapping[str, core.LiteralType]:
    return {name: variable.type for name, variable in variables.variables.items()}
