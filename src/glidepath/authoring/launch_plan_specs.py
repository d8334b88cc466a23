"""A launch plan → its message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glidepath.idl import admin, core

if TYPE_CHECKING:
    from glidepath.authoring.launch_plans import LaunchPlan
    from glidepath.authoring.settings import SerializationSettings


def launch_plan_message(plan: LaunchPlan, settings: SerializationSettings) -> admin.LaunchPlan:
    """The message of a launch plan; the closure is for the control plane to fill and stays empty."""
    return admin.LaunchPlan(
        id=plan.identifier(settings),
        spec=_spec(plan, settings),
        closure=admin.LaunchPlanClosure(expected_inputs=core.ParameterMap(), expected_outputs=core.VariableMap()),
    )


def _spec(plan: LaunchPlan, settings: SerializationSettings) -> admin.LaunchPlanSpec:
    chosen = plan.settings
    spec = admin.LaunchPlanSpec(
        workflow_id=plan.workflow.identifier(settings),
        entity_metadata=admin.LaunchPlanMetadata(
            schedule=chosen.schedule.message() if chosen.schedule else None,
            notifications=[notification.message() for notification in chosen.notifications],
        ),
        default_inputs=plan.parameters,
        fixed_inputs=plan.fixed_inputs,
        labels=chosen.labels.message() if chosen.labels else admin.Labels(),
        annotations=chosen.annotations.message() if chosen.annotations else admin.Annotations(),
        raw_output_data_config=chosen.raw_output_data_config.message()
        if chosen.raw_output_data_config
        else admin.RawOutputDataConfig(),
        max_parallelism=chosen.max_parallelism or 0,
        security_context=chosen.security_context.message() if chosen.security_context else None,
        concurrency_policy=chosen.concurrency.message() if chosen.concurrency else None,
    )
    if chosen.overwrite_cache:
        spec.overwrite_cache = True
    return spec
