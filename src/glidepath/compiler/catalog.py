"""What a workflow may refer to while it is compiled: tasks, launch plans and sub-workflows by their ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from glidepath.compiler.castable import castable
from glidepath.idl import core
from glidepath.idl.ids import key_of

Key = tuple[int, str, str, str, str]
TypeByName = Mapping[str, core.LiteralType | None]


class LaunchPlanInterface(NamedTuple):
    """What a compiler must know of a launch plan; the maps are ``None`` when its closure lacks them."""

    id: core.Identifier
    expected_inputs: core.ParameterMap | None
    expected_outputs: core.VariableMap | None


class NodeInterface(NamedTuple):
    """The inputs and outputs of a node by name; ``None`` for a type that is not known before run time."""

    inputs: TypeByName
    outputs: TypeByName


class Catalog(NamedTuple):
    """Everything that one compilation was given, by id."""

    tasks: Mapping[Key, NodeInterface]
    launch_plans: Mapping[Key, LaunchPlanInterface]
    sub_workflows: Mapping[Key, core.WorkflowTemplate]
    answers: dict[tuple[bytes, bytes], bool]
    """What :meth:`castable` has found so far."""

    @classmethod
    def of(
        cls,
        sub_workflows: Sequence[core.WorkflowTemplate],
        tasks: Sequence[core.CompiledTask],
        launch_plans: Sequence[LaunchPlanInterface],
    ) -> Catalog:
        """Index what was given; of two with one id the first counts."""
        return cls(
            tasks={key_of(task.template.id): interface_of(task.template.interface) for task in reversed(tasks)},
            launch_plans={key_of(plan.id): plan for plan in reversed(launch_plans)},
            sub_workflows={key_of(template.id): template for template in reversed(sub_workflows)},
            answers={},
        )

    def castable(self, upstream: core.LiteralType, downstream: core.LiteralType) -> bool:
        """:func:`castable`, remembered: a workflow asks about the same few types again and again."""
        question = (upstream.SerializeToString(deterministic=True), downstream.SerializeToString(deterministic=True))
        answer = self.answers.get(question)
        if answer is None:
            answer = self.answers[question] = castable(upstream, downstream)
        return answer


def interface_of(interface: core.TypedInterface) -> NodeInterface:
    """A typed interface by name; without descriptions and artifacts, which do not matter here."""
    return NodeInterface(types_of(interface.inputs), types_of(interface.outputs))


def types_of(variables: core.VariableMap) -> dict[str, core.LiteralType | None]:
    """The types of variables by name; ``None`` where a variable has none."""
    return {name: type_of(variable) for name, variable in variables.variables.items()}


def type_of(variable: core.Variable) -> core.LiteralType | None:
    """The type of a variable, if it has one."""
    return variable.type if variable.HasField("type") else None
