"""A conditional draws a branch node, runs the arm whose condition holds, and says in whose line it is wrong.

That its specs are stock's is asserted in test_stock_parity.
"""

import enum
import logging
import re
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple, Optional

import pytest

from glidepath import approve, conditional, create_node, dynamic, task, workflow
from glidepath.authoring import ImageConfig, SerializationSettings, specs_of
from glidepath.authoring.composing import current_composition
from glidepath.errors import FlyteAssertion, FlyteException, FlyteTypeException, FlyteValueException
from glidepath.idl import core

SETTINGS = SerializationSettings(ImageConfig.of("img:v1"))


class Two(NamedTuple):
    number: int
    text: str


class Colour(enum.Enum):
    RED = "red"
    BLUE = "blue"


@dataclass
class Deep:
    x: int
    items: list[int]


@task
def add(a: int, b: int = 10) -> int:
    return a + b


@task
def is_big(a: int) -> bool:
    return a > 10


@task
def say() -> str:
    return "x"


@task
def note(text: str) -> None: ...


@task
def two(n: int) -> Two:
    return Two(n, "t")


@task
def deep(n: int) -> Deep:
    return Deep(n, [n, 7])


@workflow
def below(a: int) -> int:
    return add(a=add(a=a))


def template(function: Any) -> core.WorkflowTemplate:
    return workflow(function).spec(SETTINGS).template


def if_else(function: Any) -> core.IfElseBlock:
    node = template(function).nodes[-1]
    return node.branch_node.if_else


@pytest.mark.parametrize(("n", "expected"), [(20, 120), (7, 17), (7 - 2, 5)])
def test_the_arm_whose_condition_holds_runs(n: int, expected: int) -> None:
    @workflow
    def wf(n: int) -> int:
        return (
            conditional("size")
            .if_(n > 10)
            .then(add(a=n, b=100))
            .elif_((n > 5) & (n != 6))
            .then(add(a=n))
            .else_()
            .then(add(a=n, b=0))
        )

    assert wf(n=n) == expected


def test_fail_raises_its_message_when_no_condition_holds() -> None:
    @workflow
    def wf(n: int) -> int:
        return conditional("c").if_(n > 10).then(add(a=n)).else_().fail("too small")

    assert wf(n=11) == 21
    with pytest.raises(FlyteValueException, match="too small"):
        wf(n=1)


def test_an_arm_may_take_what_no_condition_asks_for() -> None:
    @workflow
    def wf(n: int) -> int:
        x = add(a=n)
        y = add(a=x)
        return (
            conditional("c")
            .if_(n > 10)
            .then(below(a=y))
            .else_()
            .then(conditional("d").if_(n > 5).then(add(a=y)).else_().then(add(a=x)))
        )

    assert [wf(n=n) for n in (11, 6, 1)] == [51, 36, 21]


def test_whole_numbers_compare_with_floats() -> None:
    @workflow
    def wf(a: float) -> int:
        return conditional("c").if_((a >= 0) & (a < 1.5)).then(add(a=1)).else_().then(add(a=2))

    comparison = wf.spec(SETTINGS).template.nodes[0].branch_node.if_else.case.condition.conjunction.left_expression.comparison
    assert comparison.right_value.primitive == core.Primitive(float_value=0.0)
    assert [wf(a=a) for a in (0.0, 1.4, 1.5)] == [11, 11, 12]


def test_several_outputs_come_as_the_arms_own_named_tuple() -> None:
    seen: list[Any] = []

    @workflow
    def wf(n: int) -> Two:
        out = conditional("c").if_(n > 1).then(two(n=n)).else_().then(two(n=0))
        seen.append(isinstance(out, Two))
        return out

    assert wf(n=3) == Two(3, "t")
    assert wf(n=1) == Two(0, "t")
    assert seen == [True]


def test_outputs_that_only_some_arms_have_are_none_of_the_conditional() -> None:
    seen: list[Any] = []

    def wf(n: int) -> None:
        seen.append(repr(conditional("c").if_(n > 1).then(two(n=n)).else_().then(add(a=1))))

    template(wf)
    assert seen == ["Void(n0)"]


def test_a_dynamic_task_draws_conditionals_too() -> None:
    @dynamic
    def draw(n: int) -> int:
        x = add(a=n)
        last = conditional("d").if_(x == 14).then(add(a=2)).else_().then(add(a=x))
        return conditional("c").if_(x == 11).then(add(a=1)).else_().then(add(a=last))

    @workflow
    def wf(n: int) -> int:
        return draw(n=n)

    assert [wf(n=n) for n in (1, 4, 5)] == [11, 22, 35]


def test_calls_in_a_condition_run_before_the_conditional() -> None:
    @workflow
    def wf(n: int) -> int:
        return (
            conditional("c")
            .if_(is_big(a=add(a=n)).is_true())
            .then(add(a=n))
            .elif_(add(a=n, b=1) == 1)
            .then(add(a=n, b=50))
            .else_()
            .then(add(a=n, b=0))
        )

    nodes = wf.spec(SETTINGS).template.nodes
    assert [(node.id, node.metadata.name) for node in nodes] == [("n0", "add"), ("n1", "is_big"), ("n2", "add"), ("n3", "c")]
    assert list(nodes[3].upstream_node_ids) == ["n1", "n2"]
    assert [wf(n=n) for n in (1, 0, -5)] == [11, 50, -5]


def test_two_fields_of_one_output_are_two_inputs_of_the_branch() -> None:
    @workflow
    def wf(n: int) -> int:
        d = deep(n=n)
        return conditional("c").if_(d.x < d.items[1]).then(add(a=d.x)).else_().then(add(a=0))

    node = wf.spec(SETTINGS).template.nodes[1]
    assert [binding.var for binding in node.inputs] == ["n0.o0", "n0.o0.items.1"]
    assert [wf(n=n) for n in (6, 7)] == [16, 10]


def test_a_call_that_was_made_before_runs_again_as_an_arm_with_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    @workflow
    def wf(n: int) -> int:
        note(text="x")
        x = add(a=n)
        return conditional("c").if_(n > 1).then(x).else_().then(add(a=0))

    with caplog.at_level(logging.WARNING, "glidepath.user"):
        assert wf(n=3) == 13
    assert "was called before conditional 'c', so it always runs, and once more as an arm" in caplog.text


def test_nodes_and_gates_can_be_arms_and_follow_each_other() -> None:
    def wf(n: int) -> int:
        x = create_node(add, a=n)
        c = conditional("c").if_(n > 1).then(create_node(add, a=n)).else_().then(approve(x.o0, "ok", timedelta(hours=1)))
        x >> c
        c >> note(text="x")
        return c  # type: ignore[return-value]

    nodes = template(wf).nodes
    assert [list(node.upstream_node_ids) for node in nodes] == [[], ["n0"], ["n1"]]
    assert nodes[1].branch_node.if_else.else_node.gate_node.approve.signal_id == "ok"


def test_what_arms_use_is_registered_with_the_workflow() -> None:
    @workflow
    def wf(n: int) -> int:
        inner = conditional("d").if_(n > 2).then(below(a=n)).else_().then(add(a=n))
        return conditional("c").if_(n > 1).then(add(a=n)).else_().then(add(a=inner))

    @workflow
    def nested(n: int) -> int:
        return (
            conditional("c")
            .if_(n > 1)
            .then(conditional("d").if_(n > 2).then(below(a=n)).else_().fail("x"))
            .else_()
            .then(add(a=n))
        )

    for each in (wf, nested):
        names = [spec.id.name.rpartition(".")[2] for spec in specs_of([each], SETTINGS)]
        assert set(names) == {"add", "below", each.short_name}
        assert [sub.id.name for sub in each.spec(SETTINGS).sub_workflows] == [below.name]


@pytest.mark.parametrize(
    ("value", "kind"),
    [
        (True, "boolean"),
        (2, "integer"),
        (2.5, "float_value"),
        ("x", "string_value"),
        (Colour.RED, "string_value"),
        (datetime(2020, 1, 1), "datetime"),
        (date(2020, 1, 1), "datetime"),
        (timedelta(seconds=1), "duration"),
    ],
)
def test_constants_are_primitives_on_the_right(value: Any, kind: str) -> None:
    def wf(n: Any) -> int:
        return conditional("c").if_(value == n).then(add(a=1)).else_().fail("x")

    wf.__annotations__["n"] = type(value)
    comparison = if_else(wf).case.condition.comparison
    assert (comparison.left_value.var, comparison.right_value.primitive.WhichOneof("value")) == (".n", kind)


def test_enums_are_compared_by_their_values() -> None:
    @workflow
    def wf(a: Colour, b: str) -> int:
        return conditional("c").if_(a == Colour.RED).then(add(a=1)).elif_(a == b).then(add(a=2)).else_().then(add(a=3))

    assert [wf(a=a, b="blue") for a in Colour] == [11, 12]
    assert wf(a=Colour.BLUE, b="red") == 13


def test_the_absence_of_an_optional_can_be_asked_for() -> None:
    @workflow
    def wf(a: Optional[int]) -> int:
        return conditional("c").if_(a.is_none()).then(add(a=1)).else_().then(add(a=2))  # type: ignore[union-attr]

    assert [wf(a=a) for a in (None, 4)] == [11, 12]


def ands(a: int) -> int:
    return conditional("c").if_(a > 1 and a < 3).then(add(a=a)).else_().fail("x")


def chains(a: int) -> int:
    return conditional("c").if_(1 < a < 3).then(add(a=a)).else_().fail("x")


def nots(a: int) -> int:
    return conditional("c").if_(not a).then(add(a=a)).else_().fail("x")


def without_brackets(a: int, b: int) -> int:
    return conditional("c").if_(a > 1 & b > 2).then(add(a=a)).else_().fail("x")


def bare_flag(a: bool) -> int:
    return conditional("c").if_(a).then(add(a=1)).else_().fail("x")


def flag_in_a_conjunction(a: bool, b: int) -> int:
    return conditional("c").if_((b > 1) & a).then(add(a=1)).else_().fail("x")


def turned_round(a: int) -> int:
    return conditional("c").if_(~(a > 1)).then(add(a=1)).else_().fail("x")


def a_constant(a: int) -> int:
    return conditional("c").if_(3 > 2).then(add(a=a)).else_().fail("x")


def no_else(a: int) -> int:
    return conditional("c").if_(a > 2).then(add(a=a))  # type: ignore[return-value]


def no_else_and_unused(a: int) -> None:
    conditional("c").if_(a > 2).then(add(a=a))


def only_begun(a: int) -> None:
    conditional("c")


def then_first(a: int) -> int:
    return conditional("c").then(add(a=a))


def if_twice(a: int) -> None:
    c = conditional("c")
    c.if_(a > 2).then(add(a=a))
    c.if_(a > 3)


def fails_early(a: int) -> int:
    return conditional("c").if_(a > 2).fail("x").else_().then(add(a=a))


def not_a_call(a: int) -> int:
    return conditional("c").if_(a > 2).then(3).else_().then(add(a=a))


def an_input(a: int) -> int:
    return conditional("c").if_(a > 2).then(a).else_().then(add(a=a))


def the_task_itself(a: int) -> int:
    return conditional("c").if_(a > 2).then(add).else_().then(add(a=a))  # type: ignore[return-value]


def one_of_two(a: int) -> int:
    return conditional("c").if_(a > 2).then(two(n=a).number).else_().then(add(a=a))


def unfinished_inside(a: int) -> int:
    inner = conditional("d").if_(a > 3).then(add(a=a))
    return conditional("c").if_(a > 2).then(inner).else_().then(add(a=a))  # type: ignore[return-value]


def two_calls_in_an_arm(a: int) -> int:
    return conditional("c").if_(a > 2).then(add(a=add(a=a))).else_().then(add(a=a))


def an_arm_takes_another(a: int) -> int:
    return conditional("c").if_(a > 2).then(x := add(a=a)).else_().then(add(a=x))


def an_arm_is_used_afterwards(a: int) -> int:
    conditional("c").if_(a > 2).then(x := add(a=a)).else_().then(add(a=a))
    return add(a=x)


def two_arms_of_one_id(a: int) -> int:
    x = add(a=a)
    return conditional("c").if_(a > 2).then(x).else_().then(add(a=a))


def int_and_float(a: float) -> int:
    return conditional("c").if_(a > 2**53 + 1).then(add(a=1)).else_().fail("x")


def two_types(a: int, b: float) -> int:
    return conditional("c").if_(a > b).then(add(a=1)).else_().fail("x")


def a_list(a: list[int]) -> int:
    return conditional("c").if_(a == [1]).then(add(a=1)).else_().fail("x")


def two_lists(a: list[int], b: list[int]) -> int:
    return conditional("c").if_(a == b).then(add(a=1)).else_().fail("x")


def an_optional(a: Optional[int]) -> int:
    return conditional("c").if_(a == 3).then(add(a=1)).else_().fail("x")


def order_of_booleans(a: bool) -> int:
    return conditional("c").if_(a > True).then(add(a=1)).else_().fail("x")


def less_than_none(a: int) -> int:
    return conditional("c").if_(a < None).then(add(a=1)).else_().fail("x")  # type: ignore[operator]


def different_outputs(a: int) -> int:
    return conditional("c").if_(a > 1).then(say()).else_().then(add(a=1))  # type: ignore[return-value]


MISTAKES: dict[Any, tuple[type[FlyteException], str, str]] = {
    ands: (FlyteAssertion, r"Promise\(a\) > 1 is decided when the workflow runs", "join comparisons with & and |"),
    chains: (FlyteAssertion, r"Promise\(a\) > 1 is decided when the workflow runs", "join comparisons with & and |"),
    nots: (FlyteAssertion, r"Promise\(a\) has no value yet, so it cannot be tested", "decide inside a task"),
    without_brackets: (FlyteAssertion, r"Promise\(b\) by itself is no condition", "compare each first, in brackets"),
    bare_flag: (FlyteAssertion, r"conditional 'c' cannot ask Promise\(a\) by itself in if_", r"is_true\(\)"),
    flag_in_a_conjunction: (FlyteAssertion, r"join comparisons, and Promise\(a\) is none", r"flag.is_true\(\)"),
    turned_round: (FlyteAssertion, r"~ cannot turn Promise\(a\) > 1 round", "<= for >"),
    a_constant: (FlyteAssertion, "conditional 'c' takes a comparison in if_, got True", "compare each"),
    no_else: (FlyteAssertion, r"conditional 'c' of .*no_else has no else_\(\)", "fail"),
    no_else_and_unused: (FlyteAssertion, r"conditional 'c' of .*no_else_and_unused has no else_\(\)", "fail"),
    only_begun: (FlyteAssertion, r"conditional 'c' of .*only_begun has no else_\(\)", "fail"),
    then_first: (FlyteAssertion, "conditional 'c' begins with if_", "if_"),
    if_twice: (FlyteAssertion, "conditional 'c' has an if_ already", "elif_"),
    fails_early: (FlyteAssertion, "conditional 'c' can fail only in else_", "turn the condition round"),
    not_a_call: (FlyteAssertion, "takes the call of a task, workflow or launch plan in then, got 3", "write a task"),
    an_input: (FlyteAssertion, r"in then, got Promise\(a\)", "write a task that returns it"),
    the_task_itself: (FlyteAssertion, "in then, got <PythonFunctionTask", r"call it: then\(add\(...\)\)"),
    one_of_two: (FlyteAssertion, r"takes a whole call in then, got Promise\(n0.number\) of it", "take it afterwards"),
    unfinished_inside: (FlyteAssertion, "in then, got <conditional 'd'", "finish the inner conditional with else_"),
    two_calls_in_an_arm: (FlyteAssertion, "has an arm with a call of .*add inside it", "sub-workflow"),
    an_arm_takes_another: (FlyteAssertion, r"has an arm that takes Promise\(n0.o0\) of another arm", "only one"),
    an_arm_is_used_afterwards: (FlyteAssertion, "of an arm of conditional 'c', which may not run", "whole conditional"),
    two_arms_of_one_id: (FlyteAssertion, "has two arms with the node id 'n0'", "its own then"),
    int_and_float: (
        FlyteTypeException,
        r"Promise\(a\) is float, and 9007199254740993 is int; conditions compare values of one type",
        "in a task",
    ),
    two_types: (FlyteTypeException, r"Promise\(a\) is int, and Promise\(b\) is float", "in a task"),
    a_list: (FlyteTypeException, r"Promise\(a\) cannot be compared with \[1\] of type list", "compare others in a task"),
    two_lists: (FlyteTypeException, r"Promise\(a\) is list\[int\], which a condition cannot compare", "write a task"),
    an_optional: (FlyteTypeException, r"Promise\(a\) is int \| None, which a condition cannot compare", r"is_none\(\)"),
    order_of_booleans: (FlyteTypeException, r"Promise\(a\) > True: booleans can only be equal or not", ""),
    less_than_none: (FlyteTypeException, r"Promise\(a\) < None: None can only be equal or not", ""),
    different_outputs: (FlyteTypeException, "give output 'o0' with different types: .*say str, .*add int", "same type"),
}


@pytest.mark.parametrize("function", MISTAKES, ids=lambda function: function.__name__)
def test_mistakes_are_told_with_the_users_line_and_what_to_write(function: Any) -> None:
    kind, message, hint = MISTAKES[function]
    with pytest.raises(kind, match=message) as caught:
        template(function)
    assert __file__ in caught.value.where
    assert re.search(hint, caught.value.hint)
    assert current_composition() is None


def test_a_conditional_outside_of_a_workflow_is_refused() -> None:
    with pytest.raises(FlyteAssertion, match=r"conditional\('c'\) stands outside of a workflow"):
        conditional("c")
