"""Workflows of one array over a list, for tests of the engine."""

from __future__ import annotations

from collections.abc import Sequence

from graphs import INTEGER, START_TIME, World, integer, task, task_id, workflow_id

from glidepath.engine import ExecutionState, Plan, Settings
from glidepath.engine.commands import StartAttempt
from glidepath.engine.events import AttemptSucceeded, Launched
from glidepath.idl import core

INTEGERS = core.LiteralType(collection_type=INTEGER)


def numbers(*values: int) -> core.Literal:
    return core.Literal(collection=core.LiteralCollection(literals=[integer(value) for value in values]))


def given(**inputs: core.Literal) -> core.LiteralMap:
    return core.LiteralMap(literals=inputs)


def binding(var: str, node_id: str, out: str) -> core.Binding:
    return core.Binding(var=var, binding=core.BindingData(promise=core.OutputReference(node_id=node_id, var=out)))


def map_template(**of_task: object) -> core.CompiledTask:
    """A map task's template as flytekit writes it: its outputs are lists."""
    compiled = task("m", **of_task)  # type: ignore[arg-type]
    compiled.template.interface.outputs.variables["o0"].type.CopyFrom(INTEGERS)
    return compiled


def map_workflow(inputs: Sequence[str] = ("x",), *, plan: bool = False, **of_array: object) -> core.CompiledWorkflow:
    """``start -> n0 (an array) -> n1 (a task that takes the list) -> end``, whose outputs are n0's list and n1's output."""
    item = core.Node(id="m", inputs=[binding(name, "", name) for name in inputs])
    if plan:
        item.workflow_node.launchplan_ref.CopyFrom(workflow_id("lp"))
    else:
        item.task_node.reference_id.CopyFrom(task_id("m"))
    nodes = [
        core.Node(id="start-node"),
        core.Node(
            id="n0",
            inputs=[binding(name, "", name) for name in inputs],
            array_node=core.ArrayNode(node=item, **of_array),  # type: ignore[arg-type]
        ),
        core.Node(id="end-node", inputs=[binding("o0", "n0", "o0")]),
    ]
    outputs = core.VariableMap(variables={"o0": core.Variable(type=INTEGERS)})
    template = core.WorkflowTemplate(id=workflow_id("wf"), nodes=nodes, interface=core.TypedInterface(outputs=outputs))
    compiled = core.CompiledWorkflow(template=template)
    for source, target in (("start-node", "n0"), ("n0", "end-node")):
        compiled.connections.downstream[source].ids.append(target)
        compiled.connections.upstream[target].ids.append(source)
    return compiled


def state_of(workflow: core.CompiledWorkflow, *, retries: int = 0, max_parallelism: int = 0) -> ExecutionState:
    closure = core.CompiledWorkflowClosure(primary=workflow, tasks=[map_template(retries=retries)])
    return ExecutionState(
        id=core.WorkflowExecutionIdentifier(project="p", domain="d", name="e"),
        plan=Plan(closure),
        settings=Settings("file:///m/p-d-e", "file:///raw", max_parallelism=max_parallelism),
        values={},
    )


def launched(state: ExecutionState, **inputs: core.Literal) -> World:
    world = World(state)
    world.send(Launched(START_TIME, given(**inputs)))
    return world


def plus_hundred(command: StartAttempt) -> AttemptSucceeded:
    value = command.inputs.literals["x"].scalar.primitive.integer
    return AttemptSucceeded(command.uid, command.attempt, START_TIME, given(o0=integer(value + 100)))


def outputs_of(world: World, node: str = "end-node") -> list[int | None]:
    """The list ``o0`` of a node, with None for none."""
    literals = world.state.values[node].literals["o0"].collection.literals
    return [None if each.scalar.HasField("none_type") else each.scalar.primitive.integer for each in literals]
