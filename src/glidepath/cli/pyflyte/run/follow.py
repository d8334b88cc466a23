"""What a terminal shows of a running execution, and the exit code when it has ended."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import click

from glidepath.idl import admin, core
from glidepath.idl.ids import END_NODE_ID, START_NODE_ID
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES
from glidepath.remote.executions import FlyteWorkflowExecution
from glidepath.remote.handle import FlyteRemote
from glidepath.remote.reading import read_tree

FAILED_EXECUTION = 255
_REFRESH = 0.5
_COLOURS = {"SUCCEEDED": "green", "FAILED": "red", "ABORTED": "red", "TIMED_OUT": "red", "RUNNING": "blue"}


@dataclass
class NodeProgress:
    """Prints a line for each node of the top level that starts or ends, as it is seen."""

    remote: FlyteRemote
    names: Callable[[], Mapping[str, str]]
    """What nodes are called, by node id; asked once, when there is a node to print."""
    _seen: dict[str, int] = field(default_factory=dict)
    _known: Mapping[str, str] | None = None
    _asked: float = -_REFRESH

    def __call__(self, execution: admin.Execution) -> None:
        now = time.monotonic()
        if execution.closure.phase not in TERMINAL_WORKFLOW_PHASES and now - self._asked < _REFRESH:
            return
        self._asked = now
        for node in self.remote.client.node_executions(execution.id):
            node_id = node.metadata.spec_node_id or node.id.node_id
            if node_id not in {START_NODE_ID, END_NODE_ID} and self._seen.get(node_id) != node.closure.phase:
                self._seen[node_id] = node.closure.phase
                if self._known is None:
                    self._known = self.names()
                click.echo(line(node_id, self._known.get(node_id, ""), node.closure), err=True)


def line(node_id: str, name: str, closure: admin.NodeExecutionClosure) -> str:
    """``  n0    load              SUCCEEDED  1.2 s``"""
    phase = core.NodeExecution.Phase.Name(closure.phase)
    seconds = closure.duration.seconds + closure.duration.nanos / 1e9
    took = f"  {seconds:.1f} s" if seconds else ""
    return f"  {node_id:<5} {name:<20} {click.style(phase, fg=_COLOURS.get(phase))}{took}"


def _names(execution: FlyteWorkflowExecution) -> dict[str, str]:
    return {node.id: node.metadata.name for node in execution.flyte_workflow.nodes}


def wait_for(remote: FlyteRemote, execution: FlyteWorkflowExecution, interval: float | None) -> int:
    """Wait for the end of an execution and say how it went; returns the exit code: 0, or 255 when it did not succeed."""
    on_poll = NodeProgress(remote, lambda: _names(execution)) if sys.stderr.isatty() else None
    try:
        message = remote.until_done(execution.id, interval=interval, on_poll=on_poll)
    except KeyboardInterrupt:
        found = execution.id
        click.echo(
            f"\nNobody waits for {found.name} any more, and it goes on."
            f" End it: flytectl delete execution {found.name} -p {found.project} -d {found.domain}",
            err=True,
        )
        raise
    execution.update(message)
    if execution.is_successful:
        click.secho(f"Execution {execution.id.name} has succeeded.", fg="green")
        return 0
    click.secho(f"Execution {execution.id.name} did not complete successfully, phase {execution.phase}", fg="red", bold=True)
    for text in failures(execution):
        click.echo(text)
    return FAILED_EXECUTION


def failures(execution: FlyteWorkflowExecution) -> list[str]:
    """Why an execution failed: its own error, then what each failed attempt says that it does not repeat."""
    error = execution.error
    texts = [error.message] if error else []
    if execution.closure.HasField("abort_metadata"):
        texts.append(f"aborted: {execution.closure.abort_metadata.cause}")
    read_tree(execution)
    for node in execution.node_executions.values():
        for attempt in node.task_executions:
            found = None if attempt.closure.phase == core.TaskExecution.ABORTED else attempt.error
            if found and not any(found.message.strip() in text for text in texts):
                texts.append(f"node {node.id.node_id}, attempt {attempt.id.retry_attempt + 1}: {found.message}")
    return texts
