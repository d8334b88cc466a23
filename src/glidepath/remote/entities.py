"""Tasks, workflows and launch plans as the control plane holds them: thin faces of their messages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, TypeAlias

from glidepath.idl import admin, core
from glidepath.idl.ids import text_of
from glidepath.types import guess_python_type


@dataclass(frozen=True)
class _Fetched:
    """What the three kinds share: an id and an interface."""

    id: core.Identifier
    interface: core.TypedInterface
    parameters: core.ParameterMap
    """The inputs of an execution, each required or with its default."""

    @property
    def name(self) -> str:
        return self.id.name

    @property
    def version(self) -> str:
        return self.id.version

    @property
    def python_interface(self) -> tuple[dict[str, Any], dict[str, Any]]:
        """Inputs and outputs as Python types, as far as literal types tell them."""
        return (
            {name: guess_python_type(variable.type) for name, variable in self.interface.inputs.variables.items()},
            {name: guess_python_type(variable.type) for name, variable in self.interface.outputs.variables.items()},
        )

    def __str__(self) -> str:
        return text_of(self.id)


@dataclass(frozen=True)
class FlyteTask(_Fetched):
    """One version of a task."""

    message: admin.Task

    @property
    def template(self) -> core.TaskTemplate:
        return self.message.closure.compiled_task.template

    @classmethod
    def of(cls, message: admin.Task) -> FlyteTask:
        interface = message.closure.compiled_task.template.interface
        return cls(message.id, interface, _all_required(interface), message)


@dataclass(frozen=True)
class FlyteWorkflow(_Fetched):
    """One version of a workflow. An execution of it goes through the launch plan of the same name and version."""

    message: admin.Workflow

    @property
    def template(self) -> core.WorkflowTemplate:
        return self.message.closure.compiled_workflow.primary.template

    @property
    def nodes(self) -> list[core.Node]:
        """Its nodes without the start and end nodes."""
        return [node for node in self.template.nodes if node.id not in {"start-node", "end-node"}]

    @classmethod
    def of(cls, message: admin.Workflow) -> FlyteWorkflow:
        interface = message.closure.compiled_workflow.primary.template.interface
        return cls(message.id, interface, _all_required(interface), message)


@dataclass(frozen=True)
class FlyteLaunchPlan(_Fetched):
    """One version of a launch plan."""

    message: admin.LaunchPlan

    @property
    def workflow_id(self) -> core.Identifier:
        return self.message.spec.workflow_id

    @property
    def is_active(self) -> bool:
        return self.message.closure.state == admin.LaunchPlanState.ACTIVE

    @classmethod
    def of(cls, message: admin.LaunchPlan) -> FlyteLaunchPlan:
        parameters = message.closure.expected_inputs
        variables = {name: parameter.var for name, parameter in parameters.parameters.items()}
        interface = core.TypedInterface(inputs=core.VariableMap(variables=variables), outputs=message.closure.expected_outputs)
        return cls(message.id, interface, parameters, message)


def task_of_spec(identifier: core.Identifier, spec: admin.TaskSpec) -> FlyteTask:
    """A task that was just registered."""
    closure = admin.TaskClosure(compiled_task=core.CompiledTask(template=spec.template))
    return FlyteTask.of(admin.Task(id=identifier, closure=closure))


def launch_plan_of_spec(plan: admin.LaunchPlan, outputs: core.VariableMap) -> FlyteLaunchPlan:
    """A launch plan that was just registered; ``outputs`` are those of its workflow."""
    closure = admin.LaunchPlanClosure(expected_inputs=plan.spec.default_inputs, expected_outputs=outputs)
    return FlyteLaunchPlan.of(admin.LaunchPlan(id=plan.id, spec=plan.spec, closure=closure))


Fetched: TypeAlias = "FlyteTask | FlyteWorkflow | FlyteLaunchPlan"


def _all_required(interface: core.TypedInterface) -> core.ParameterMap:
    return core.ParameterMap(
        parameters={name: core.Parameter(var=variable, required=True) for name, variable in interface.inputs.variables.items()}
    )
