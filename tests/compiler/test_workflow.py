"""The closure that comes out: nodes, connections, sub-workflows, tasks."""

import random

import pytest
from compiler_specs import (
    INT,
    NONE,
    STRING,
    edges,
    errors_of,
    integer,
    items,
    launch_plan,
    list_of,
    node,
    plan,
    plan_id,
    promise,
    sub_workflow,
    task,
    task_id,
    text,
    union,
    workflow,
    workflow_id,
)
from hypothesis import given, settings, strategies as st

from glidepath.compiler import CompilationError, LaunchPlanInterface, compile_workflow, requirements
from glidepath.idl import core

MAKE = task("make", {}, {"o0": INT})
PASS = task("pass", {"x": INT}, {"o0": INT})
TRUE = core.BooleanExpression(
    comparison=core.ComparisonExpression(
        left_value=core.Operand(var="y"), right_value=core.Operand(primitive=core.Primitive(integer=1))
    )
)


def test_start_and_end_come_first_and_carry_the_interface() -> None:
    template = workflow(
        node("b", "pass", {"x": promise("a")}),
        node("a", "pass", {"x": promise("", "n")}),
        inputs={"n": INT},
        outputs={"r": INT, "s": INT},
        results={"r": promise("b"), "s": promise("", "n")},
    )
    closure = compile_workflow(template, [], [PASS], [])
    compiled = closure.primary
    assert [each.id for each in compiled.template.nodes] == ["start-node", "end-node", "b", "a"]
    assert compiled.template.nodes[1].inputs == compiled.template.outputs
    assert [each.binding.promise.node_id for each in compiled.template.outputs] == ["b", "start-node"]
    assert edges(compiled.connections.downstream) == {"a": ["b"], "b": ["end-node"], "start-node": ["a", "end-node"]}
    assert edges(compiled.connections.upstream) == {"a": ["start-node"], "b": ["a"], "end-node": ["b", "start-node"]}
    assert list(closure.tasks) == [PASS]


def test_the_arguments_are_left_as_they_were() -> None:
    template = workflow(node("a", "pass", {"x": promise("", "n")}), inputs={"n": INT})
    before = template.SerializeToString(deterministic=True)
    compile_workflow(template, [], [PASS], [])
    assert template.SerializeToString(deterministic=True) == before


def test_loose_nodes_hang_between_start_and_end() -> None:
    compiled = compile_workflow(workflow(node("a", "make"), node("b", "make", after=["a"])), [], [MAKE], []).primary
    assert edges(compiled.connections.downstream) == {"a": ["b"], "b": ["end-node"], "start-node": ["a"]}


def test_upstream_ids_are_sorted_and_a_repeated_node_is_dropped() -> None:
    template = workflow(node("b", "make"), node("a", "make"), node("c", "make", after=["b", "a"]), node("b", "pass"))
    compiled = compile_workflow(template, [], [MAKE, PASS], []).primary
    assert [each.id for each in compiled.template.nodes] == ["start-node", "end-node", "b", "a", "c"]
    assert list(compiled.template.nodes[4].upstream_node_ids) == ["a", "b"]


def branch(then: core.Node, otherwise: core.Node) -> core.BranchNode:
    return core.BranchNode(if_else=core.IfElseBlock(case=core.IfBlock(condition=TRUE, then_node=then), else_node=otherwise))


def test_nodes_inside_branches_get_their_branches_ids_and_edges_upwards_only() -> None:
    inner = branch(node("n0", "pass", {"x": promise("m")}), node("n1", "make"))
    outer = branch(node("n0", inner, {"y": integer(1)}), node("n1", "pass", {"x": promise("m")}, after=["k"]))
    template = workflow(
        node("m", "make"),
        node("k", "make"),
        node("b", outer, {"y": promise("m")}, after=["k"]),
        outputs={"r": INT},
        results={"r": promise("b")},
    )
    compiled = compile_workflow(template, [], [MAKE, PASS], []).primary
    block = compiled.template.nodes[4].branch_node.if_else
    assert block.case.then_node.id == "b-n0"
    assert block.else_node.id == "b-n1"
    nested = block.case.then_node.branch_node.if_else
    assert [nested.case.then_node.id, nested.else_node.id] == ["b-n0-n0", "b-n0-n1"]
    assert edges(compiled.connections.upstream) == {
        "b": ["k", "m"],
        "b-n0-n0": ["m"],
        "b-n1": ["k", "m"],
        "end-node": ["b"],
        "k": ["start-node"],
        "m": ["start-node"],
    }
    assert edges(compiled.connections.downstream) == {
        "b": ["end-node"],
        "k": ["b"],
        "m": ["b"],
        "start-node": ["k", "m"],
    }


def test_a_branch_gives_what_all_its_cases_give() -> None:
    pair = task("pair", {}, {"o0": INT, "o1": STRING})
    template = workflow(
        node("b", branch(node("n0", "make"), node("n1", "pair")), {"y": integer(1)}),
        outputs={"r": STRING},
        results={"r": promise("b", "o1")},
    )
    assert errors_of(template, [MAKE, pair]) == ["VariableNameNotFound@end-node: Variable [o1] not found on node [b]."]


def test_gates() -> None:
    template = workflow(
        node("m", "make"),
        node("ok", core.GateNode(approve=core.ApproveCondition(signal_id="ok")), {"o0": promise("m")}),
        node("ask", core.GateNode(signal=core.SignalCondition(type=INT, output_variable_name="o0"))),
        node("nap", core.GateNode(sleep=core.SleepCondition())),
        node("p", "pass", {"x": promise("ok")}, after=["nap"]),
        node("q", "pass", {"x": promise("ask")}),
    )
    compiled = compile_workflow(template, [], [MAKE, PASS], []).primary
    assert edges(compiled.connections.upstream)["p"] == ["nap", "ok"]


def test_an_approval_hands_on_the_type_of_what_it_is_bound_to() -> None:
    template = workflow(
        node("late", "pass", {"x": promise("ok", "a")}),
        node("ok", core.GateNode(approve=core.ApproveCondition()), {"a": promise("", "s"), "b": items(integer(1), text("a"))}),
        node("l", "list", {"x": promise("ok", "b")}),
        inputs={"s": STRING},
    )
    assert errors_of(template, [PASS, task("list", {"x": list_of(union(INT, STRING))}, {})]) == [
        "MismatchingTypes@late: The output variable 'a' has type [simple:STRING], "
        "but it's assigned to the input variable 'x' which has type type [simple:INTEGER]."
    ]


def test_approvals_that_wait_for_each_other_are_unreachable() -> None:
    gate = core.GateNode(approve=core.ApproveCondition())
    template = workflow(node("m", "make"), node("a", gate, {"x": promise("b", "x")}), node("b", gate, {"x": promise("a", "x")}))
    assert errors_of(template, [MAKE]) == ["UnreachableNodes@start-node: The Workflow contain unreachable nodes [a,b]."]


def test_an_array_of_a_map_task_has_the_lists_in_its_template() -> None:
    mapped = task("map", {"x": list_of(INT)}, {"o0": list_of(INT)})
    template = workflow(
        node("n", core.ArrayNode(node=node("map", "map")), {"x": items(integer(1))}),
        outputs={"r": list_of(INT)},
        results={"r": promise("n")},
    )
    assert errors_of(template, [mapped]) == []


def test_an_array_of_a_launch_plan_makes_lists_except_of_bound_inputs() -> None:
    array = core.ArrayNode(node=node("lp", launch_plan("lp"), {"x": items(integer(1)), "k": text("a")}), bound_inputs=["k"])
    array.is_original_sub_node_interface.value = True
    template = workflow(
        node("n", array, {"x": items(integer(1)), "k": text("a")}),
        outputs={"r": list_of(INT)},
        results={"r": promise("n")},
    )
    assert errors_of(template, plans=[plan("lp", {"x": INT, "k": STRING}, {}, o0=INT)]) == []


def test_a_workflow_may_launch_itself() -> None:
    template = workflow(node("n", launch_plan("w"), {"a": promise("", "a")}), inputs={"a": INT})
    assert errors_of(template) == []
    assert requirements(template, []).launch_plans == []


def test_a_failure_node_gets_edges_upwards_only() -> None:
    clean = task("clean", {"x": INT, "err": union(STRING, NONE)}, {})
    template = workflow(node("a", "make"), inputs={"x": INT}, failure=node("fn0", "clean", {"x": promise("", "x")}))
    compiled = compile_workflow(template, [], [MAKE, clean], []).primary
    assert compiled.template.failure_node.inputs[0].binding.promise.node_id == "start-node"
    assert edges(compiled.connections.upstream) == {"a": ["start-node"], "end-node": ["a"], "fn0": ["start-node"]}
    assert "fn0" not in edges(compiled.connections.downstream)


def test_sub_workflows_keep_their_order_and_only_used_ones_are_linked() -> None:
    used = workflow(node("i", "make"), name="used", outputs={"o0": INT}, results={"o0": promise("i")})
    idle = workflow(node("i", "nothing"), name="idle")
    deep = workflow(node("i", sub_workflow("used")), name="deep")
    template = workflow(node("n", sub_workflow("deep")))
    closure = compile_workflow(template, [idle, used, deep], [MAKE], [])
    assert [each.template.id.name for each in closure.sub_workflows] == ["idle", "used", "deep"]
    assert [edges(each.connections.downstream).keys() for each in closure.sub_workflows] == [
        set(),
        {"start-node", "i"},
        {"start-node", "i"},
    ]


def test_tasks_keep_their_order_without_repeats() -> None:
    closure = compile_workflow(workflow(node("n", "pass", {"x": integer(1)})), [], [PASS, MAKE, PASS], [])
    assert [each.template.id.name for each in closure.tasks] == ["pass", "make"]


def test_requirements_are_found_everywhere_and_sorted() -> None:
    inner = workflow(node("i", launch_plan("z")), name="s")
    array = core.ArrayNode(node=node("x", "array"))
    template = workflow(
        node("n", sub_workflow("s")),
        node("b", branch(node("n0", "then"), node("n1", branch(node("n0", "deep"), node("n1", launch_plan("a")))))),
        node("m", array),
        node("o", "then"),
        failure=node("fn0", "clean"),
    )
    needed = requirements(template, [inner, workflow(node("i", "unused"), name="idle")])
    assert needed.tasks == [task_id(name) for name in ("array", "clean", "deep", "then")]
    assert needed.launch_plans == [plan_id("a"), plan_id("z")]


def layered(layers: int) -> core.WorkflowTemplate:
    """Two nodes a layer, each waiting for both of the layer before: 2**layers paths."""
    nodes = [node("l0a", "make"), node("l0b", "make")]
    for layer in range(1, layers):
        before = [f"l{layer - 1}a", f"l{layer - 1}b"]
        nodes.extend(node(f"l{layer}{side}", "make", after=before) for side in "ab")
    return workflow(*nodes)


@settings(max_examples=10, deadline=None)
@given(st.integers(60, 80))
def test_a_deep_diamond_is_walked_node_by_node(layers: int) -> None:
    connections = compile_workflow(layered(layers), [], [MAKE], []).primary.connections
    assert len(connections.downstream) == 2 * layers + 1


def test_a_chain_of_ten_thousand_tasks() -> None:
    nodes = [node("n0", "make")] + [node(f"n{i}", "pass", {"x": promise(f"n{i - 1}")}) for i in range(1, 10_000)]
    connections = compile_workflow(workflow(*nodes), [], [MAKE, PASS], []).primary.connections
    assert list(connections.downstream["n9998"].ids) == ["n9999"]


def test_a_chain_of_five_thousand_approvals_written_backwards() -> None:
    gate = core.GateNode(approve=core.ApproveCondition())
    nodes = [node(f"g{i}", gate, {"o0": promise(f"g{i - 1}")}) for i in range(1, 5_000)]
    nodes.append(node("g0", gate, {"o0": integer(1)}))
    template = workflow(*reversed(nodes[:-1]), nodes[-1], outputs={"r": INT}, results={"r": promise("g4999")})
    assert errors_of(template) == []


def test_two_thousand_sub_workflows_inside_each_other() -> None:
    subs = [workflow(node("n", sub_workflow(f"s{i + 1}")), name=f"s{i}") for i in range(2_000)]
    subs.append(workflow(node("n", "make"), name="s2000"))
    closure = compile_workflow(workflow(node("n", sub_workflow("s0"))), subs, [MAKE], [])
    assert len(closure.sub_workflows[-1].connections.upstream) == 2


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_the_order_of_maps_and_of_runs_does_not_change_the_bytes(data: st.DataObject) -> None:
    size = data.draw(st.integers(2, 12))
    edges_in = [data.draw(st.sets(st.integers(0, i - 1), max_size=3)) if i else set() for i in range(size)]
    shuffle = random.Random(data.draw(st.integers()))
    first, second = _random_workflow(edges_in, None), _random_workflow(edges_in, shuffle)
    tasks = [task(f"t{i}", {f"x{j}": INT for j in found}, {"o0": INT}) for i, found in enumerate(edges_in)]
    compiled = [compile_workflow(each, [], tasks, []).SerializeToString(deterministic=True) for each in (first, second)]
    assert compiled[0] == compiled[1]


def _random_workflow(edges_in: list[set[int]], shuffle: random.Random | None) -> core.WorkflowTemplate:
    template = workflow()
    names = [f"p{i}" for i in range(5)]
    if shuffle is not None:
        shuffle.shuffle(names)
    for name in names:
        template.interface.inputs.variables[name].type.CopyFrom(INT)
    for i, found in enumerate(edges_in):
        after = [f"n{j}" for j in found]
        if shuffle is not None:
            shuffle.shuffle(after)
        template.nodes.append(node(f"n{i}", f"t{i}", {f"x{j}": promise(f"n{j}") for j in sorted(found)}, after=after))
    return template


@settings(max_examples=50, deadline=None)
@given(st.data())
def test_any_graph_compiles_or_says_why(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 8))
    arrows = data.draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=16))
    template = workflow(*(node(f"n{i}", "make", after=[f"n{a}" for a, b in arrows if b == i]) for i in range(size)))
    try:
        connections = compile_workflow(template, [], [MAKE], []).primary.connections
    except CompilationError as error:
        assert {each.code for each in error.errors} <= {"CycleDetected", "UnreachableNodes"}
    else:
        assert {(a, b) for a, found in edges(connections.downstream).items() for b in found} == {
            (a, b) for b, found in edges(connections.upstream).items() for a in found
        }


@pytest.mark.parametrize("required", [True, False])
def test_an_optional_input_of_a_launch_plan_may_stay_unbound(required: bool) -> None:
    parameters = {"a": core.Parameter(var=core.Variable(type=INT), required=required)}
    given_plan = LaunchPlanInterface(plan_id("lp"), core.ParameterMap(parameters=parameters), core.VariableMap())
    assert bool(errors_of(workflow(node("n", launch_plan("lp"))), plans=[given_plan])) is required


def test_ids_hold_the_whole_identifier() -> None:
    other = workflow(node("i", "make"), name="s")
    other.id.version = "v2"
    assert workflow_id("s") != other.id
    assert [each.split(":")[0] for each in errors_of(workflow(node("n", sub_workflow("s"))), [MAKE], [other])] == [
        "WorkflowReferenceNotFound@n"
    ]
