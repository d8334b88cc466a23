"""``on_failure``: the node that runs when a workflow failed, with the workflow's inputs and the error."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from glidepath.authoring.composing import Composition
from glidepath.authoring.entity import Entity
from glidepath.authoring.interface import listed
from glidepath.authoring.nodes import Node
from glidepath.authoring.places import Place
from glidepath.authoring.promises import Promise
from glidepath.errors import FlyteFailureNodeInputMismatchException, FlyteValidationException


def checked_handler(handler: Any) -> Entity[..., Any]:
    """A task, workflow or launch plan. Raises FlyteValidationException for anything else."""
    if not isinstance(handler, Entity):
        raise FlyteValidationException(f"on_failure={handler!r} must be a task or workflow")
    return handler


def failure_node(
    composition: Composition, handler: Entity[..., Any], node_id: str, inputs: Mapping[str, Promise], place: Place
) -> Node:
    """The node of a handler that takes ``inputs``; its other inputs get their defaults, or ``None`` if they are optional.

    An engine fills in the optional :class:`~glidepath.types.FlyteError` that is called ``err``. Raises
    FlyteFailureNodeInputMismatchException for a handler that lacks an input of the workflow or needs one that it does not have.
    """
    known = handler.interface.inputs
    lacking = [name for name in inputs if name not in known]
    if lacking:
        raise FlyteFailureNodeInputMismatchException(
            f"{handler.name}, which runs on failure of {composition.owner}, lacks its inputs {listed(lacking)}",
            where=str(handler.source),
            hint="a failure handler takes all inputs of the workflow; others of its own need defaults",
        )
    missing = [name for name, parameter in known.items() if parameter.required and name not in inputs]
    if missing:
        raise FlyteFailureNodeInputMismatchException(
            f"{handler.name}, which runs on failure of {composition.owner}, needs {listed(missing)}, which the workflow lacks",
            where=str(handler.source),
            hint="give them defaults; the error comes as err: Optional[FlyteError] = None",
        )
    return composition.node(handler, node_id, inputs, place)
