"""``conditional``: one of several calls, chosen when the workflow runs.

    conditional("size").if_(n > 10).then(large(n=n)).elif_(n > 5).then(middle(n=n)).else_().fail("too small")

From ``conditional(...)`` to the last ``then`` or ``fail`` calls of entities are arms: they run only when their condition holds.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Generic, NoReturn, TypeVar

from glidepath.authoring.bindings import promises_in
from glidepath.authoring.branches import Arm, Branch, ConditionInputs
from glidepath.authoring.composing import Composition, current_composition, switch_to
from glidepath.authoring.entity import Entity
from glidepath.authoring.expressions import UNARY_HINT, Expression
from glidepath.authoring.nodes import Node
from glidepath.authoring.places import caller
from glidepath.authoring.promises import Promise, node_of, outputs_of
from glidepath.errors import FlyteAssertion, FlyteTypeException

R = TypeVar("R")
T = TypeVar("T")
_ONE_CALL = "put both calls into a sub-workflow, or make the inner one before the conditional, where it always runs"


class ConditionalSection:
    """A conditional that has begun; :func:`conditional` makes it, ``if_`` is its only way on."""

    def __init__(self, name: str, parent: Composition) -> None:
        self._outer = current_composition()
        self.name = name
        self.parent = parent
        self.place = caller()
        self.composition = Composition(parent.owner, parent.prefix, parent, f"conditional {name!r}", self.place)
        self.arms: list[tuple[Expression, Node]] = []
        self.is_open = True
        switch_to(self.composition)

    def if_(self, condition: Any) -> Case[NoReturn]:
        """The first case. ``condition`` compares outputs and inputs: ``(x > 1) & (y == "a")``, ``flag.is_true()``.

        Raises FlyteAssertion for what is no comparison, and for a second ``if_``.
        """
        if self.arms:
            raise self.mistake("has an if_ already", "go on with elif_")
        return Case(self, self.checked(condition, "if_"))

    if not TYPE_CHECKING:  # type checkers say that there are no such methods

        def _begins(self, *args: Any) -> NoReturn:
            raise self.mistake("begins with if_", f'conditional("{self.name}").if_(x > 1).then(...)')

        then = elif_ = else_ = fail = _begins

    def __repr__(self) -> str:
        return f"<conditional {self.name!r} of {self.parent.owner}{', without else_()' if self.is_open else ''}>"

    def mistake(self, said: str, hint: str) -> FlyteAssertion:
        """An error that names the conditional and the user's line. The conditional is over: calls go where they went before."""
        switch_to(self._outer)
        return FlyteAssertion(f"conditional {self.name!r} {said}", where=str(caller()), hint=hint)

    def checked(self, condition: object, method: str) -> Expression:
        """A condition that can be asked here; calls in it run before the conditional, whatever its outcome."""
        self._hoist()
        if not self.is_open:
            raise self.mistake("has its else_ already", "put elif_ before else_")
        if isinstance(condition, Promise):
            raise self.mistake(f"cannot ask {condition!r} by itself in {method}", "write is_true(), or compare it: x == 1")
        if not isinstance(condition, Expression):
            raise self.mistake(f"takes a comparison in {method}, got {condition!r}", UNARY_HINT)
        for promise in condition.promises():
            if promise._node.composition is self.composition or not self.composition.is_within(promise._node.composition):
                raise self.mistake(f"compares {promise!r}, which is not known before it", "compare what was called before it")
        return condition

    def arm(self, call: object) -> Node:
        """The node of the call that ``then`` was given. Raises FlyteAssertion for anything but one call."""
        node = call if isinstance(call, Node) else node_of(call)
        if node is None or not node.id:
            raise self.mistake(f"takes the call of a task, workflow or launch plan in then, got {call!r}", _hint_for(call))
        if isinstance(call, Promise) and (call._path or len(node.outputs) > 1):
            raise self.mistake(
                f"takes a whole call in then, got {call!r} of it", "leave the attribute away, and take it afterwards"
            )
        pending = [each for each in self._pending() if each is not node]
        if pending:
            raise self.mistake(f"has an arm with a call of {pending[0].entity.name} inside it; an arm is one call", _ONE_CALL)
        self._check_arm(node)
        return node

    def finish(self, default: Node | None, message: str) -> Any:
        """Make the branch node, and give its outputs: what all arms have in common."""
        inputs = ConditionInputs()
        arms = [Arm(inputs.message(expression), node) for expression, node in self.arms]
        branch = Branch(self.name, arms, default, message)
        self.is_open = False
        switch_to(self._outer)
        _check_types(self, branch)
        return outputs_of(self.parent.add_target(branch, branch.outputs(), inputs.bindings, self.place))

    def _pending(self) -> Iterator[Node]:
        """The nodes made since the last arm."""
        known = [node for _, node in self.arms]
        return (node for node in self.composition.nodes if not any(node is each for each in known))

    def _hoist(self) -> None:
        for node in list(self._pending()):
            self.composition.nodes.remove(node)
            self.parent.adopt(node)

    def _check_arm(self, node: Node) -> None:
        for bound in node.bindings.values():
            for promise in promises_in(bound):
                if promise._node.composition is self.composition:
                    raise self.mistake(f"has an arm that takes {promise!r} of another arm", "only one of the arms runs")
        if any(node.id == other.id for _, other in self.arms):
            raise self.mistake(
                f"has two arms with the node id {node.id!r}", "write each call in its own then(...), or give it a node_name"
            )
        if node.composition is not self.composition:
            self._warn_of_second_run(node)

    def _warn_of_second_run(self, node: Node) -> None:
        if not self.composition.is_within(node.composition):
            raise self.mistake(f"gets a call of {node.entity.name} that is not in {self.parent.owner}", _ONE_CALL)
        from glidepath.authoring.logs import logger  # only this warning needs it

        logger.warning(
            "%s: %s was called before conditional %r, so it always runs, and once more as an arm; call it inside then(...)",
            caller(), node.entity.name, self.name,
        )  # fmt: skip


class Case(Generic[R]):
    """After ``if_`` and ``elif_``: what runs when the condition holds."""

    def __init__(self, section: ConditionalSection, condition: Expression) -> None:
        self._section = section
        self._condition = condition

    def then(self, call: T) -> Condition[R | T]:
        """The call that runs: ``then(add(a=x))``."""
        self._section.arms.append((self._condition, self._section.arm(call)))
        return Condition(self._section)

    def fail(self, message: str) -> NoReturn:
        """Only ``else_`` can fail: the wire has no other place for an error."""
        raise self._section.mistake(
            "can fail only in else_",
            "turn the condition round: if_(x > 1).fail(...) is if_(x <= 1).then(...).else_().fail(...)",
        )

    def __repr__(self) -> str:
        return f"<{self._condition!r} of {self._section!r}>"


class Condition(Generic[R]):
    """After ``then``: another case, or the end."""

    def __init__(self, section: ConditionalSection) -> None:
        self._section = section

    def elif_(self, condition: Any) -> Case[R]:
        """A case that counts when none before it holds."""
        return Case(self._section, self._section.checked(condition, "elif_"))

    def else_(self) -> LastCase[R]:
        """What happens when no condition holds."""
        return LastCase(self._section)

    def __repr__(self) -> str:
        return repr(self._section)


class LastCase(Generic[R]):
    """After ``else_``: a call, or a failure."""

    def __init__(self, section: ConditionalSection) -> None:
        section._hoist()
        self._section = section

    def then(self, call: T) -> R | T:
        """The call that runs when no condition holds. Gives what all arms give: a promise, a tuple of them, or nothing."""
        result: R | T = self._section.finish(self._section.arm(call), "")
        return result

    def fail(self, message: str) -> R:
        """The workflow fails with this message when no condition holds."""
        if not isinstance(message, str):
            raise self._section.mistake(f"takes a message in fail, got {message!r}", 'write fail("why")')
        result: R = self._section.finish(None, message)
        return result


def conditional(name: str) -> ConditionalSection:
    """Begin a conditional; ``name`` is what a console shows. Stands in the body of a workflow.

    Example::

        @workflow
        def wf(n: int) -> str:
            return conditional("sign").if_(n > 0).then(plus(n=n)).elif_(n == 0).then(zero()).else_().then(minus(n=n))

    Raises FlyteAssertion outside of workflows.
    """
    composition = current_composition()
    if composition is None:
        raise FlyteAssertion(
            f"conditional({name!r}) stands outside of a workflow",
            where=str(caller()),
            hint="use it in the body of a @workflow or @dynamic function; a task has Python's own if",
        )
    return ConditionalSection(name, composition)


def _hint_for(call: object) -> str:
    if isinstance(call, Entity):
        return f"call it: then({call.short_name}(...))"
    if isinstance(call, (Condition, ConditionalSection, Case, LastCase)):
        return "finish the inner conditional with else_"
    return "values come from tasks: write a task that returns it"


def _check_types(section: ConditionalSection, branch: Branch) -> None:
    """Raises FlyteTypeException for an output that two arms give with different types."""
    first, *others = branch.inner_nodes
    for name in branch.outputs():
        for other in others:
            one, two = first.outputs[name]._type, other.outputs[name]._type
            if one is None or two is None or one == two:
                continue
            from glidepath.types.description import describe

            raise FlyteTypeException(
                f"the arms of conditional {section.name!r} give output {name!r} with different types:"
                f" {first.entity.name} {describe(one)}, {other.entity.name} {describe(two)}",
                where=str(section.place),
                hint="let all arms return the same type, or name the outputs differently (NamedTuple)",
            )
