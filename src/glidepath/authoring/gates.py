"""Gates: nodes that wait for a person's approval, for a value from outside, or for time to pass."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import TYPE_CHECKING, Any, TypeVar, overload

from glidepath.authoring.composing import Composition, current_composition
from glidepath.authoring.entity import Entity, NodeDefaults, NodeTarget
from glidepath.authoring.nodes import Node
from glidepath.authoring.places import caller
from glidepath.authoring.promises import Promise, node_of, outputs_of
from glidepath.errors import FlyteAssertion, FlyteTypeException, FlyteValidationException
from glidepath.idl import core
from glidepath.types import literal_type_of

if TYPE_CHECKING:
    from glidepath.authoring.bindings import Bound
    from glidepath.authoring.settings import SerializationSettings

T = TypeVar("T")
DEFAULT_TIMEOUT = timedelta(hours=1)
"""How long a gate waits when it is given no time, as in stock."""
_SLEEP = "sleep-gate"
"""What a console shows at a sleep, as in stock."""
_OUTPUT = "o0"


class Gate(NodeTarget):
    """What a gate's node is. ``condition`` is the message without the node around it."""

    def __init__(self, name: str, timeout: timedelta, condition: core.GateNode) -> None:
        self.name = name
        self.timeout = timeout or DEFAULT_TIMEOUT
        self.condition = condition

    def entities(self) -> Iterable[Entity[..., Any]]:
        return ()

    def node_defaults(self) -> NodeDefaults:
        return NodeDefaults(self.name, self.timeout)

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        message.gate_node.CopyFrom(self.condition)


def approve(upstream_item: T, name: str, timeout: timedelta) -> T:
    """A promise that goes on once a person has approved it; a rejection, or no answer in time, fails the workflow.

    Args:
        upstream_item: one output of a call, or one input of the workflow.
        name: the signal's id, under which the approval is asked for and given.
        timeout: how long it waits; 0 for an hour.

    Raises FlyteAssertion outside of workflows, and for what is not one promise.
    """
    composition = _composition("approve", name)
    if not isinstance(upstream_item, Promise):
        raise FlyteAssertion(
            f"approve({name!r}) takes one output of a call, got {upstream_item!r}",
            where=str(caller()),
            hint=_choose(upstream_item),
        )
    condition = core.GateNode(approve=core.ApproveCondition(signal_id=_signal_id("approve", name)))
    gate = Gate(name, _checked("approve", "timeout", timeout), condition)
    var = upstream_item._var
    approved: T = _add(composition, gate, {var: upstream_item._type}, {var: upstream_item})
    return approved


@overload
def wait_for_input(name: str, timeout: timedelta, expected_type: type[T]) -> T: ...


@overload
def wait_for_input(name: str, timeout: timedelta, expected_type: Any) -> Any: ...


def wait_for_input(name: str, timeout: timedelta, expected_type: Any) -> Any:
    """A value that somebody gives while the workflow runs; no value in time fails the workflow.

    Args:
        name: the signal's id, under which the value is asked for and given.
        timeout: how long it waits; 0 for an hour.
        expected_type: a Python type, anything that a task can take: ``float``, ``list[str]``, a dataclass.

    Raises FlyteAssertion outside of workflows, FlyteTypeException for a type that cannot travel.
    """
    composition = _composition("wait_for_input", name)
    if expected_type is None or expected_type is type(None):
        raise FlyteTypeException(
            f"wait_for_input({name!r}) expects None, which nobody can give",
            where=str(caller()),
            hint="to wait for a yes, take expected_type=bool, or approve an output",
        )
    literal_type = literal_type_of(expected_type)
    signal = core.SignalCondition(signal_id=_signal_id("wait_for_input", name), type=literal_type, output_variable_name=_OUTPUT)
    gate = Gate(name, _checked("wait_for_input", "timeout", timeout), core.GateNode(signal=signal))
    return _add(composition, gate, {_OUTPUT: literal_type}, {})


def sleep(duration: timedelta) -> Any:
    """A node without outputs that ends when ``duration`` has passed: ``first >> sleep(timedelta(minutes=5)) >> second``.

    Raises FlyteAssertion outside of workflows.
    """
    composition = _composition("sleep", str(duration))
    condition = core.SleepCondition()
    condition.duration.FromTimedelta(_checked("sleep", "duration", duration))
    return _add(composition, Gate(_SLEEP, DEFAULT_TIMEOUT, core.GateNode(sleep=condition)), {}, {})


def _add(
    composition: Composition, gate: Gate, outputs: Mapping[str, core.LiteralType | None], bindings: Mapping[str, Bound]
) -> Any:
    return outputs_of(composition.add_target(gate, outputs, bindings, caller()))


def _composition(function: str, name: str) -> Composition:
    composition = current_composition()
    if composition is None:
        raise FlyteAssertion(
            f"{function}({name!r}) stands outside of a workflow",
            where=str(caller()),
            hint="use it in the body of a @workflow or @dynamic function",
        )
    return composition


def _signal_id(function: str, name: object) -> str:
    if not isinstance(name, str) or not name:
        raise FlyteValidationException(
            f"{function} needs a name, got {name!r}", where=str(caller()), hint="people answer the gate by its name"
        )
    return name


def _checked(function: str, argument: str, value: object) -> timedelta:
    if not isinstance(value, timedelta) or value < timedelta(0):
        raise FlyteValidationException(
            f"{function} takes {argument} as a timedelta from 0 on, got {value!r}",
            where=str(caller()),
            hint=f"such as {argument}=timedelta(hours=1)",
        )
    return value


def _choose(item: object) -> str:
    node = node_of(item) or (item if isinstance(item, Node) else None)
    if node is None:
        return "give it what a task returned"
    names = ", ".join(f".{name}" for name in node.outputs)
    return f"choose one of {names}" if names else f"{node.entity.name} has no outputs; let it return what is to be approved"
