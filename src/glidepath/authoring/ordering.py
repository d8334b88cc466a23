"""``create_node``: a call that gives the node instead of its outputs, to order and override what has none."""

from __future__ import annotations

from typing import Any

from glidepath.authoring.composing import current_composition
from glidepath.authoring.entity import Entity
from glidepath.authoring.nodes import Node
from glidepath.errors import FlyteAssertion


def create_node(entity: Entity[..., Any], *args: Any, **kwargs: Any) -> Node:
    """A node of the workflow whose body runs: ``create_node(clean) >> create_node(train, n=1)``.

    Its outputs are its attributes (``.o0``, or their names). Raises FlyteAssertion outside of workflows.
    """
    if not isinstance(entity, Entity):
        raise FlyteAssertion(
            f"create_node takes a task, workflow or launch plan, not {entity!r}",
            hint="gates and conditionals are nodes by themselves: x >> sleep(timedelta(minutes=5)) >> y",
        )
    composition = current_composition()
    if composition is None:
        raise FlyteAssertion(
            f"create_node({entity.name}) stands outside of a workflow", hint="call it in the body of a @workflow function"
        )
    return composition.add(entity, entity.interface.named(args, kwargs))
