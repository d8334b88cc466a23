"""What happened in a run, told the same way for a local run and for one of the server: phases in order, no times, no names.

Nodes are known by their path: ``n0``, ``n1-0-n0`` inside a node, ``n2/n0`` in the child execution that ``n2`` started.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from google.protobuf.message import Message

from glidepath.idl import core, event

_STARTING = (core.TaskExecution.WAITING_FOR_RESOURCES, core.TaskExecution.INITIALIZING)
"""Phases of an attempt that only an executor with queues and processes goes through. An echo does not even run there."""


@dataclass
class Story:
    """Phases by their names, in the order in which they were reported."""

    executions: dict[str, list[str]] = field(default_factory=dict)
    """By path; the empty one is the run itself."""
    nodes: dict[str, list[str]] = field(default_factory=dict)
    attempts: dict[str, list[str]] = field(default_factory=dict)
    """``0 QUEUED``, ``0 RUNNING``, …"""
    order: list[str] = field(default_factory=list)
    """The phases of all nodes, one after the other: the same in each run only where nothing runs side by side."""
    error: core.ExecutionError | None = None
    """Why the run itself failed."""

    @property
    def phase(self) -> str:
        return self.executions[""][-1]


def story_of(events: Iterable[Message], execution: str) -> Story:
    """The story of an execution and of the children that its nodes started, out of the events of many."""
    story, paths = Story(), {execution: ""}
    for message in events:
        if isinstance(message, event.WorkflowExecutionEvent) and message.execution_id.name in paths:
            path = paths[message.execution_id.name]
            story.executions.setdefault(path, []).append(core.WorkflowExecution.Phase.Name(message.phase))
            if not path and message.HasField("error"):
                story.error = message.error
        elif isinstance(message, event.NodeExecutionEvent) and message.id.execution_id.name in paths:
            path = paths[message.id.execution_id.name] + message.id.node_id
            child = message.workflow_node_metadata.execution_id.name
            if child:
                paths[child] = f"{path}/"
            phase = core.NodeExecution.Phase.Name(message.phase)
            story.nodes.setdefault(path, []).append(phase)
            story.order.append(f"{path} {phase}")
        elif isinstance(message, event.TaskExecutionEvent):
            name = message.parent_node_execution_id.execution_id.name
            skipped = _STARTING if message.task_type != "echo" else (*_STARTING, core.TaskExecution.RUNNING)
            if name in paths and message.phase not in skipped:
                path = paths[name] + message.parent_node_execution_id.node_id
                told = f"{message.retry_attempt} {core.TaskExecution.Phase.Name(message.phase)}"
                phases = story.attempts.setdefault(path, [])
                if told not in phases:  # more about a phase: logs, a reason
                    phases.append(told)
    return story


def recorded(path: Path) -> list[Message]:
    """The events that ``recorded_server.py`` has written so far."""
    found = []
    for line in path.read_text().splitlines():
        name, data = line.split(" ")
        found.append(getattr(event, name).FromString(base64.b64decode(data)))
    return found
