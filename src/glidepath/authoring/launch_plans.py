"""Launch plans: a workflow with inputs, labels, a schedule and the rest of what a launch needs."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple, TypedDict

from glidepath.authoring import calls
from glidepath.authoring.entity import Entity, NodeDefaults
from glidepath.authoring.interface import Interface, Parameter, listed
from glidepath.authoring.launch_plan_specs import launch_plan_message
from glidepath.authoring.places import Place, caller
from glidepath.authoring.task_settings import check_known
from glidepath.authoring.workflows import WorkflowBase
from glidepath.errors import FlyteAssertion, FlyteValidationException
from glidepath.idl import admin, core, kinds

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from glidepath.authoring.nodes import Node
    from glidepath.authoring.notifications import Notification
    from glidepath.authoring.options import Annotations, AuthRole, ConcurrencyPolicy, Labels, RawOutputDataConfig
    from glidepath.authoring.schedules import Schedule
    from glidepath.authoring.security import SecurityContext
    from glidepath.authoring.settings import SerializationSettings


class LaunchPlanOptions(TypedDict, total=False):
    """The arguments of ``LaunchPlan.create`` and ``get_or_create``, all optional."""

    default_inputs: Mapping[str, Any] | None
    """Values that a launch may replace."""
    fixed_inputs: Mapping[str, Any] | None
    """Values that a launch may not replace; they are no inputs of the plan."""
    schedule: Schedule | None
    """When it starts by itself, once it is active."""
    notifications: Sequence[Notification] | None
    labels: Labels | None
    annotations: Annotations | None
    raw_output_data_config: RawOutputDataConfig | None
    max_parallelism: int | None
    """How many nodes may run at a time."""
    security_context: SecurityContext | None
    auth_role: AuthRole | None
    """Older than ``security_context``."""
    overwrite_cache: bool | None
    auto_activate: bool
    """Whether ``pyflyte register`` makes this version the active one."""
    concurrency: ConcurrencyPolicy | None


class LaunchPlanSettings(NamedTuple):
    """What a launch plan is besides its name and workflow; two plans with equal settings are the same."""

    default_inputs: Mapping[str, Any]
    fixed_inputs: Mapping[str, Any]
    schedule: Schedule | None = None
    notifications: tuple[Notification, ...] = ()
    labels: Labels | None = None
    annotations: Annotations | None = None
    raw_output_data_config: RawOutputDataConfig | None = None
    max_parallelism: int | None = None
    security_context: SecurityContext | None = None
    overwrite_cache: bool | None = None
    auto_activate: bool = False
    concurrency: ConcurrencyPolicy | None = None


class LaunchPlan(Entity[..., Any]):
    """A launch plan; made by :meth:`create` or :meth:`get_or_create`, called with keywords."""

    kind = kinds.ResourceType.LAUNCH_PLAN

    def __init__(self, name: str, workflow: WorkflowBase[..., Any], settings: LaunchPlanSettings, source: Place) -> None:
        _check_inputs(name, workflow, settings)
        super().__init__(name, _interface(name, workflow, settings, source), source)
        self.workflow = workflow
        self.settings = settings
        self.fixed_inputs = core.LiteralMap(
            literals={key: workflow.interface.literal_of(key, value) for key, value in settings.fixed_inputs.items()}
        )
        self.parameters = self.interface.parameter_map()

    @classmethod
    def create(cls, name: str, workflow: WorkflowBase[..., Any], **options: Unpack[LaunchPlanOptions]) -> LaunchPlan:
        """A launch plan of a name that is not taken.

        Raises FlyteAssertion when another line of code has made a plan of this name.
        """
        made = cls(name, workflow, _settle(options), caller())
        known = _declared.get(name)
        if known is not None and not _is_reloaded(known, made.source, workflow):
            raise FlyteAssertion(
                f"a launch plan named {name} exists already", where=f"{made.source}, and before at {known.source}"
            )
        _declared[name] = made
        return made

    @classmethod
    def get_or_create(
        cls, workflow: WorkflowBase[..., Any], name: str | None = None, **options: Unpack[LaunchPlanOptions]
    ) -> LaunchPlan:
        """The launch plan of a name, made when it is not there; without a name the workflow's default one.

        Raises FlyteAssertion when the plan is there with other settings, FlyteValidationException for settings without a name.
        """
        settings = _settle(options)
        if name is None or (name == workflow.name and settings == _NOTHING):
            if settings != _NOTHING:
                raise FlyteValidationException(
                    f"the default launch plan of {workflow.name} has no settings of its own",
                    hint=f'give this one a name: name="{workflow.name}_daily"',
                )
            return default_launch_plan(workflow)
        source = caller()
        known = _declared.get(name)
        if known is None or _is_reloaded(known, source, workflow):
            known = _declared[name] = cls(name, workflow, settings, source)
        elif known.workflow.name != workflow.name or known.settings != settings:
            raise FlyteAssertion(
                f"launch plan {name} exists already, with {_first_difference(known, workflow, settings)}",
                where=f"{source}, and before at {known.source}",
                hint="use another name",
            )
        return known

    @staticmethod
    def get_default_launch_plan(ctx: Any, workflow: WorkflowBase[..., Any]) -> LaunchPlan:
        """The launch plan of a workflow's own name. ``ctx`` is flytekit's and not used."""
        return default_launch_plan(workflow)

    def dependencies(self) -> Iterable[Entity[..., Any]]:
        return (self.workflow,)

    def node_defaults(self) -> NodeDefaults:
        return NodeDefaults(self.workflow.short_name, interruptible=self.workflow.settings.interruptible)

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        message.workflow_node.launchplan_ref.CopyFrom(self.identifier(settings))

    def run(self, values: Mapping[str, Any]) -> Any:
        return calls.local_runner(self, values)

    def spec(self, settings: SerializationSettings) -> admin.LaunchPlan:
        """What is registered."""
        return launch_plan_message(self, settings)

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        if args:
            raise FlyteAssertion(
                f"launch plan {self.name} takes its inputs by name, not by position",
                hint=f"its inputs are {listed(self.interface.inputs)}",
            )
        return super().__call__(**kwargs)


_NOTHING = LaunchPlanSettings({}, {})
_declared: dict[str, LaunchPlan] = {}
"""Launch plans by name, filled as modules are imported; a module that is imported again replaces its own."""


def default_launch_plan(workflow: WorkflowBase[..., Any]) -> LaunchPlan:
    """The plan of a workflow's own name: one that was declared, or one without settings."""
    declared = _declared.get(workflow.name)
    if declared is not None and declared.workflow is workflow:
        return declared
    options = workflow.settings.default_options
    settings = LaunchPlanSettings({}, {}, labels=options.labels, annotations=options.annotations) if options else _NOTHING
    made = _declared[workflow.name] = LaunchPlan(workflow.name, workflow, settings, workflow.source)
    return made


def _is_reloaded(known: LaunchPlan, source: Place, workflow: WorkflowBase[..., Any]) -> bool:
    """Whether the same line made a plan before for what its module's last import had as the workflow."""
    return known.source == source and known.workflow is not workflow and known.workflow.source == workflow.source


def _settle(options: Mapping[str, Any]) -> LaunchPlanSettings:
    check_known(options, LaunchPlanOptions.__annotations__, "LaunchPlan")
    chosen = dict(options)
    role = chosen.pop("auth_role", None)
    if role is not None:
        if chosen.get("security_context") is not None:
            raise FlyteValidationException("auth_role and security_context say the same thing; give one")
        chosen["security_context"] = role.security_context()
    parallelism = chosen.get("max_parallelism")
    if parallelism is not None and (not isinstance(parallelism, int) or parallelism < 0):
        raise FlyteValidationException(f"max_parallelism={parallelism!r} must be a whole number from 0 on")
    chosen["default_inputs"] = dict(chosen.get("default_inputs") or {})
    chosen["fixed_inputs"] = dict(chosen.get("fixed_inputs") or {})
    chosen["notifications"] = tuple(chosen.get("notifications") or ())
    return LaunchPlanSettings(**chosen)


def _check_inputs(name: str, workflow: WorkflowBase[..., Any], settings: LaunchPlanSettings) -> None:
    known = workflow.interface.inputs
    for kind, given in (("default", settings.default_inputs), ("fixed", settings.fixed_inputs)):
        for key in given:
            if key not in known:
                raise FlyteAssertion(
                    f"launch plan {name} gives a {kind} value for {key!r}, which is no input of {workflow.name}",
                    hint=f"its inputs are {listed(known)}",
                )
    both = [key for key in settings.default_inputs if key in settings.fixed_inputs]
    if both:
        raise FlyteAssertion(f"launch plan {name} gives both a default and a fixed value for {listed(both)}")
    kickoff = settings.schedule.kickoff_time_input_arg if settings.schedule else None
    if kickoff and kickoff not in known:
        raise FlyteAssertion(
            f"the schedule of launch plan {name} fills input {kickoff!r}, which {workflow.name} does not have",
            hint=f"its inputs are {listed(known)}",
        )


def _interface(name: str, workflow: WorkflowBase[..., Any], settings: LaunchPlanSettings, source: Place) -> Interface:
    """The workflow's interface without fixed inputs, with the plan's defaults."""
    inputs = {
        key: Parameter(parameter.python_type, settings.default_inputs.get(key, parameter.default), parameter.description)
        for key, parameter in workflow.interface.inputs.items()
        if key not in settings.fixed_inputs
    }
    return Interface(inputs, workflow.interface.outputs, workflow.interface.output_tuple, name, source)


def _first_difference(known: LaunchPlan, workflow: WorkflowBase[..., Any], settings: LaunchPlanSettings) -> str:
    if known.workflow.name != workflow.name:
        return f"workflow {known.workflow.name} instead of {workflow.name}"
    differing = (name for name in settings._fields if getattr(known.settings, name) != getattr(settings, name))
    name = next(differing)
    return f"{name}={getattr(known.settings, name)!r} instead of {getattr(settings, name)!r}"
