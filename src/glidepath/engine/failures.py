"""Why a graph failed, and how its failure node is told (reference: engine.md, 1.13)."""

from __future__ import annotations

from collections.abc import Sequence

from glidepath.engine.state import NodeState
from glidepath.idl import core

ERROR_INPUT = "err"
_ERROR_TYPE = core.LiteralType(simple=core.SimpleType.ERROR, structure=core.TypeStructure(tag="FlyteError"))


def error_of(failed: Sequence[NodeState]) -> core.ExecutionError:
    """The error of a graph in which these nodes failed, first to last: the first one's, which names the others."""
    error = core.ExecutionError()
    if not failed:
        return error
    first = failed[0]
    if first.error is not None:
        error.CopyFrom(first.error)
    if first.phase == core.NodeExecution.TIMED_OUT:
        error.code, error.kind = "Timeout", core.ExecutionError.USER
        error.message = error.message or f"Timeout in node {first.uid}"
    if len(failed) > 1:
        error.message += f"\n{len(failed) - 1} more failed: {', '.join(node.uid for node in failed[1:])}"
    return error


def innermost_failure(node: NodeState) -> str:
    """The ``uid`` of the node that truly failed: a failed node, or the one inside it that made it fail."""
    return node.failed_node or node.uid


def tell_error(inputs: core.LiteralMap, error: core.ExecutionError, failed_node: str) -> None:
    """Give a failure node's inputs the error, if it takes one."""
    if ERROR_INPUT not in inputs.literals:
        return
    value = core.Literal(scalar=core.Scalar(error=core.Error(message=error.message, failed_node_id=failed_node)))
    told = core.Literal(scalar=core.Scalar(union=core.Union(value=value, type=_ERROR_TYPE)))
    inputs.literals[ERROR_INPUT].CopyFrom(told)
