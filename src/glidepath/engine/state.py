"""What an execution is at one moment: immutable rows, and the mapping of them that a step reads.

The store persists :class:`NodeState` rows and :class:`ExecutionState`'s phase; the counters of unfinished upstreams and live
nodes follow from the rows and are counted again by :func:`glidepath.engine.resume.load`.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import NamedTuple, Protocol

from glidepath.engine.items import Items
from glidepath.engine.plan import Graph, GraphNode, Plan
from glidepath.idl import core, paths
from glidepath.idl.ids import START_NODE_ID, unique_node_id

ROOT = ""
"""The scope of top-level nodes: no parent."""

LIVE_PHASES = frozenset({core.NodeExecution.QUEUED, core.NodeExecution.RUNNING, core.NodeExecution.DYNAMIC_RUNNING})
COUNTED_PHASES = frozenset({core.NodeExecution.QUEUED, core.NodeExecution.RUNNING})
"""In which a task or a launch plan takes a place of ``max_parallelism``; the nodes of a dynamic one take their own."""
FAILED_PHASES = frozenset({core.NodeExecution.FAILED, core.NodeExecution.TIMED_OUT})
BLOCKING_PHASES = FAILED_PHASES | {core.NodeExecution.SKIPPED}


class NodeState(NamedTuple):
    """One node of one execution. ``phase`` is UNDEFINED until the node is queued."""

    uid: str
    """Unique in the execution: ``n0``, ``n0-0-n1`` (reference: engine.md, 1.15)."""
    node_id: str
    """The id in the node's own graph."""
    scope: str
    """``uid`` of the node whose graph this one belongs to; empty at the top."""
    waiting: int
    """Upstream nodes that have not ended yet."""
    phase: core.NodeExecution.Phase = core.NodeExecution.UNDEFINED
    blocked: bool = False
    """Some upstream failed, timed out or was skipped: this node will be skipped."""
    attempt: int = 0
    """The retry attempt that runs or ran last, from zero."""
    system_failures: int = 0
    """How many of the failed attempts were nobody's fault but the platform's."""
    task_phase: core.TaskExecution.Phase = core.TaskExecution.UNDEFINED
    task_phase_version: int = 0
    queued_at: datetime | None = None
    attempt_started_at: datetime | None = None
    output_uri: str = ""
    data_dir: str = ""
    """URI of the folder of its inputs, set when the node begins."""
    launched: str = ""
    """Name of the execution that a launch-plan node started."""
    error: core.ExecutionError | None = None
    failed_node: str = ""
    """Of a node that failed because one inside it did: the ``uid`` of the innermost."""
    ended_at: datetime | None = None
    """Set for nodes that failed or timed out."""
    not_before: datetime | None = None
    """When the next attempt may begin, while the node waits for it."""
    closure_uri: str = ""
    """Where the compiled plan of a dynamic node lies."""
    job_spec_uri: str = ""
    cache_status: core.CatalogCacheStatus = core.CatalogCacheStatus.CACHE_DISABLED
    cache_key: core.CatalogMetadata | None = None
    reservation: core.CatalogReservation.Status = core.CatalogReservation.RESERVATION_DISABLED
    items: int = 0
    """How many an array has."""

    @property
    def input_uri(self) -> str:
        return f"{self.data_dir}/{paths.INPUTS}"

    @property
    def output_dir(self) -> str:
        """Where the attempt that runs, or ran last, leaves outputs, error and deck."""
        return paths.node_output_dir(self.data_dir, self.attempt)

    @property
    def expected_output_uri(self) -> str:
        return f"{self.output_dir}/{paths.OUTPUTS}"


GRAPH, ARM, ITEMS = "graph", "arm", "items"


class Scope(NamedTuple):
    """A graph in progress: the execution itself (``uid`` empty) or what is inside one of its nodes."""

    uid: str
    graph: Graph
    plan: Plan
    """Where sub-workflows of the graph are found; a dynamic node brings its own."""
    outer: str = ""
    """``uid`` of the scope of the node that owns this one."""
    kind: str = GRAPH
    """GRAPH: a workflow, from start to end node. ARM: the one node that a branch chose. ITEMS: the items of an array."""
    attempt: int = 0
    """The attempt of the node that owns the scope."""
    data_dir: str = ""
    """Where the files of the nodes in it lie."""
    input_uri: str = ""
    """Where the graph's inputs lie."""
    live: int = 0
    """Nodes that are ready, queued or running."""
    failed: tuple[str, ...] = ()
    """``uid`` of each node that failed or timed out, first to last."""
    handling: core.ExecutionError | None = None
    """Why the graph has failed, while its failure node runs."""
    dynamic: bool = False
    """Whether a dynamic task made this graph, or one around it."""

    def uid_of(self, node_id: str) -> str:
        """The ``uid`` of a node of this graph; an empty id is the start node's."""
        return unique_node_id(self.uid, self.attempt, node_id or START_NODE_ID)


class Settings(NamedTuple):
    """What an execution was launched with, as far as the engine acts on it."""

    metadata_dir: str
    """URI of the folder of inputs, outputs and errors."""
    raw_output_base: str
    max_parallelism: int = 0
    """How many task and launch-plan nodes run at once; 0 is no limit."""
    interruptible: bool | None = None
    system_retries: int = 3
    default_attempts: int = 1
    overwrite_cache: bool = False
    begins: int = 200
    """How many tasks and launch plans one step begins at most, so that a wide graph lets others have their turn."""


class RecoveredNode(NamedTuple):
    """What an earlier execution, from which this one recovers, left of a node."""

    outputs: core.LiteralMap | None = None
    """Of a node that succeeded: it need not run again."""
    closure: core.CompiledWorkflowClosure | None = None
    """Of a dynamic node: the plan that its attempt wrote. Without ``outputs``, its nodes go on from there."""
    closure_uri: str = ""
    job_spec_uri: str = ""
    attempt: int = 0
    """The attempt that wrote the plan, since the ids of its nodes hold that number."""
    items: Mapping[int, core.LiteralMap] = {}
    """Outputs of an array's items that succeeded, by index."""
    launched: str = ""
    """The execution that a launch-plan node had started."""
    cache_status: core.CatalogCacheStatus = core.CatalogCacheStatus.CACHE_DISABLED
    cache_key: core.CatalogMetadata | None = None


class Recovery(Protocol):
    """The execution from which another one recovers, as its driver knows it."""

    def find(self, uid: str, node: GraphNode, inputs: core.LiteralMap) -> RecoveredNode | None:
        """What may be taken over for a node that is about to begin with these inputs; None to run it."""
        ...

    def checkpoint(self, uid: str) -> str:
        """Where the last attempt of a node that did not succeed kept its checkpoint; empty where none was."""
        ...


@dataclass
class ExecutionState:
    """Everything one step needs. Only :meth:`apply` changes it, after the step's transition is safe in the store."""

    id: core.WorkflowExecutionIdentifier
    plan: Plan
    settings: Settings
    values: Mapping[str, core.LiteralMap]
    """Outputs of ended nodes by ``uid``; the driver decides where they live and loads them when asked."""
    phase: core.WorkflowExecution.Phase = core.WorkflowExecution.UNDEFINED
    nodes: dict[str, NodeState] = field(default_factory=dict)
    scopes: dict[str, Scope] = field(default_factory=dict)
    running: int = 0
    """Nodes that count against ``max_parallelism`` now."""
    backlog: OrderedDict[str, None] = field(default_factory=OrderedDict)
    """What waits for a free place, oldest first: ready nodes by ``uid``, and arrays that could begin more items."""
    arrays: dict[str, Items] = field(default_factory=dict)
    """The items of each array that runs, by its ``uid``."""
    recovery: Recovery | None = None

    def output_uri(self, uid: str) -> str | None:
        """Where the outputs of an ended node lie; empty for one without outputs, None for one that is not known."""
        node = self.nodes.get(uid)
        if node is not None:
            return node.output_uri
        return next((items.stored[uid][1] for items in self.arrays.values() if uid in items.stored), None)
