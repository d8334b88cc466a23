"""A launch plan with a schedule starts with nobody there to give inputs: every input needs a default or a fixed value."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glidepath.clients.registration import Entity
from glidepath.errors import FlyteEntityNotExistException, FlyteValueException
from glidepath.idl import admin, core
from glidepath.idl.ids import key_of

if TYPE_CHECKING:
    from collections.abc import Sequence

    from glidepath.clients.friendly import Client


def has_schedule(spec: object) -> bool:
    """Whether a spec is a launch plan with a schedule."""
    if not isinstance(spec, admin.LaunchPlan):
        return False
    return spec.spec.entity_metadata.schedule.WhichOneof("ScheduleExpression") is not None


def check(plan: admin.LaunchPlan, entities: Sequence[Entity], client: Client) -> None:
    """Raise FlyteValueException when a scheduled workflow has an input without a value.

    The workflow is looked up in the package, then on the server; unknown there, the server will refuse the plan by itself.
    """
    interface = _interface(plan.spec.workflow_id, entities, client)
    if interface is None:
        return
    spec = plan.spec
    bound = {name for name, parameter in spec.default_inputs.parameters.items() if parameter.HasField("default")}
    bound |= set(spec.fixed_inputs.literals) | {spec.entity_metadata.schedule.kickoff_time_input_arg}
    missing = sorted(interface.inputs.variables.keys() - bound)
    if missing:
        raise FlyteValueException(
            f"param values are missing on scheduled workflow for the following params [{' '.join(missing)}]. "
            "Either specify them having a default or fixed value"
        )


def _interface(workflow: core.Identifier, entities: Sequence[Entity], client: Client) -> core.TypedInterface | None:
    for entity in entities:
        if isinstance(entity.spec, admin.WorkflowSpec) and key_of(entity.id) == key_of(workflow):
            return entity.spec.template.interface
    try:
        found = client.raw.get_workflow(admin.ObjectGetRequest(id=workflow))
    except FlyteEntityNotExistException:
        return None
    return found.closure.compiled_workflow.primary.template.interface
