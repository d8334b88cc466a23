"""Child executions of those that run here: launched, ended and heard of, on threads of their own."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Protocol

from glidepath.admin.errands import Errands
from glidepath.admin.happenings import ChildOver
from glidepath.admin.live import Key, Live, key_of
from glidepath.admin.loading import ChildEnd, Loader
from glidepath.engine.commands import StartChild
from glidepath.engine.state import LIVE_PHASES
from glidepath.idl import core

log = logging.getLogger(__name__)

_THREADS = 4


class Children(Protocol):
    """How child executions are launched and ended: the execution service."""

    def launch_child(self, parent: Live, command: StartChild) -> None:
        """Create the child unless it exists. Raises what explains why it cannot be."""
        ...

    def terminate_child(self, child: core.WorkflowExecutionIdentifier, principal: str, reason: str) -> None:
        """Ask the child to end; one that has ended stays as it is."""
        ...


class Offspring:
    """Carries out what executions want of their children; ``tell`` takes what their parents must hear, from any thread."""

    def __init__(self, children: Children, loader: Loader, tell: Callable[[Key, ChildOver], None]) -> None:
        self._children = children
        self._loader = loader
        self._tell = tell
        self._errands = Errands("children", _THREADS)

    def close(self) -> None:
        """Stop; what has not been carried out is asked for again by the next server."""
        self._errands.close()

    def launch(self, parent: Live, command: StartChild) -> None:
        """Launch a child, or find the one that an earlier try launched, which may have ended since."""

        def launch() -> None:
            self._children.launch_child(parent, command)
            end = self._loader.ended_child(child_id(parent, command.name))
            if end is not None:
                self._tell(parent.key, ChildOver(command.uid, end, command.name))

        def refused(error: Exception) -> None:
            log.info("child %s was refused: %s", command.name, error)
            refusal = core.ExecutionError(code="ChildLaunchFailed", message=str(error), kind=core.ExecutionError.USER)
            self._tell(parent.key, ChildOver(command.uid, ChildEnd(core.WorkflowExecution.FAILED, error=refusal), command.name))

        self._errands.do(f"launch child {command.name}", launch, refused)

    def end(self, parent: Live, name: str, reason: str) -> None:
        """End a child."""
        self._end(child_id(parent, name), parent.spec.metadata.principal, reason)

    def end_orphan(self, live: Live) -> None:
        """End an execution whose parent's node ended just before it began, or just before a server died."""
        parent = live.spec.metadata.parent_node_execution
        where = f"{parent.execution_id.project}:{parent.execution_id.domain}:{parent.execution_id.name}"
        reason = f"node [{parent.node_id}] of the parent execution id [{where}] has ended"
        self._end(live.state.id, live.spec.metadata.principal, reason)

    def end_launched_by(self, live: Live, uid: str) -> None:
        """End what the attempts of an eager node launched and left running."""
        node = core.NodeExecutionIdentifier(node_id=uid, execution_id=live.state.id)
        principal, reason = live.spec.metadata.principal, f"eager node [{uid}] of execution [{live.state.id.name}] has ended"

        def work() -> None:
            for child in self._loader.live_children(node):
                self._children.terminate_child(child, principal, reason)

        self._errands.do(f"end the children of {uid}", work)

    def abandon(self, live: Live, reason: str) -> None:
        """End all that runs for an execution that cannot go on."""
        for node in live.state.nodes.values():
            if node.launched and node.phase in LIVE_PHASES:
                self.end(live, node.launched, reason)
        for uid in live.eager:
            self.end_launched_by(live, uid)

    def tell_parent(self, execution: core.WorkflowExecutionIdentifier) -> None:
        """Let the parent of an execution, if it has one, know its end as the store has it."""

        def work() -> None:
            parent = self._loader.parent_of(execution)
            end = self._loader.ended_child(execution) if parent is not None else None
            if parent is not None and end is not None:
                self._tell(key_of(parent.execution_id), ChildOver(parent.node_id, end, execution.name))

        self._errands.do(f"tell the parent of {execution.name}", work)

    def _end(self, child: core.WorkflowExecutionIdentifier, principal: str, reason: str) -> None:
        self._errands.do(f"end child {child.name}", lambda: self._children.terminate_child(child, principal, reason))


def child_id(parent: Live, name: str) -> core.WorkflowExecutionIdentifier:
    """The id of a child: it lives beside its parent."""
    return core.WorkflowExecutionIdentifier(project=parent.state.id.project, domain=parent.state.id.domain, name=name)
