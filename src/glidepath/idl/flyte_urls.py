"""``flyte://v1/…`` URLs: names for the inputs, outputs and deck of a node execution (reference: flytectl-and-admin.md, B5)."""

from __future__ import annotations

from dataclasses import dataclass

from glidepath.idl import core

PREFIX = "flyte://v1/"
INPUTS, OUTPUTS, DECK = "i", "o", "d"


@dataclass(frozen=True)
class Place:
    """What a URL names. ``attempt`` is None for the node as a whole; ``literal`` is empty for the whole map."""

    node: core.NodeExecutionIdentifier
    kind: str
    attempt: int | None = None
    literal: str = ""


def parse(url: str) -> Place:
    """The place that ``flyte://v1/<project>/<domain>/<execution>/<node>[/<attempt>]/<i|o|d>[/<literal>]`` names.

    Raises ValueError that says what is wrong with any other text.
    """
    if not url.startswith(PREFIX):
        raise ValueError(f"{url!r} does not begin with {PREFIX}")
    parts = url.removeprefix(PREFIX).split("/")
    if len(parts) < 5 or not all(parts):
        raise ValueError(f"{url!r} is not {PREFIX}<project>/<domain>/<execution>/<node>[/<attempt>]/<i|o|d>[/<literal>]")
    project, domain, execution, node, *rest = parts
    attempt = int(rest.pop(0)) if rest[0].isdecimal() else None
    if not rest or rest[0] not in {INPUTS, OUTPUTS, DECK}:
        raise ValueError(f"{url!r} asks neither for i (inputs), o (outputs) nor d (deck)")
    kind, *literal = rest
    if kind == DECK and attempt is not None:
        raise ValueError(f"{url!r} asks for the deck of one attempt; a deck belongs to the node")
    if len(literal) > 1 or (kind == DECK and literal):
        raise ValueError(f"{url!r} goes on after what it names")
    identifier = core.NodeExecutionIdentifier(
        node_id=node, execution_id=core.WorkflowExecutionIdentifier(project=project, domain=domain, name=execution)
    )
    return Place(identifier, kind, attempt, literal[0] if literal else "")


def node_url(node: core.NodeExecutionIdentifier, kind: str) -> str:
    """The URL of a node's inputs, outputs or deck."""
    execution = node.execution_id
    return f"{PREFIX}{execution.project}/{execution.domain}/{execution.name}/{node.node_id}/{kind}"


def attempt_url(node: core.NodeExecutionIdentifier, attempt: int, kind: str) -> str:
    """The URL of one attempt's inputs or outputs."""
    execution = node.execution_id
    return f"{PREFIX}{execution.project}/{execution.domain}/{execution.name}/{node.node_id}/{attempt}/{kind}"
