"""From a workflow object to a plan the engine can run in this process, and the objects behind its ids."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple
from weakref import WeakKeyDictionary

from glidepath.authoring.settings import SerializationSettings
from glidepath.authoring.specs import specs_of
from glidepath.authoring.workflows import WorkflowBase
from glidepath.compiler import LaunchPlanInterface, compile_task, compile_workflow, requirements
from glidepath.engine import Plan
from glidepath.errors import FlyteAssertion
from glidepath.idl import admin, core
from glidepath.idl.ids import key_of

IdKey = tuple[int, str, str, str, str]

LOCAL = SerializationSettings(project="local", domain="local", version="local", in_process=True)
"""Ids of a local run; nothing of it leaves the process."""


class Prepared(NamedTuple):
    """A compiled workflow, and the Python objects that its tasks and launch plans are."""

    plan: Plan
    entities: Mapping[IdKey, Any]


_PREPARED: WeakKeyDictionary[WorkflowBase[..., Any], Prepared] = WeakKeyDictionary()


def prepare(workflow: WorkflowBase[..., Any]) -> Prepared:
    """Compile ``workflow`` once. Raises :class:`~glidepath.compiler.CompilationError`."""
    found = _PREPARED.get(workflow)
    if found is None:
        found = _PREPARED[workflow] = _prepare(workflow)
    return found


def _prepare(workflow: WorkflowBase[..., Any]) -> Prepared:
    specs = specs_of([workflow], LOCAL)
    workflows = {key_of(spec.id): spec.message for spec in specs if isinstance(spec.message, admin.WorkflowSpec)}
    primary = next(spec.message for spec in specs if spec.entity is workflow and isinstance(spec.message, admin.WorkflowSpec))
    _check_all_here(workflow, primary, {key_of(spec.id) for spec in specs})
    tasks = [compile_task(spec.message.template) for spec in specs if isinstance(spec.message, admin.TaskSpec)]
    plans = [_interface_of(spec.message, workflows) for spec in specs if isinstance(spec.message, admin.LaunchPlan)]
    closure = compile_workflow(primary.template, primary.sub_workflows, tasks, plans)
    return Prepared(Plan(closure), {key_of(spec.id): spec.entity for spec in specs})


def _check_all_here(workflow: WorkflowBase[..., Any], primary: admin.WorkflowSpec, here: set[IdKey]) -> None:
    """Raises FlyteAssertion for a reference: there is no code of it in this process."""
    needed = requirements(primary.template, primary.sub_workflows)
    for identifier in (*needed.tasks, *needed.launch_plans):
        if key_of(identifier) not in here:
            raise FlyteAssertion(
                f"{workflow.name} uses {identifier.name}, which is a reference: there is no code of it to run here",
                where=str(workflow.source),
                hint="run it on a control plane that has it: pyflyte run --remote",
            )


def _interface_of(plan: admin.LaunchPlan, workflows: Mapping[IdKey, Any]) -> LaunchPlanInterface:
    behind = workflows.get(key_of(plan.spec.workflow_id))
    outputs = behind.template.interface.outputs if behind is not None else core.VariableMap()
    return LaunchPlanInterface(plan.id, plan.spec.default_inputs, outputs)
