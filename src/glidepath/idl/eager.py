"""Words of eager executions: how those that belong together are marked (reference: flytekit.md, 1.10 and 4.4)."""

from __future__ import annotations

from glidepath.idl import core

PARENT_LABEL = "eager-exec"
"""Label of an execution that an eager one launched: the name of that one."""
ROOT_LABEL = "eager-root-exec"
"""The same, of the outermost eager execution."""
ROOT_VARIABLE = "_F_EE_ROOT"
"""Variable of its attempts: the name of the outermost eager execution."""
DEPTH_VARIABLE = "_GLIDEPATH_EAGER_DEPTH"
"""How many eager executions are around it. Ours alone: an executor lets each depth have places of its own."""
NODE_VARIABLE = "_GLIDEPATH_NODE"
"""The unique id of the node that an attempt belongs to. Ours alone: what it launches names the node as its parent."""


def launched_filter(execution: core.WorkflowExecutionIdentifier) -> str:
    """The filter of a list of executions for those that the eager tasks of one launched."""
    return f"eq(execution_tag.key,{PARENT_LABEL})+eq(execution_tag.value,{execution.name})"
