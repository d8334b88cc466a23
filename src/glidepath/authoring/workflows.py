"""Workflows: a function whose body is run once, with promises, to draw a graph."""

from __future__ import annotations

import enum
import functools
import inspect
import threading
from abc import abstractmethod
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol, TypedDict, overload

from glidepath.authoring import calls
from glidepath.authoring.bindings import Bound, bind_outputs
from glidepath.authoring.composing import Composition, composing
from glidepath.authoring.descriptions import description_of
from glidepath.authoring.docstrings import parse
from glidepath.authoring.entity import Entity, NodeDefaults, P, R
from glidepath.authoring.failure_nodes import checked_handler, failure_node
from glidepath.authoring.interface import listed
from glidepath.authoring.nodes import Node
from glidepath.authoring.places import innermost, module_name, place_of
from glidepath.authoring.promises import Promise
from glidepath.authoring.signatures import interface_of
from glidepath.authoring.task_settings import check_known, checked_switch
from glidepath.authoring.workflow_specs import workflow_spec
from glidepath.errors import (
    FlyteAssertion,
    FlyteCompilationException,
    FlyteException,
    FlyteValidationException,
)
from glidepath.idl import admin, core, kinds

if TYPE_CHECKING:
    from typing_extensions import Unpack

    from glidepath.authoring.documentation import Documentation
    from glidepath.authoring.options import Options
    from glidepath.authoring.settings import SerializationSettings

FAILURE_NODE_ID = "fn0"

_DRAWING = threading.RLock()
"""One graph is drawn at a time; a workflow that is used by two threads is drawn once."""


class WorkflowFailurePolicy(enum.Enum):
    """What happens to the other nodes when one fails."""

    FAIL_IMMEDIATELY = kinds.OnFailurePolicy.FAIL_IMMEDIATELY
    FAIL_AFTER_EXECUTABLE_NODES_COMPLETE = kinds.OnFailurePolicy.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE


class WorkflowOptions(TypedDict, total=False):
    """The arguments of ``@workflow``, all optional."""

    failure_policy: WorkflowFailurePolicy | None
    """By default the execution fails, and ends its other nodes, as soon as one node fails."""
    interruptible: bool
    """Whether nodes may run on machines that can be taken away, where their task does not say."""
    on_failure: Entity[..., Any] | None
    """A task or workflow that runs when the execution failed; it takes the workflow's inputs."""
    docs: Documentation | None
    """What a console shows; the docstring goes before it."""
    pickle_untyped: bool
    """Whether parameters without annotation travel as pickles."""
    default_options: Options | None
    """Labels and annotations of the default launch plan."""


class WorkflowSettings(NamedTuple):
    """What a workflow is besides its function and interface."""

    failure_policy: WorkflowFailurePolicy = WorkflowFailurePolicy.FAIL_IMMEDIATELY
    interruptible: bool = False
    on_failure: Entity[..., Any] | None = None
    docs: Documentation | None = None
    default_options: Options | None = None


class Graph(NamedTuple):
    """What the body of a workflow drew."""

    nodes: tuple[Node, ...]
    outputs: Mapping[str, Bound]
    failure_node: Node | None = None

    def entities(self) -> Iterable[Entity[..., Any]]:
        """What the nodes use, in order, with repetitions."""
        for node in (*self.nodes, *filter(None, (self.failure_node,))):
            yield from node.entity.entities()


class WorkflowBase(Entity[P, R]):
    """Anything that draws a graph: the function kind here, others beside it."""

    kind = kinds.ResourceType.WORKFLOW
    settings: WorkflowSettings

    @property
    @abstractmethod
    def graph(self) -> Graph:
        """Nodes and outputs. Raises FlyteCompilationException when they make no workflow."""

    @abstractmethod
    def spec(self, settings: SerializationSettings) -> admin.WorkflowSpec:
        """What is registered: the template, the templates of all sub-workflows, and the description."""

    def dependencies(self) -> Iterable[Entity[..., Any]]:
        return self.graph.entities()

    def node_defaults(self) -> NodeDefaults:
        return NodeDefaults(self.short_name, interruptible=self.settings.interruptible)

    def fill_node(self, message: core.Node, node: Node, settings: SerializationSettings) -> None:
        message.workflow_node.sub_workflow_ref.CopyFrom(self.identifier(settings))

    def run(self, values: Mapping[str, Any]) -> Any:
        return calls.local_runner(self, values)


class PythonFunctionWorkflow(WorkflowBase[P, R]):
    """A workflow that is a function, made by :func:`workflow`. The body runs when the graph is first needed."""

    def __init__(self, function: Callable[P, R], settings: WorkflowSettings, *, pickle_untyped: bool = False) -> None:
        name = f"{module_name(function)}.{function.__name__}"
        self.workflow_function = function
        self.settings = settings
        self.docstring = parse(function.__doc__)
        super().__init__(
            name,
            interface_of(function, owner=name, docstring=self.docstring, pickle_untyped=pickle_untyped),
            place_of(function),
        )
        functools.update_wrapper(self, function)
        self._graph: Graph | None = None
        self._drawing = False

    @property
    def graph(self) -> Graph:
        if self._graph is None:
            with _DRAWING:
                if self._graph is None:
                    self._graph = self._drawn_once()
        return self._graph

    def spec(self, settings: SerializationSettings) -> admin.WorkflowSpec:
        return workflow_spec(self, settings, description_of(self.settings.docs, self.docstring))

    def _drawn_once(self) -> Graph:
        if self._drawing:  # by this thread, since others wait for the lock
            raise FlyteCompilationException(
                f"workflow {self.name} calls itself",
                where=str(self.source),
                hint="a workflow's graph has a fixed size; repeat in a task, or end the recursion in a launch plan",
            )
        self._drawing = True
        try:
            return self._draw()
        finally:
            self._drawing = False

    def _draw(self) -> Graph:
        composition = Composition(self.name)
        inputs = composition.inputs(self)
        with composing(composition):
            result = self._body(inputs)
        failure_node = self._failure_node(composition, inputs)
        check_ids(composition)
        return Graph(tuple(composition.nodes), bind_outputs(self.interface, result, self.source), failure_node)

    def _body(self, inputs: Mapping[str, Any]) -> Any:
        try:
            result = self.workflow_function(**inputs)  # type: ignore[call-arg]
            return _stepped(result) if inspect.iscoroutine(result) else result
        except FlyteException as error:
            error.where = error.where or f"the body of workflow {self.name}, {innermost(error)}"
            raise
        except Exception as error:  # the user's own; it is told where, and kept as the cause
            place = innermost(error) or self.source
            raise FlyteCompilationException(
                f"the body of workflow {self.name} raised {type(error).__name__}: {error}",
                where=str(place),
                hint="the body runs once, with promises, to draw the graph; what needs values belongs into a task",
            ) from error

    def _failure_node(self, composition: Composition, inputs: Mapping[str, Promise]) -> Node | None:
        handler = self.settings.on_failure
        if handler is None:
            return None
        return failure_node(composition, handler, FAILURE_NODE_ID, inputs, self.source)


def _stepped(coroutine: Any) -> Any:
    """The result of an ``async`` body. Nothing in it waits, since awaiting a promise gives it at once."""
    try:
        coroutine.send(None)
    except StopIteration as end:
        return end.value
    coroutine.close()
    raise FlyteAssertion("the body of an async workflow may await only calls of tasks, workflows and launch plans")


def check_ids(composition: Composition) -> None:
    """Raises FlyteAssertion, with both places, when two nodes of a graph have one id."""
    """Raises FlyteAssertion for two nodes of one id."""
    seen: dict[str, Node] = {}
    for node in composition.nodes:
        other = seen.setdefault(node.id, node)
        if other is not node:
            raise FlyteAssertion(
                f"two nodes of workflow {composition.owner} have the id {node.id!r}",
                where=f"{other.place} and {node.place}",
                hint="give them different names, with_overrides(node_name=...)",
            )


class WorkflowDecorator(Protocol):
    """What ``@workflow(...)`` gives: a decorator that keeps the function's signature."""

    def __call__(self, function: Callable[P, R], /) -> PythonFunctionWorkflow[P, R]: ...


@overload
def workflow(function: Callable[P, R], /, **options: Unpack[WorkflowOptions]) -> PythonFunctionWorkflow[P, R]: ...


@overload
def workflow(function: None = None, /, **options: Unpack[WorkflowOptions]) -> WorkflowDecorator: ...


def workflow(
    function: Callable[..., Any] | None = None, /, **options: Unpack[WorkflowOptions]
) -> PythonFunctionWorkflow[..., Any] | WorkflowDecorator:
    """Make a workflow of a function: bare, or with arguments (:class:`WorkflowOptions`).

    Its body calls tasks, workflows and launch plans; what they give are promises, which may be passed on, put into lists and
    dicts, reached into, and returned.
    """
    if function is None:
        return functools.partial(workflow, **options)  # type: ignore[return-value]
    chosen: Mapping[str, Any] = options
    check_known(chosen, WorkflowOptions.__annotations__, "@workflow")
    return PythonFunctionWorkflow(function, _settle(chosen), pickle_untyped=bool(chosen.get("pickle_untyped", False)))


def _settle(options: Mapping[str, Any]) -> WorkflowSettings:
    policy = options.get("failure_policy") or WorkflowFailurePolicy.FAIL_IMMEDIATELY
    if not isinstance(policy, WorkflowFailurePolicy):
        raise FlyteValidationException(
            f"failure_policy={policy!r} must be one of WorkflowFailurePolicy",
            hint=f"its members are {listed(member.name for member in WorkflowFailurePolicy)}",
        )
    handler = options.get("on_failure")
    interruptible = options.get("interruptible", False)
    if interruptible is None:
        raise FlyteValidationException("interruptible=None must be True or False; leave it away for False")
    return WorkflowSettings(
        policy,
        bool(checked_switch("interruptible", interruptible)),
        None if handler is None else checked_handler(handler),
        options.get("docs"),
        options.get("default_options"),
    )
