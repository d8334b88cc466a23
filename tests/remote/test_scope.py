"""What a node declares, looked up in the compiled closure."""

from glidepath.idl import core
from glidepath.remote.scope import Scope


def identifier(kind: core.ResourceType, name: str) -> core.Identifier:
    return core.Identifier(resource_type=kind, name=name, version="v")


def interface(output: str) -> core.TypedInterface:
    variable = core.Variable(type=core.LiteralType(simple=core.SimpleType.INTEGER))
    return core.TypedInterface(outputs=core.VariableMap(variables={output: variable}))


TASK = identifier(core.ResourceType.TASK, "t")
SUB = identifier(core.ResourceType.WORKFLOW, "sub")


def task_node(node_id: str) -> core.Node:
    return core.Node(id=node_id, task_node=core.TaskNode(reference_id=TASK))


CLOSURE = core.CompiledWorkflowClosure(
    primary=core.CompiledWorkflow(
        template=core.WorkflowTemplate(
            nodes=[
                task_node("n0"),
                core.Node(id="n1", workflow_node=core.WorkflowNode(sub_workflow_ref=SUB)),
                core.Node(
                    id="n2",
                    branch_node=core.BranchNode(if_else=core.IfElseBlock(case=core.IfBlock(then_node=task_node("n3")))),
                ),
            ]
        )
    ),
    sub_workflows=[
        core.CompiledWorkflow(template=core.WorkflowTemplate(id=SUB, nodes=[task_node("n0")], interface=interface("whole")))
    ],
    tasks=[core.CompiledTask(template=core.TaskTemplate(id=TASK, interface=interface("x")))],
)


def outputs_at(*path: str) -> list[str]:
    return sorted(Scope(lambda: CLOSURE, path).outputs)


def test_a_task_node_has_the_outputs_of_its_task():
    assert outputs_at("n0") == ["x"]


def test_a_sub_workflow_node_has_those_of_the_workflow():
    assert outputs_at("n1") == ["whole"]


def test_a_node_inside_a_sub_workflow_is_found_there():
    assert outputs_at("n1", "n0") == ["x"]


def test_a_node_inside_a_branch_is_found_there():
    assert outputs_at("n2", "n3") == ["x"]


def test_a_node_that_the_closure_does_not_know_has_none():
    assert outputs_at("elsewhere") == []


def test_a_branch_has_the_outputs_of_its_arms():
    assert outputs_at("n2") == ["x"]


def test_an_array_gives_lists_of_what_its_items_give():
    array = core.Node(id="n0", array_node=core.ArrayNode(node=task_node("n0")))
    template = core.WorkflowTemplate(nodes=[array])
    closure = core.CompiledWorkflowClosure(primary=core.CompiledWorkflow(template=template), tasks=CLOSURE.tasks)
    found = Scope(lambda: closure, ("n0",)).outputs["x"].type
    assert found.collection_type.simple == core.SimpleType.INTEGER


def test_a_gate_gives_what_it_waits_for():
    gate = core.Node(id="n0")
    gate.gate_node.signal.output_variable_name = "o0"
    gate.gate_node.signal.type.simple = core.SimpleType.STRING
    template = core.WorkflowTemplate(nodes=[gate])
    closure = core.CompiledWorkflowClosure(primary=core.CompiledWorkflow(template=template))
    assert Scope(lambda: closure, ("n0",)).outputs["o0"].type.simple == core.SimpleType.STRING
