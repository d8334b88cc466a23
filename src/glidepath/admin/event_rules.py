"""Which events may follow which phase. A repeated one is AlreadyExists, which an engine takes as success.

Reference: flytectl-and-admin.md, C3.
"""

from glidepath.admin.errors import AlreadyExists, FailedPrecondition, already_terminal, incompatible_cluster
from glidepath.idl import admin, core, event
from glidepath.idl.phases import TERMINAL_NODE_PHASES, TERMINAL_TASK_PHASES, TERMINAL_WORKFLOW_PHASES
from glidepath.idl.text import compact_text

_ANY_PRODUCER = ("", "propeller")
_BEFORE_CLUSTER = (core.WorkflowExecution.UNDEFINED, core.WorkflowExecution.QUEUED)


def check_workflow_event(phase: core.WorkflowExecution.Phase, cluster: str, happened: event.WorkflowExecutionEvent) -> None:
    """Refuse an event that may not follow ``phase``, or whose producer does not own the execution.

    Raises AlreadyExists for the phase that is recorded, FailedPrecondition for everything else.
    """
    name = core.WorkflowExecution.Phase.Name
    subject = f"workflow execution {compact_text(happened.execution_id)}"
    if phase == happened.phase and phase != core.WorkflowExecution.QUEUED:
        raise AlreadyExists(f"This phase {name(phase)} was already recorded for {subject}")
    if phase not in _BEFORE_CLUSTER:
        check_producer(cluster, happened.producer_id)
    if phase in TERMINAL_WORKFLOW_PHASES:
        raise already_terminal(f"invalid phase change from {name(phase)} to {name(happened.phase)} for {subject}", name(phase))
    backwards = phase == core.WorkflowExecution.RUNNING and happened.phase == core.WorkflowExecution.QUEUED
    revived = phase == core.WorkflowExecution.ABORTING and happened.phase not in TERMINAL_WORKFLOW_PHASES
    if backwards or revived:
        raise FailedPrecondition(f"Cannot go from {name(phase)} to {name(happened.phase)} for {subject}")


def check_producer(cluster: str, producer: str) -> None:
    """Only the cluster that an execution runs on may report about it."""
    if producer not in _ANY_PRODUCER and cluster and producer != cluster:
        raise incompatible_cluster(f"execution runs on cluster [{cluster}], but the event comes from [{producer}]", cluster)


def check_node_event(node: admin.NodeExecution | None, happened: event.NodeExecutionEvent) -> None:
    """Refuse a node event that repeats the recorded phase or comes after a final one."""
    if node is None:
        return
    name = core.NodeExecution.Phase.Name
    phase = node.closure.phase
    subject = f"node execution {compact_text(happened.id)}"
    if phase == happened.phase:
        raise AlreadyExists(f"This phase {name(phase)} was already recorded for {subject}")
    if phase in TERMINAL_NODE_PHASES:
        raise already_terminal(f"Invalid phase change from {name(phase)} to {name(happened.phase)} for {subject}", name(phase))


def check_task_event(task: admin.TaskExecution | None, version: int, happened: event.TaskExecutionEvent) -> None:
    """Refuse a task event that repeats a recorded phase and version, or comes after a final phase.

    ``version`` is the recorded phase version.
    """
    if task is None:
        return
    name = core.TaskExecution.Phase.Name
    phase = task.closure.phase
    subject = f"task execution {compact_text(task.id)}"
    if phase == happened.phase and happened.phase_version <= version:
        raise AlreadyExists(f"This phase {name(phase)} with version {version} was already recorded for {subject}")
    if phase in TERMINAL_TASK_PHASES:
        raise already_terminal(f"Invalid phase change from {name(phase)} to {name(happened.phase)} for {subject}", name(phase))
