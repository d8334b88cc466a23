"""What a terminal shows of a running execution, and the exit code when it has ended."""

from __future__ import annotations

import sys
import time
from dataclasses import dataclass, field
from datetime import datetime, timezone

import click

from glidepath.idl import admin, core
from glidepath.remote import waiting
from glidepath.remote.executions import FlyteWorkflowExecution
from glidepath.remote.handle import FlyteRemote
from glidepath.remote.reading import read_tree

FAILED_EXECUTION = 255
_REFRESH = 0.5
_COLOURS = {"SUCCEEDED": "green", "FAILED": "red", "ABORTED": "red", "TIMED_OUT": "red", "RUNNING": "blue"}


@dataclass
class NodeProgress:
    """Prints a line for each node that starts, ends or fails, as it is seen; the clock comes in so that tests need none."""

    remote: FlyteRemote
    seen: dict[str, int] = field(default_factory=dict)
    asked: float = 0.0

    def __call__(self, execution: admin.Execution) -> None:
        now = time.monotonic()
        if execution.closure.phase == core.WorkflowExecution.RUNNING and now - self.asked < _REFRESH:
            return
        self.asked = now
        for node in self.remote.client.node_executions(execution.id):
            if node.metadata.spec_node_id == "start-node" or node.id.node_id == "start-node":
                continue
            if self.seen.get(node.id.node_id) != node.closure.phase:
                self.seen[node.id.node_id] = node.closure.phase
                click.echo(line(node), err=True)


def line(node: admin.NodeExecution) -> str:
    """``  n0  SUCCEEDED  1.2 s``"""
    phase = core.NodeExecution.Phase.Name(node.closure.phase)
    seconds = node.closure.duration.seconds + node.closure.duration.nanos / 1e9
    took = f"  {seconds:.1f} s" if seconds else ""
    return f"  {node.id.node_id:<12} {click.style(phase, fg=_COLOURS.get(phase))}{took}"


def wait_for(remote: FlyteRemote, execution: FlyteWorkflowExecution, interval: float | None) -> int:
    """Wait for the end of an execution and say how it went; returns the exit code: 0, or 255 when it did not succeed."""
    on_poll = NodeProgress(remote) if sys.stderr.isatty() else None
    message = waiting.until_done(lambda: remote.execution_message(execution.id), interval=interval, on_poll=on_poll)
    execution.update(message)
    if execution.is_successful:
        click.secho(f"Execution {execution.id.name} succeeded after {_seconds(execution):.1f} s", fg="green", err=True)
        return 0
    click.secho(f"Execution {execution.id.name} {execution.phase}", fg="red", bold=True)
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
            found = attempt.error
            if found and not any(found.message.strip() in text for text in texts):
                texts.append(f"node {node.id.node_id}, attempt {attempt.id.retry_attempt + 1}: {found.message}")
    return texts


def _seconds(execution: FlyteWorkflowExecution) -> float:
    closure = execution.closure
    if closure.HasField("duration"):
        return closure.duration.seconds + closure.duration.nanos / 1e9
    started = closure.created_at.ToDatetime(tzinfo=timezone.utc)
    return (datetime.now(timezone.utc) - started).total_seconds()
