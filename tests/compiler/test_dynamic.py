import pytest
from compiler_specs import (
    INT,
    identifier,
    integer,
    items,
    launch_plan,
    list_of,
    node,
    plan,
    promise,
    sub_workflow,
    task,
    workflow,
)

from glidepath.compiler import CompilationError, dynamic_closure, dynamic_requirements
from glidepath.idl import core

ID = identifier(core.ResourceType.WORKFLOW, "dynamic_n0")
PARENT = task("parent", {"n": INT}, {"o0": list_of(INT)}).template
SQUARE = task("square", {"x": INT}, {"o0": INT})


def job(*nodes: core.Node, results: core.BindingData | None = None, **more: object) -> core.DynamicJobSpec:
    outputs = [core.Binding(var="o0", binding=results or items(integer(1)))]
    return core.DynamicJobSpec(nodes=nodes, outputs=outputs, tasks=[SQUARE.template], **more)


def test_the_graph_runs_in_place_of_its_task() -> None:
    spec = job(
        node("dn0", "square", {"x": integer(2)}),
        node("dn1", "square", {"x": promise("dn0")}),
        results=items(promise("dn0"), promise("dn1")),
    )
    before = spec.SerializeToString(deterministic=True)
    closure = dynamic_closure(spec, ID, PARENT, [])
    primary = closure.primary
    assert primary.template.id == ID
    assert not primary.template.interface.inputs.variables
    assert primary.template.interface.outputs == PARENT.interface.outputs
    assert [each.id for each in primary.template.nodes] == ["start-node", "end-node", "dn0", "dn1"]
    assert list(primary.connections.downstream["dn0"].ids) == ["dn1", "end-node"]
    assert [each.template.id.name for each in closure.tasks] == ["square"]
    assert spec.SerializeToString(deterministic=True) == before


def test_containers_get_what_is_configured_for_the_parents() -> None:
    parent, child = core.TaskTemplate(), core.TaskTemplate()
    parent.CopyFrom(PARENT)
    child.CopyFrom(SQUARE.template)
    parent.container.config.add(key="pool", value="big")
    child.container.image = "img:v1"
    child.container.args.append("run")
    spec = job(node("dn0", "square", {"x": integer(2)}))
    spec.tasks[0].CopyFrom(child)
    closure = dynamic_closure(spec, ID, parent, [])
    assert [(pair.key, pair.value) for pair in closure.tasks[0].template.container.config] == [("pool", "big")]
    assert not spec.tasks[0].container.config


def test_a_task_that_stands_twice_counts_once() -> None:
    spec = job(node("dn0", "square", {"x": integer(2)}))
    spec.tasks.append(SQUARE.template)
    assert len(dynamic_closure(spec, ID, PARENT, []).tasks) == 1


def test_what_must_be_known_besides_the_job() -> None:
    inner = workflow(node("n0", launch_plan("deep"), {}), name="inner")
    spec = job(
        node("dn0", "square", {"x": integer(2)}),
        node("dn1", "elsewhere", {}),
        node("dn2", launch_plan("p"), {}),
        node("dn3", sub_workflow("inner"), {}),
        subworkflows=[inner],
    )
    needed = dynamic_requirements(spec)
    assert [each.name for each in needed.tasks] == ["elsewhere"]
    assert [each.name for each in needed.launch_plans] == ["deep", "p"]
    closure = dynamic_closure(spec, ID, PARENT, [plan("p", {}, {}), plan("deep", {}, {})], [task("elsewhere")])
    assert [each.template.id.name for each in closure.tasks] == ["square", "elsewhere"]
    assert [each.template.id.name for each in closure.sub_workflows] == ["inner"]


def test_a_graph_that_does_not_fit_together_says_all_that_is_wrong() -> None:
    spec = job(node("dn0", "square", {}), node("dn1", "square", {"x": promise("dn9")}), results=integer(1))
    with pytest.raises(CompilationError) as caught:
        dynamic_closure(spec, ID, PARENT, [])
    assert {(error.code, error.node_id) for error in caught.value.errors} == {
        ("ParameterNotBound", "dn0"),
        ("NodeReferenceNotFound", "dn1"),
        ("MismatchingTypes", "end-node"),
    }
