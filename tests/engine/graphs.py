"""Small compiled closures for engine tests, and a driver that carries commands out as a test tells it to."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone

from google.protobuf.duration_pb2 import Duration

from glidepath.engine import ExecutionState, Plan, Settings, Transition, advance, apply
from glidepath.engine.commands import AbortAttempt, Command, SetTimer, StartAttempt, StartChild
from glidepath.engine.events import AttemptFailed, AttemptSucceeded, Event, Launched, Proceed
from glidepath.engine.records import ExecutionRecord, ItemRecord, NodeRecord, Record, TaskRecord
from glidepath.idl import core

INTEGER = core.LiteralType(simple=core.SimpleType.INTEGER)
START_TIME = datetime(2026, 1, 1, tzinfo=timezone.utc)


def integer(value: int) -> core.Literal:
    return core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=value)))


def literal_map(**values: int) -> core.LiteralMap:
    return core.LiteralMap(literals={name: integer(value) for name, value in values.items()})


def task_id(name: str) -> core.Identifier:
    return core.Identifier(resource_type=core.ResourceType.TASK, project="p", domain="d", name=name, version="v")


def workflow_id(name: str) -> core.Identifier:
    return core.Identifier(resource_type=core.ResourceType.WORKFLOW, project="p", domain="d", name=name, version="v")


def _interface() -> core.TypedInterface:
    variables = core.VariableMap(variables={"o0": core.Variable(type=INTEGER)})
    return core.TypedInterface(outputs=variables)


def task(name: str = "t", *, retries: int = 0, timeout: float = 0) -> core.CompiledTask:
    metadata = core.TaskMetadata(retries=core.RetryStrategy(retries=retries))
    if timeout:
        metadata.timeout.CopyFrom(Duration(seconds=int(timeout)))
    return core.CompiledTask(
        template=core.TaskTemplate(id=task_id(name), type="python-task", metadata=metadata, interface=_interface())
    )


@dataclass
class Node:
    """One node of a test graph: what it runs, and which nodes it takes its inputs ``x0, x1, …`` from."""

    runs: str = "t"
    after: Sequence[str] = ()
    sub: bool = False
    plan: bool = False


def _binding(var: str, node_id: str, out: str) -> core.Binding:
    promise = core.OutputReference(node_id=node_id, var=out)
    return core.Binding(var=var, binding=core.BindingData(promise=promise))


def workflow(
    nodes: Mapping[str, Node], *, name: str = "wf", fail_after: bool = False, output: str = ""
) -> core.CompiledWorkflow:
    """A compiled workflow with one integer input ``n``; nodes without upstreams take it."""
    template = core.WorkflowTemplate(id=workflow_id(name), interface=_interface() if output else None)
    if fail_after:
        template.metadata.on_failure = core.WorkflowMetadata.FAIL_AFTER_EXECUTABLE_NODES_COMPLETE
    compiled = core.CompiledWorkflow(template=template)
    edges: dict[str, list[str]] = {"start-node": []}
    template = compiled.template
    template.nodes.add(id="start-node")
    end = template.nodes.add(id="end-node")
    if output:
        end.inputs.append(_binding("o0", output, "o0"))
    for node_id, node in nodes.items():
        spec = template.nodes.add(id=node_id)
        if node.sub:
            spec.workflow_node.sub_workflow_ref.CopyFrom(workflow_id(node.runs))
        elif node.plan:
            spec.workflow_node.launchplan_ref.CopyFrom(workflow_id(node.runs))
        else:
            spec.task_node.reference_id.CopyFrom(task_id(node.runs))
        if node.sub:
            source = node.after[0] if node.after else ""
            spec.inputs.append(_binding("n", source, "o0" if source else "n"))
        else:
            spec.inputs.extend(_binding(f"x{i}", up, "o0" if up else "n") for i, up in enumerate(node.after or [""]))
        for up in node.after or ["start-node"]:
            edges.setdefault(up, []).append(node_id)
    for node_id in nodes:
        edges.setdefault(node_id, [])
        if not edges[node_id]:
            edges[node_id].append("end-node")
    if not nodes:
        edges["start-node"].append("end-node")
    for source, targets in edges.items():
        compiled.connections.downstream[source].ids.extend(sorted(targets))
        for target in targets:
            compiled.connections.upstream[target].ids.append(source)
    return compiled


def state_of(
    primary: core.CompiledWorkflow,
    *subs: core.CompiledWorkflow,
    tasks: Sequence[core.CompiledTask] = (),
    **settings: object,
) -> ExecutionState:
    closure = core.CompiledWorkflowClosure(primary=primary, sub_workflows=subs, tasks=tasks or [task()])
    return ExecutionState(
        id=core.WorkflowExecutionIdentifier(project="p", domain="d", name="e"),
        plan=Plan(closure),
        settings=Settings("file:///m/p-d-e", "file:///raw", **settings),  # type: ignore[arg-type]
        values={},
    )


Outcome = Callable[[StartAttempt], "Event | None"]


def plus_one(command: StartAttempt, at: datetime = START_TIME) -> Event:
    total = sum(value.scalar.primitive.integer for value in command.inputs.literals.values())
    return AttemptSucceeded(command.uid, command.attempt, at, literal_map(o0=total + 1))


def fails(code: str = "USER:X", *, recoverable: bool = False, kind: int = core.ExecutionError.USER) -> Outcome:
    def outcome(command: StartAttempt) -> Event:
        error = core.ExecutionError(code=code, message=f"{command.uid} broke", kind=kind)
        return AttemptFailed(command.uid, command.attempt, START_TIME, error, recoverable)

    return outcome


@dataclass
class World:
    """Drives an execution in memory and keeps everything it was told, in order."""

    state: ExecutionState
    outcomes: Mapping[str, Outcome] = field(default_factory=dict)
    log: list[str] = field(default_factory=list)
    records: list[Record] = field(default_factory=list)
    commands: list[Command] = field(default_factory=list)
    files: dict[str, core.LiteralMap] = field(default_factory=dict)
    last: Transition | None = None

    def send(self, event: Event) -> Transition:
        transition = advance(self.state, event)
        self.state.values = {**self.state.values, **transition.outputs}
        self.files.update(transition.files)
        apply(self.state, transition)
        self.log.extend(map(line_of, transition.records))
        self.records.extend(transition.records)
        self.commands.extend(transition.commands)
        self.last = transition if transition else self.last
        return self.send(Proceed(event.at)) if transition.more else transition

    def run(self, **inputs: int) -> World:
        """Launch, and answer every command until none is left."""
        self.send(Launched(START_TIME, literal_map(**inputs)))
        return self.drain()

    def drain(self) -> World:
        while self.commands:
            command = self.commands.pop(0)
            if isinstance(command, StartAttempt):
                outcome = self.outcomes.get(command.uid, plus_one)
                event = outcome(command)
                if event is not None:
                    self.send(event)
        return self

    def taken(self, kind: type) -> list[Command]:
        return [command for command in self.commands if isinstance(command, kind)]


def line_of(record: object) -> str:
    if isinstance(record, ExecutionRecord):
        return f"WF {core.WorkflowExecution.Phase.Name(record.phase)}"
    if isinstance(record, NodeRecord):
        return f"N {record.uid} {core.NodeExecution.Phase.Name(record.phase)}"
    assert isinstance(record, TaskRecord | ItemRecord)
    kind = "T" if isinstance(record, TaskRecord) else "I"
    return f"{kind} {record.uid}({record.attempt}) {core.TaskExecution.Phase.Name(record.phase)}"


__all__ = [
    "AbortAttempt",
    "Node",
    "SetTimer",
    "StartChild",
    "World",
    "fails",
    "plus_one",
    "state_of",
    "task",
    "timedelta",
    "workflow",
]
