"""Imperative workflows: a graph that is built call by call instead of drawn by a function's body.

wf = ImperativeWorkflow(name="my.workflow")
n = wf.add_workflow_input("n", int)
node = wf.add_entity(double, n=n)
wf.add_workflow_output("result", node.outputs["o0"])
"""

from __future__ import annotations

import collections
from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from glidepath.authoring.bindings import Bound, Target, bind, promises_in
from glidepath.authoring.composing import Composition, composing, current_composition
from glidepath.authoring.conditionals import ConditionalSection
from glidepath.authoring.entity import Entity
from glidepath.authoring.failure_nodes import checked_handler, failure_node
from glidepath.authoring.interface import Interface, Output, Parameter
from glidepath.authoring.launch_plans import default_launch_plan
from glidepath.authoring.nodes import Node
from glidepath.authoring.places import caller
from glidepath.authoring.promises import Promise
from glidepath.authoring.workflow_specs import workflow_spec
from glidepath.authoring.workflows import Graph, WorkflowBase, WorkflowFailurePolicy, WorkflowSettings, check_ids
from glidepath.errors import FlyteAssertion, FlyteValidationException
from glidepath.idl import admin
from glidepath.types import guess_python_type, literal_type_of

if TYPE_CHECKING:
    from glidepath.authoring.settings import SerializationSettings

FAILURE_NODE_ID = "efn"
"""The id of the node that runs on failure; that of other workflows is ``fn0``, as in stock."""


class ImperativeWorkflow(WorkflowBase[..., Any]):
    """A workflow that grows by ``add_*``. It can be called, registered and used like others once it is :meth:`ready`."""

    def __init__(self, name: str, failure_policy: WorkflowFailurePolicy | None = None, interruptible: bool = False) -> None:
        """``name`` is what it is registered under, whatever its module is called."""
        place = caller()
        super().__init__(name, Interface({}, {}, None, name, place), place)
        self.settings = WorkflowSettings(failure_policy or WorkflowFailurePolicy.FAIL_IMMEDIATELY, bool(interruptible))
        self.inputs: dict[str, Promise] = {}
        """The inputs by name, to be given to entities."""
        self._composition = Composition(name)
        self._start = Node(self._composition, self, "", -1, place, {})
        self._bound: dict[str, Bound] = {}
        self._failure: Node | None = None

    def add_workflow_input(self, input_name: str, python_type: Any) -> Promise:
        """An input; gives its promise. Raises FlyteValidationException for a name that is taken."""
        if input_name in self.inputs:
            raise FlyteValidationException(f"workflow {self.name} has an input {input_name!r} already", where=str(caller()))
        made = self.inputs[input_name] = Promise(self._start, input_name, literal_type_of(python_type))
        self._reshape({**self.interface.inputs, input_name: Parameter(python_type, description=input_name)}, {})
        return made

    def add_entity(self, entity: Entity[..., Any], **inputs: Any) -> Node:
        """A node for a task, workflow or launch plan; its outputs are ``node.outputs["o0"]``, or ``node.o0``."""
        if not isinstance(entity, Entity):
            raise FlyteAssertion(
                f"workflow {self.name} takes tasks, workflows and launch plans, not {entity!r}", where=str(caller())
            )
        now = current_composition()
        composition = now if now is not None and now.is_within(self._composition) else self._composition
        with composing(composition):
            return composition.add(entity, entity.interface.named((), inputs))

    def add_task(self, task: Entity[..., Any], **inputs: Any) -> Node:
        """:meth:`add_entity`, for readers."""
        return self.add_entity(task, **inputs)

    def add_launch_plan(self, launch_plan: Entity[..., Any], **inputs: Any) -> Node:
        """:meth:`add_entity`, for readers."""
        return self.add_entity(launch_plan, **inputs)

    def add_subwf(self, sub_wf: Entity[..., Any], **inputs: Any) -> Node:
        """:meth:`add_entity`, for readers."""
        return self.add_entity(sub_wf, **inputs)

    def add_workflow_output(self, output_name: str, p: Any, python_type: Any = None) -> None:
        """An output: a promise, or a list or dict of promises.

        ``python_type`` is needed for lists, dicts and constants; that of an output is what its task declares.

        Raises FlyteValidationException for a name that is taken and for a missing type, FlyteTypeException for a value of
        another type.
        """
        place = caller()
        if output_name in self.interface.outputs:
            raise FlyteValidationException(f"workflow {self.name} has an output {output_name!r} already", where=str(place))
        chosen = _declared_type(p) if python_type is None else python_type
        if chosen is None:
            raise FlyteValidationException(
                f"the type of output {output_name!r} of workflow {self.name} is not known",
                where=str(place),
                hint="say it: python_type=list[int], or whatever it is",
            )
        target = Target(chosen, literal_type_of(chosen), f"output {output_name!r} of {self.name}", place)
        self._bound[output_name] = bind(p, target)
        self._composition.check_own(self._bound[output_name], target)
        self._reshape(self.interface.inputs, {output_name: Output(chosen, output_name)})

    def add_on_failure_handler(self, entity: Entity[..., Any]) -> Node:
        """A task or workflow that runs when the workflow failed; it takes the inputs that there are by now, and ``err``."""
        self._failure = failure_node(self._composition, checked_handler(entity), FAILURE_NODE_ID, self.inputs, caller())
        return self._failure

    def create_conditional(self, name: str) -> ConditionalSection:
        """Begin a conditional (see :func:`glidepath.conditional`); its arms are calls: ``then(double(n=n))``."""
        return ConditionalSection(name, self._composition)

    def ready(self) -> bool:
        """Whether there is a node, and every input is used."""
        used = {promise._var for promise in _promises(self._composition.nodes) if promise._node is self._start}
        return not self._unready() and used.issuperset(self.inputs)

    @property
    def graph(self) -> Graph:
        """Nodes and outputs so far. Raises FlyteValidationException without any node, and with an unfinished conditional."""
        reason = self._unready()
        if reason:
            raise FlyteValidationException(f"workflow {self.name} is not complete: {reason}", where=str(self.source))
        check_ids(self._composition)
        return Graph(tuple(self._composition.nodes), self._bound, self._failure)

    def spec(self, settings: SerializationSettings) -> admin.WorkflowSpec:
        return workflow_spec(self, settings, None)

    def companions(self) -> Iterable[Entity[..., Any]]:
        return (default_launch_plan(self),)

    def _unready(self) -> str:
        """What is missing; empty when nothing is."""
        if not self._composition.nodes:
            return "it has no nodes"
        now = current_composition()
        if now is not None and now is not self._composition and now.is_within(self._composition):
            return f"{now.subject} has no else_()"
        return ""

    def _reshape(self, inputs: Mapping[str, Parameter], outputs: Mapping[str, Output]) -> None:
        outputs = {**self.interface.outputs, **outputs}
        output_tuple = collections.namedtuple("Outputs", outputs) if len(outputs) > 1 else None
        self.interface = Interface(inputs, outputs, output_tuple, self.name, self.source)


Workflow = ImperativeWorkflow
"""flytekit's name for it."""


def _declared_type(value: Any) -> Any:
    """The Python type that the task of a promise declares for it; ``None`` where only the user can say it."""
    if not isinstance(value, Promise):
        return None
    target = value._node.entity
    if isinstance(target, Entity) and not value._path:
        known = target.interface.outputs if value._node.id else target.interface.inputs
        return known[value._var].python_type
    if value._type is None:
        return None
    guessed = guess_python_type(value._type)
    return guessed if literal_type_of(guessed) == value._type else None


def _promises(nodes: Iterable[Node]) -> Iterator[Promise]:
    """What nodes and the nodes inside them take."""
    for node in nodes:
        for bound in node.bindings.values():
            yield from promises_in(bound)
        yield from _promises(node.entity.inner_nodes)
