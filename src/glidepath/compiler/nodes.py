"""Checks of one node by itself: its id, its timeout, its cases (reference: D2, step 5)."""

from __future__ import annotations

from glidepath.compiler import errors as kinds
from glidepath.compiler.branches import check_branch
from glidepath.compiler.draft import Draft

# The range of google.protobuf.Duration: 10,000 years.
_LONGEST_SECONDS = 315_576_000_000
_NANOS = 1_000_000_000


def check_nodes(draft: Draft) -> None:
    """Check every node of a workflow: at the top, inside branches, on failure."""
    for node in draft.all_nodes():
        if not node.id:
            draft.errors.add(kinds.VALUE_REQUIRED, "<node>", "Id")
        if node.metadata.HasField("timeout") and not _is_duration(node.metadata.timeout.seconds, node.metadata.timeout.nanos):
            draft.errors.add(kinds.SYNTAX_ERROR, node.id, "node:metadata:timeout")
        if node.HasField("branch_node"):
            check_branch(draft, node)


def _is_duration(seconds: int, nanos: int) -> bool:
    return abs(seconds) <= _LONGEST_SECONDS and abs(nanos) < _NANOS and seconds * nanos >= 0
