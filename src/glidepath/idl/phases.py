"""Which phases end an execution, a node, a task attempt (reference: flytectl-and-admin.md, C3)."""

from glidepath.idl import core

TERMINAL_WORKFLOW_PHASES = frozenset(
    {
        core.WorkflowExecution.SUCCEEDED,
        core.WorkflowExecution.FAILED,
        core.WorkflowExecution.TIMED_OUT,
        core.WorkflowExecution.ABORTED,
    }
)
TERMINAL_NODE_PHASES = frozenset(
    {
        core.NodeExecution.SUCCEEDED,
        core.NodeExecution.FAILED,
        core.NodeExecution.TIMED_OUT,
        core.NodeExecution.ABORTED,
        core.NodeExecution.SKIPPED,
        core.NodeExecution.RECOVERED,
    }
)
TERMINAL_TASK_PHASES = frozenset({core.TaskExecution.SUCCEEDED, core.TaskExecution.FAILED, core.TaskExecution.ABORTED})
