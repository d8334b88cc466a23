"""Plans of dynamic tasks: what an attempt wrote in place of outputs, compiled on a thread of its own and kept beside it.

Reference: engine.md, 1.11. The compiled plan stays in storage, and rows keep its URI: it may have ten thousand nodes.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import NamedTuple

from google.protobuf.message import DecodeError

from glidepath.admin.errands import Errands
from glidepath.admin.errors import AdminError, NotFound
from glidepath.admin.live import Key, Live
from glidepath.admin.loading import Loader
from glidepath.compiler import CompilationError
from glidepath.compiler.dynamic import dynamic_closure, dynamic_requirements
from glidepath.engine.events import AttemptExpanded, AttemptFailed
from glidepath.errors import FlyteDataNotFoundException
from glidepath.idl import core, paths
from glidepath.idl.ids import generated_name
from glidepath.storage.protocol import Storage

_REGISTER_IT = (
    "try: a run registers what the bodies of workflows call, and cannot see what a dynamic task will call; name it in"
    " @dynamic(node_dependency_hints=[...]), or register the whole file (pyflyte register)"
)


class Planned(NamedTuple):
    """An attempt ended well and left a plan of more nodes in ``futures.pb``."""

    uid: str
    attempt: int
    at: datetime
    task: core.TaskTemplate
    output_prefix: str
    """URI of the folder that has the plan."""
    logs: tuple[core.TaskLog, ...] = ()
    deck_uri: str = ""


Outcome = AttemptExpanded | AttemptFailed


class Expander:
    """Compiles plans; ``tell`` takes what the engine must hear, from any thread."""

    def __init__(self, loader: Loader, storage: Storage, errands: Errands, tell: Callable[[Key, Outcome], None]) -> None:
        self._loader = loader
        self._storage = storage
        self._errands = errands
        self._tell = tell

    def expand(self, live: Live, planned: Planned) -> None:
        """Compile what an attempt planned; the engine hears of a compiled plan, or of a failed attempt."""
        node = live.state.nodes.get(planned.uid)
        if node is None:
            return
        identifier = core.Identifier(
            resource_type=core.ResourceType.WORKFLOW,
            project=planned.task.id.project,
            domain=planned.task.id.domain,
            name=f"dynamic_{node.node_id}",
            version=generated_name(live.state.id.name, planned.uid, planned.attempt),
        )

        def work() -> None:
            self._tell(live.key, self._expanded(identifier, planned))

        def refused(error: Exception) -> None:
            unreadable = isinstance(error, (DecodeError, FlyteDataNotFoundException))
            self._tell(live.key, _unreadable(planned, error) if unreadable else _not_buildable(planned, error))

        self._errands.do(f"compile the plan of node {planned.uid} of {live.state.id.name}", work, refused)

    def _expanded(self, identifier: core.Identifier, planned: Planned) -> Outcome:
        job_uri = paths.join(planned.output_prefix, paths.FUTURES)
        job = core.DynamicJobSpec.FromString(self._storage.get(job_uri))
        try:
            closure = self._compile(identifier, planned.task, job)
        except (CompilationError, AdminError) as error:
            return _not_buildable(planned, error)
        uri = paths.join(planned.output_prefix, paths.COMPILED_FUTURES)
        self._storage.put(uri, closure.SerializeToString(deterministic=True))
        return AttemptExpanded(planned.uid, planned.attempt, planned.at, closure, uri, job_uri, planned.logs, planned.deck_uri)

    def _compile(
        self, identifier: core.Identifier, task: core.TaskTemplate, job: core.DynamicJobSpec
    ) -> core.CompiledWorkflowClosure:
        """The plan with what it refers to and does not hold itself. Raises CompilationError and NotFound."""
        needed = dynamic_requirements(job)
        tasks, plans = self._loader.definitions(needed.tasks, needed.launch_plans)
        return dynamic_closure(job, identifier, task, plans, tasks)


def _not_buildable(planned: Planned, error: Exception) -> AttemptFailed:
    text = error.message if isinstance(error, AdminError) else str(error)
    if isinstance(error, NotFound):
        text = f"{text}\n{_REGISTER_IT}"
    message = f"the plan that the dynamic task [{planned.task.id.name}] returned cannot be built:\n{text}"
    return _failed(planned, "DynamicWorkflowBuildFailed", message, core.ExecutionError.USER, recoverable=False)


def _unreadable(planned: Planned, error: Exception) -> AttemptFailed:
    message = f"the plan that the dynamic task [{planned.task.id.name}] returned cannot be read: {error}"
    return _failed(planned, "FuturesUnreadable", message, core.ExecutionError.SYSTEM, recoverable=True)


def _failed(
    planned: Planned, code: str, message: str, kind: core.ExecutionError.ErrorKind, *, recoverable: bool
) -> AttemptFailed:
    error = core.ExecutionError(code=code, message=message, kind=kind)
    return AttemptFailed(planned.uid, planned.attempt, planned.at, error, recoverable, planned.logs, planned.deck_uri)
