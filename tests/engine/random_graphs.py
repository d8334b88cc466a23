"""Random workflows of every kind of node, compiled by the real compiler, and a world in which each run of them ends alike.

What an attempt, a cache, a signal or a child gives depends on what it is asked for alone, never on when it is asked.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from zlib import crc32

from google.protobuf.duration_pb2 import Duration
from graphs import INTEGER, integer

from glidepath.compiler import LaunchPlanInterface, compile_task, compile_workflow
from glidepath.idl import core

Identifier = core.Identifier
Source = tuple[str, str, "int | None"]
"""A node, one of its outputs, and which element of it where that is a list."""
WORKFLOW, TASK, LAUNCH_PLAN = core.ResourceType.WORKFLOW, core.ResourceType.TASK, core.ResourceType.LAUNCH_PLAN
TASKS = ("plain", "cached", "serial", "flaky", "patient", "dynamic")
_DEEPEST = 2


def identifier(kind: int, name: str) -> Identifier:
    return Identifier(resource_type=kind, project="p", domain="d", name=name, version="v")  # type: ignore[arg-type]


def variables(*names: str) -> core.VariableMap:
    return core.VariableMap(variables={name: core.Variable(type=INTEGER) for name in names})


def task_template(name: str) -> core.TaskTemplate:
    metadata = core.TaskMetadata(retries=core.RetryStrategy(retries=2 if name in ("flaky", "patient") else 0))
    if name in ("cached", "serial"):
        metadata.discoverable, metadata.discovery_version = True, "1"
        metadata.cache_serializable = name == "serial"
    template = core.TaskTemplate(
        id=identifier(TASK, name),
        type="python-task",
        metadata=metadata,
        interface=core.TypedInterface(inputs=variables("a", "b"), outputs=variables("o0")),
        container=core.Container(image="x", command=["x"]),
    )
    if name == "patient":
        template.config.update({"retry_backoff_initial_seconds": "10", "retry_backoff_factor": "3"})
    return template


@dataclass
class Maker:
    """Draws workflows from one source of chance."""

    chance: random.Random
    subs: list[core.WorkflowTemplate] = field(default_factory=list)

    def workflow(
        self, name: str, depth: int, *, kind: int = WORKFLOW, inputs: tuple[str, ...] = ("n",)
    ) -> core.WorkflowTemplate:
        """A workflow of integers: ``inputs`` in, ``o0`` out."""
        template = core.WorkflowTemplate(
            id=identifier(kind, name),
            interface=core.TypedInterface(inputs=variables(*inputs), outputs=variables("o0")),
        )
        if self.chance.random() < 0.4:
            template.metadata.on_failure = core.WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE
        sources: list[Source] = [("", name, None) for name in inputs]
        for i in range(self.chance.randint(1, 5)):
            node = self.node(f"n{i}", depth, sources)
            template.nodes.append(node)
            if node.HasField("array_node"):
                sources.append((node.id, "o0", 0))
            elif not node.gate_node.HasField("sleep"):
                sources.append((node.id, "o0", None))
        template.outputs.append(self.bind("o0", sources[-1:]))
        if self.chance.random() < 0.3:
            handler = core.Node(id="fn0", inputs=[self.bind("a", sources[:1]), self.constant("b")])
            handler.task_node.reference_id.CopyFrom(identifier(TASK, "plain"))
            template.failure_node.CopyFrom(handler)
        return template

    def node(self, node_id: str, depth: int, sources: list[Source]) -> core.Node:
        kinds: list[Callable[[core.Node, int, list[Source]], None]]
        kinds = [self._task, self._task, self._task, self._plan, self._signal, self._approval, self._sleep]
        kinds += [self._array, self._array]
        if depth < _DEEPEST:
            kinds += [self._sub_workflow, self._branch, self._branch]
        node = core.Node(id=node_id)
        self.chance.choice(kinds)(node, depth, sources)
        return node

    def bind(self, var: str, sources: list[Source]) -> core.Binding:
        node_id, output, index = self.chance.choice(sources)
        promise = core.OutputReference(node_id=node_id, var=output)
        if index is not None:
            promise.attr_path.add(int_value=index)
        return core.Binding(var=var, binding=core.BindingData(promise=promise))

    def constant(self, var: str) -> core.Binding:
        return core.Binding(var=var, binding=core.BindingData(scalar=integer(self.chance.randint(0, 2)).scalar))

    def _task(self, node: core.Node, depth: int, sources: list[Source]) -> None:
        name = self.chance.choice(TASKS if depth < _DEEPEST else TASKS[:-1])
        node.task_node.reference_id.CopyFrom(identifier(TASK, name))
        node.inputs.extend((self.bind("a", sources), self.chance.choice((self.constant("b"), self.bind("b", sources)))))

    def _plan(self, node: core.Node, depth: int, sources: list[Source]) -> None:
        node.workflow_node.launchplan_ref.CopyFrom(identifier(LAUNCH_PLAN, "child"))
        node.inputs.append(self.bind("n", sources))

    def _sub_workflow(self, node: core.Node, depth: int, sources: list[Source]) -> None:
        sub = self.workflow(f"sub{len(self.subs)}-{self.chance.randint(0, 10**9)}", depth + 1)
        self.subs.append(sub)
        node.workflow_node.sub_workflow_ref.CopyFrom(sub.id)
        node.inputs.append(self.bind("n", sources))

    def _signal(self, node: core.Node, depth: int, sources: list[Source]) -> None:
        node.gate_node.signal.signal_id = node.id
        node.gate_node.signal.type.CopyFrom(INTEGER)
        node.gate_node.signal.output_variable_name = "o0"

    def _approval(self, node: core.Node, depth: int, sources: list[Source]) -> None:
        node.gate_node.approve.signal_id = node.id
        node.inputs.append(self.bind("o0", sources))

    def _sleep(self, node: core.Node, depth: int, sources: list[Source]) -> None:
        node.gate_node.sleep.duration.CopyFrom(Duration(seconds=60))
        node.upstream_node_ids.extend({node_id for node_id, *_ in sources[-1:] if node_id})

    def _array(self, node: core.Node, depth: int, sources: list[Source]) -> None:
        node.array_node.node.id = node.id
        node.array_node.node.task_node.reference_id.CopyFrom(identifier(TASK, self.chance.choice(TASKS[:-1])))
        node.array_node.parallelism = self.chance.randint(0, 2)
        node.array_node.is_original_sub_node_interface.value = True
        node.array_node.bound_inputs.append("b")
        elements = [self.bind("", sources).binding for _ in range(self.chance.randint(1, 4))]
        collection = core.BindingData(collection=core.BindingDataCollection(bindings=elements))
        node.inputs.extend((core.Binding(var="a", binding=collection), self.bind("b", sources)))

    def _branch(self, node: core.Node, depth: int, sources: list[Source]) -> None:
        node.inputs.append(self.bind("x", sources))
        node.upstream_node_ids.extend(sorted({node_id for node_id, *_ in sources if node_id}))
        block = node.branch_node.if_else
        block.case.condition.CopyFrom(_less_than("x", self.chance.randint(0, 30)))
        self._arm(block.case.then_node, "c0", depth, sources)
        if self.chance.random() < 0.5:
            other = block.other.add(condition=_less_than("x", self.chance.randint(0, 60)))
            self._arm(other.then_node, "c1", depth, sources)
        if self.chance.random() < 0.3:
            block.error.message = "too much"
        else:
            self._arm(block.else_node, "ce", depth, sources)

    def _arm(self, node: core.Node, node_id: str, depth: int, sources: list[Source]) -> None:
        node.id = node_id
        kinds = [self._task, self._plan] + ([self._sub_workflow, self._branch] if depth + 1 < _DEEPEST else [])
        self.chance.choice(kinds)(node, depth + 1, sources)


def _less_than(var: str, value: int) -> core.BooleanExpression:
    comparison = core.ComparisonExpression(
        operator=core.ComparisonExpression.LT,
        left_value=core.Operand(var=var),
        right_value=core.Operand(primitive=core.Primitive(integer=value)),
    )
    return core.BooleanExpression(comparison=comparison)


def closure_of(template: core.WorkflowTemplate, subs: list[core.WorkflowTemplate]) -> core.CompiledWorkflowClosure:
    tasks = [compile_task(task_template(name)) for name in TASKS]
    parameters = core.ParameterMap(parameters={"n": core.Parameter(var=core.Variable(type=INTEGER), required=True)})
    plans = [LaunchPlanInterface(identifier(LAUNCH_PLAN, "child"), parameters, variables("o0"))]
    return compile_workflow(template, subs, tasks, plans)


def random_closure(seed: int) -> core.CompiledWorkflowClosure:
    """A workflow ``wf`` that takes the integer ``n`` and gives the integer ``o0``."""
    maker = Maker(random.Random(seed))
    template = maker.workflow("wf", 0)
    return closure_of(template, maker.subs)


def dynamic_closure(seed: int) -> core.CompiledWorkflowClosure:
    """What an attempt of a dynamic task asks for: nodes that take its inputs ``a`` and ``b``."""
    maker = Maker(random.Random(seed))
    template = maker.workflow(f"dynamic-{seed}", _DEEPEST - 1, inputs=("a", "b"))
    return closure_of(template, maker.subs)


def fate(*parts: object) -> int:
    """A number below 100 that follows from what is asked alone."""
    return crc32(repr(parts).encode()) % 100


def integers(literals: core.LiteralMap) -> Iterator[int]:
    for name in sorted(literals.literals):
        yield literals.literals[name].scalar.primitive.integer
