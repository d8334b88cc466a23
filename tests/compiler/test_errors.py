"""Every code that the compiler raises, from a workflow that deserves it, with its exact text."""

import pickle
from pathlib import Path

import pytest
from compiler_specs import (
    BOOL,
    FLOAT,
    INT,
    NONE,
    STRING,
    bindings,
    dict_of,
    entries,
    enum,
    errors_of,
    identifier,
    integer,
    interface,
    items,
    launch_plan,
    list_of,
    node,
    plan,
    plan_id,
    promise,
    struct,
    sub_workflow,
    task,
    task_id,
    text,
    union,
    workflow,
    workflow_id,
)
from google.protobuf.duration_pb2 import Duration

from glidepath.compiler import CompilationError, LaunchPlanInterface, compile_workflow
from glidepath.compiler.errors import Code
from glidepath.idl import core

MAKE = task("make", {}, {"o0": INT})
TAKE = task("take", {"x": INT}, {})
PASS = task("pass", {"x": INT}, {"o0": INT})
NAMED = core.NodeMetadata(name="nice")


def test_the_text_lists_all_errors_sorted_by_code_and_without_repeats() -> None:
    template = workflow(
        node("b", "take"), node("a", "take"), node("c", "make", {"y": integer(1), "z": integer(1)}, after=["gone"])
    )
    with pytest.raises(CompilationError) as raised:
        compile_workflow(template, [], [TAKE, MAKE], [])
    assert str(raised.value) == (
        "Collected Errors: 5\n"
        "\tError 0: Code: NodeReferenceNotFound, Node Id: c, Description: Referenced node [gone] not found.\n"
        "\tError 1: Code: ParameterNotBound, Node Id: a, Description: Parameter not bound [x].\n"
        "\tError 2: Code: ParameterNotBound, Node Id: b, Description: Parameter not bound [x].\n"
        "\tError 3: Code: VariableNameNotFound, Node Id: c, Description: Variable [y] not found on node [c].\n"
        "\tError 4: Code: VariableNameNotFound, Node Id: c, Description: Variable [z] not found on node [c].\n"
    )
    assert raised.value.errors == pickle.loads(pickle.dumps(raised.value)).errors


def test_cycle() -> None:
    template = workflow(
        node("a", "make"), node("b", "pass", {"x": promise("c")}, after=["a"]), node("c", "pass", {"x": promise("b")})
    )
    assert errors_of(template, [MAKE, PASS]) == [
        "CycleDetected@start-node: A cycle has been detected while traversing the Workflow [start-node>a>b>c>b]."
    ]


def test_a_node_that_waits_for_itself() -> None:
    template = workflow(node("a", "make"), node("b", "make", after=["a", "b"]))
    assert errors_of(template, [MAKE]) == [
        "CycleDetected@start-node: A cycle has been detected while traversing the Workflow [start-node>a>b>b]."
    ]


def test_sub_workflows_inside_each_other() -> None:
    outer = workflow(node("n0", sub_workflow("a")))
    first = workflow(node("n0", sub_workflow("b")), name="a")
    second = workflow(node("n0", sub_workflow("a")), name="b")
    assert errors_of(outer, [], [first, second]) == [
        "CycleDetected@start-node: A cycle has been detected while traversing the Workflow [w>a>b>a]."
    ]


def test_unreachable_nodes() -> None:
    template = workflow(node("a", "make"), node("c", "make", after=["b"]), node("b", "make", after=["c"]))
    assert errors_of(template, [MAKE]) == ["UnreachableNodes@start-node: The Workflow contain unreachable nodes [b,c]."]


def test_no_nodes() -> None:
    assert errors_of(workflow()) == [
        "NoNodesFound@start-node: Can't find any nodes in workflow "
        '[resource_type:WORKFLOW project:"p" domain:"d" name:"w" version:"v"].'
    ]


def comparison(left: core.Operand | None, right: core.Operand | None) -> core.BooleanExpression:
    return core.BooleanExpression(comparison=core.ComparisonExpression(left_value=left, right_value=right))


def var(name: str) -> core.Operand:
    return core.Operand(var=name)


ONE = core.Operand(primitive=core.Primitive(integer=1))
TRUE = comparison(ONE, ONE)
THEN = node("then", "make")


def branch(*cases: core.IfBlock, else_node: core.Node | None = None, failing: bool = True) -> core.BranchNode:
    error = core.Error(message="no") if failing and else_node is None else None
    block = core.IfElseBlock(case=cases[0] if cases else None, other=cases[1:], else_node=else_node, error=error)
    return core.BranchNode(if_else=block)


def branch_errors(target: core.BranchNode, data: dict[str, core.BindingData] | None = None) -> list[str]:
    return errors_of(workflow(node("b", target, data)), [MAKE, TAKE, task("text", {}, {"o0": STRING})])


@pytest.mark.parametrize(
    ("target", "error"),
    [
        (core.BranchNode(), "ValueRequired@b: Value required [Branch.IfElse]."),
        (branch(), "ValueRequired@b: Value required [Branch.IfElse.Case]."),
        (
            branch(core.IfBlock(then_node=THEN)),
            "BranchNodeHasNoCondition@b: One of the branches on the node doesn't have a condition.",
        ),
        (branch(core.IfBlock(condition=TRUE)), "ValueRequired@b: Value required [IfElse.Case.ThenNode]."),
        (
            branch(core.IfBlock(condition=TRUE, then_node=THEN), failing=False),
            "BranchNodeHasNoDefault@b: Branch Node must have either the else case set or a default error.",
        ),
        (
            branch(core.IfBlock(condition=core.BooleanExpression(), then_node=THEN)),
            "ValueRequired@b: Value required [Expr].",
        ),
        (
            branch(core.IfBlock(condition=comparison(None, ONE), then_node=THEN)),
            "ValueRequired@b: Value required [LeftValue].",
        ),
        (
            branch(core.IfBlock(condition=comparison(ONE, None), then_node=THEN)),
            "ValueRequired@b: Value required [RightValue].",
        ),
        (
            branch(core.IfBlock(condition=comparison(core.Operand(primitive=core.Primitive()), ONE), then_node=THEN)),
            "InvalidLiteralType@b: Failed to validate literal type for [LeftValue] with err: "
            "A primitive without a value has no type.",
        ),
        (
            branch(core.IfBlock(condition=comparison(var("y"), ONE), then_node=THEN)),
            "VariableNameNotFound@b: Variable [y] not found on node [b].",
        ),
        (
            branch(
                core.IfBlock(
                    condition=comparison(core.Operand(primitive=core.Primitive(string_value="1")), ONE), then_node=THEN
                )
            ),
            "MismatchingTypes@b: Variable [RightValue] (type [simple:INTEGER]) doesn't match expected type [simple:STRING].",
        ),
    ],
)
def test_branches(target: core.BranchNode, error: str) -> None:
    assert branch_errors(target) == [error]


def test_conditions_inside_conditions_are_checked() -> None:
    condition = TRUE
    for _ in range(40):
        condition = core.BooleanExpression(
            conjunction=core.ConjunctionExpression(left_expression=condition, right_expression=comparison(None, ONE))
        )
    assert branch_errors(branch(core.IfBlock(condition=condition, then_node=THEN))) == [
        "ValueRequired@b: Value required [LeftValue]."
    ]


def test_a_bound_variable_is_compared_by_its_type() -> None:
    target = branch(core.IfBlock(condition=comparison(var("y"), ONE), then_node=THEN))
    assert branch_errors(target, {"y": integer(3)}) == []
    assert branch_errors(target, {"y": text("3")}) == [
        "MismatchingTypes@b: Variable [RightValue] (type [simple:INTEGER]) doesn't match expected type [simple:STRING]."
    ]


def test_branches_must_agree_on_the_types_of_their_outputs() -> None:
    target = branch(core.IfBlock(condition=TRUE, then_node=THEN), else_node=node("other", "text"))
    assert branch_errors(target) == [
        "MismatchingTypes@b: Variable [o0] (type [simple:INTEGER]) doesn't match expected type [simple:STRING].",
        "MismatchingTypes@b: Variable [o0] (type [simple:STRING]) doesn't match expected type [simple:INTEGER].",
    ]


def test_two_cases_with_one_node_id() -> None:
    case = core.IfBlock(condition=TRUE, then_node=THEN)
    assert branch_errors(branch(case, case)) == ["DuplicateId@b-then: Trying to insert two nodes with the same id."]


@pytest.mark.parametrize(
    ("bad", "error"),
    [
        (node("n"), "ValueRequired@n: Value required [Target]."),
        (node("", "make"), "ValueRequired@<node>: Value required [Id]."),
        (node("n", core.TaskNode()), "ValueRequired@n: Value required [TaskNode.ReferenceId]."),
        (node("n", core.WorkflowNode()), "ValueRequired@n: Value required [WorkflowNode.Reference]."),
        (node("n", core.GateNode()), "NoConditionFound@n: Can't find any condition in gate node [n]."),
        (
            node("n", core.GateNode(signal=core.SignalCondition(output_variable_name="o0"))),
            "ValueRequired@n: Value required [GateNode.Signal.Type].",
        ),
        (
            node("n", core.GateNode(signal=core.SignalCondition(type=INT))),
            "ValueRequired@n: Value required [GateNode.Signal.OutputVariableName].",
        ),
        (
            node("n", "make", metadata=core.NodeMetadata(timeout=Duration(seconds=1, nanos=-1))),
            "SyntaxError@n: Failed to parse element [node:metadata:timeout].",
        ),
        (node("n", "make", after=["gone"]), "NodeReferenceNotFound@n: Referenced node [gone] not found."),
        (
            node("n", "make", output_aliases=[core.Alias(var="o9", alias="a")]),
            "ParameterNotBound@n: Parameter not bound [o9].",
        ),
    ],
)
def test_nodes(bad: core.Node, error: str) -> None:
    assert errors_of(workflow(bad), [MAKE]) == [error]


def test_an_alias_used_twice() -> None:
    pair = task("pair", {}, {"o0": INT, "o1": INT})
    aliases = [core.Alias(var="o0", alias="a"), core.Alias(var="o1", alias="a")]
    assert errors_of(workflow(node("n", "pair", output_aliases=aliases)), [pair]) == [
        "DuplicateAlias@n: Duplicate alias [a] found. An output alias can only be used once in the Workflow."
    ]


def test_references_to_what_was_not_given() -> None:
    array = core.ArrayNode(node=node("sub", "gone"))
    template = workflow(node("a", array), node("b", launch_plan("lp")), node("c", sub_workflow("s")))
    assert errors_of(template) == [
        'TaskReferenceNotFound@start-node: Referenced Task [resource_type:TASK project:"p" domain:"d" name:"gone" version:"v"] '
        "not found.",
        "WorkflowReferenceNotFound@start-node: Referenced Workflow "
        '[resource_type:LAUNCH_PLAN project:"p" domain:"d" name:"lp" version:"v"] not found.',
    ]
    assert errors_of(workflow(node("c", sub_workflow("s")))) == [
        "WorkflowReferenceNotFound@c: Referenced Workflow "
        '[resource_type:WORKFLOW project:"p" domain:"d" name:"s" version:"v"] not found.'
    ]


def test_two_sub_workflows_with_one_id() -> None:
    twin = workflow(node("n", "make"), name="s")
    assert errors_of(workflow(node("n", sub_workflow("s"))), [MAKE], [twin, twin]) == [
        "DuplicateId@start-node: Trying to insert two nodes with the same id."
    ]


def test_a_launch_plan_of_which_too_little_is_known() -> None:
    unknown = LaunchPlanInterface(plan_id("lp"), None, None)
    assert errors_of(workflow(node("n", launch_plan("lp"))), plans=[unknown]) == [
        "ValueRequired@n: Value required [WorkflowNode.ExpectedInputs].",
        "ValueRequired@n: Value required [WorkflowNode.ExpectedOutputs].",
    ]


def test_a_sub_workflow_without_an_interface() -> None:
    bare = core.WorkflowTemplate(id=workflow_id("s"), nodes=[node("n", "make")])
    assert errors_of(workflow(node("n", sub_workflow("s"))), [MAKE], [bare]) == [
        "ValueRequired@n: Value required [WorkflowNode.Interface].",
        "ValueRequired@start-node: Value required [interface].",
    ]


def test_variables_need_a_name_and_a_type() -> None:
    bad = core.VariableMap(variables={"": core.Variable(type=INT), "x": core.Variable()})
    template = workflow(node("n", "make"))
    template.interface.inputs.CopyFrom(bad)
    assert errors_of(template, [MAKE]) == [
        "ValueRequired@start-node: Value required [param.Type].",
        "ValueRequired@start-node: Value required [paramName].",
    ]


def binding_errors(expected: core.LiteralType, data: core.BindingData, **inputs: core.LiteralType) -> list[str]:
    return errors_of(workflow(node("n", "t", {"x": data}, metadata=NAMED), inputs=inputs), [task("t", {"x": expected}, {})])


FIELDS = struct(None, a=list_of(INT))


@pytest.mark.parametrize(
    ("expected", "data", "error"),
    [
        (INT, core.BindingData(), "ValueRequired@n: Value required [Binding]."),
        (
            INT,
            text("a"),
            "MismatchingTypes@n: Variable [x] (type [simple:STRING]) doesn't match expected type [simple:INTEGER].",
        ),
        (
            list_of(INT),
            items(integer(1), text("a")),
            "MismatchingTypes@n: Variable [x] (type [simple:STRING]) doesn't match expected type [simple:INTEGER].",
        ),
        (
            INT,
            core.BindingData(offloaded_metadata=core.LiteralOffloadedMetadata(inferred_type=STRING)),
            "MismatchingTypes@n: Variable [x] (type [simple:STRING]) doesn't match expected type [simple:INTEGER].",
        ),
        (
            INT,
            items(integer(1)),
            "MismatchingBindings@n: Input [x] on node [n] expects bindings of type [simple:INTEGER].  "
            "Received [bindings:{scalar:{primitive:{integer:1}}}]",
        ),
        (
            list_of(INT),
            entries(a=integer(1)),
            "MismatchingBindings@n: Input [x] on node [n] expects bindings of type [collection_type:{simple:INTEGER}].  "
            'Received [bindings:{key:"a" value:{scalar:{primitive:{integer:1}}}}]',
        ),
        (
            enum("red", "green"),
            text("blue"),
            "IllegalEnumValue@n: Input [x] on node [n] is an Enum and expects value to be one of [[red green]].  "
            "Received [blue]",
        ),
        (INT, core.BindingData(scalar=core.Scalar()), "UnrecognizedValue@n: Unrecognized value []."),
        (
            INT,
            core.BindingData(scalar=core.Scalar(primitive=core.Primitive())),
            "InvalidLiteralType@n: Failed to validate literal type for [x] with err: A primitive without a value has no type.",
        ),
        (
            union(list_of(INT), list_of(union(INT, STRING))),
            items(integer(1)),
            "AmbiguousBindingUnionValue@n: Input [x] on node [n] expects bindings of union type "
            "[variants:{collection_type:{simple:INTEGER}} "
            "variants:{collection_type:{union_type:{variants:{simple:INTEGER} variants:{simple:STRING}}}}].  "
            "Received [collection:{bindings:{scalar:{primitive:{integer:1}}}}] which is ambiguous as both variants "
            "[collection_type:{simple:INTEGER}] and "
            "[collection_type:{union_type:{variants:{simple:INTEGER} variants:{simple:STRING}}}] match.",
        ),
        (
            union(INT, dict_of(STRING)),
            items(integer(1)),
            "IncompatibleBindingUnionValue@n: Input [x] on node [n] expects bindings of union type "
            "[variants:{simple:INTEGER} variants:{map_value_type:{simple:STRING}}].  "
            "Received [collection:{bindings:{scalar:{primitive:{integer:1}}}}] which does not match any of the variants.",
        ),
        (INT, promise("gone"), "NodeReferenceNotFound@n: Referenced node [gone] not found."),
        (INT, promise("", "gone"), "VariableNameNotFound@n: Variable [gone] not found on node [start-node]."),
        (INT, promise("", "a.b"), "SyntaxError@n: Failed to parse element [a.b]."),
        (INT, promise("", "a-b"), "SyntaxError@n: Failed to parse element [a-b]."),
        (INT, promise("", ""), "SyntaxError@n: Failed to parse element []."),
        (
            INT,
            promise("", "word"),
            "MismatchingTypes@n: The output variable 'word' has type [simple:STRING], "
            "but it's assigned to the input variable 'nice.x' which has type type [simple:INTEGER].",
        ),
        (
            INT,
            promise("", "[0].word"),
            "MismatchingTypes@n: Variable [[0].word] (type [simple:STRING]) doesn't match expected type [collection_type:{}].",
        ),
        (
            INT,
            promise("", "record", "b"),
            "FieldNotFound@n: Variable [record] (type [simple:STRUCT structure:{dataclass_type:"
            '{key:"a" value:{collection_type:{simple:INTEGER}}}}]) doesn\'t have field [b].',
        ),
        (
            INT,
            promise("", "record", "a", "b"),
            "FieldNotFound@n: Variable [record] (type [collection_type:{simple:INTEGER}]) doesn't have field [b].",
        ),
        (INT, promise("", "word", 0), "FieldNotFound@n: Variable [word] (type [simple:STRING]) doesn't have field [0]."),
    ],
)
def test_bindings(expected: core.LiteralType, data: core.BindingData, error: str) -> None:
    assert binding_errors(expected, data, word=STRING, record=FIELDS) == [error]


@pytest.mark.parametrize(
    ("expected", "data"),
    [
        (list_of(INT), items()),
        (dict_of(list_of(INT)), entries(a=items(integer(1)))),
        (union(INT, NONE), integer(1)),
        (union(list_of(INT), NONE), items(promise("", "number"))),
        (enum("red"), text("red")),
        (STRING, promise("", "colour")),
        (INT, promise("", "[3].numbers")),
        (INT, promise("", "numbers", 3)),
        (INT, promise("", "record", "a", 0)),
        (BOOL, promise("", "table", "k")),
        (list_of(FLOAT), core.BindingData(offloaded_metadata=core.LiteralOffloadedMetadata(inferred_type=list_of(FLOAT)))),
    ],
)
def test_bindings_that_fit(expected: core.LiteralType, data: core.BindingData) -> None:
    given = {"number": INT, "numbers": list_of(INT), "record": FIELDS, "table": dict_of(BOOL), "colour": enum("red")}
    assert binding_errors(expected, data, **given) == []


def test_a_promise_from_a_named_node_is_called_by_both_names() -> None:
    template = workflow(
        node("a", "make", metadata=core.NodeMetadata(name="maker")),
        node("b", "t", {"x": promise("a")}, metadata=NAMED),
        outputs={"r": STRING},
        results={"r": promise("a")},
    )
    assert errors_of(template, [MAKE, task("t", {"x": STRING}, {})]) == [
        "MismatchingTypes@b: The output variable 'maker.o0' has type [simple:INTEGER], "
        "but it's assigned to the input variable 'nice.x' which has type type [simple:STRING].",
        "MismatchingTypes@end-node: The output variable 'maker.o0' has type [simple:INTEGER], "
        "but it's assigned to the input variable 'r' which has type type [simple:STRING].",
    ]


def test_unbound_and_doubly_bound_inputs() -> None:
    loose = task("loose", {"x": INT, "y": union(INT, NONE)}, {})
    twice = node("a", "take", {"x": integer(1)})
    twice.inputs.extend(bindings({"x": integer(2)}))
    template = workflow(twice, node("b", "loose"), outputs={"r": INT})
    assert errors_of(template, [TAKE, loose]) == [
        "ParameterBoundMoreThanOnce@a: Input [x] is bound more than once.",
        "ParameterNotBound@b: Parameter not bound [x].",
        "ParameterNotBound@end-node: Parameter not bound [r].",
    ]


def test_an_approval_bound_twice() -> None:
    gate = node("g", core.GateNode(approve=core.ApproveCondition()), {"x": integer(1)})
    gate.inputs.extend(bindings({"x": integer(2)}))
    assert errors_of(workflow(gate)) == ["ParameterBoundMoreThanOnce@g: Input [x] is bound more than once."]


def test_a_launch_plan_that_lacks_a_required_input() -> None:
    given = plan("lp", {"a": INT}, {"b": INT, "c": INT})
    template = workflow(node("n", launch_plan("lp"), {"b": text("no"), "d": integer(1)}))
    assert errors_of(template, plans=[given]) == [
        "MismatchingTypes@n: Variable [b] (type [simple:STRING]) doesn't match expected type [simple:INTEGER].",
        "ParameterNotBound@n: Parameter not bound [a].",
        "VariableNameNotFound@n: Variable [d] not found on node [n].",
    ]


def test_errors_of_sub_workflows_are_collected_too() -> None:
    inner = workflow(node("i", "take"), name="s")
    template = workflow(node("n", sub_workflow("s")), node("m", "take"))
    assert errors_of(template, [TAKE], [inner]) == [
        "ParameterNotBound@i: Parameter not bound [x].",
        "ParameterNotBound@m: Parameter not bound [x].",
    ]


def test_a_failure_node_is_checked() -> None:
    template = workflow(node("n", "make"), failure=node("fn0", "take", {"x": text("a")}))
    assert errors_of(template, [MAKE, TAKE]) == [
        "MismatchingTypes@fn0: Variable [x] (type [simple:STRING]) doesn't match expected type [simple:INTEGER]."
    ]


def test_ids_of_another_type_do_not_answer_a_reference() -> None:
    wrong = core.TaskTemplate(id=identifier(core.ResourceType.WORKFLOW, "make"), interface=interface({}, {}))
    assert len(errors_of(workflow(node("n", "make")), [core.CompiledTask(template=wrong)])) == 1
    assert task_id("make") != wrong.id


def test_every_code_is_raised_by_a_test_in_this_folder() -> None:
    texts = "".join(path.read_text() for path in Path(__file__).parent.glob("test_*.py"))
    assert [code.value for code in Code if f"{code.value}@" not in texts and f"Code: {code.value}," not in texts] == []
