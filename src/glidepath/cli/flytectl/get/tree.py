"""Draw the nodes of an execution as a tree (reference flytectl-and-admin.md A4, details)."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from google.protobuf.timestamp_pb2 import Timestamp

from glidepath.cli.flytectl.get.details import NodeDetails
from glidepath.cli.output import document_of
from glidepath.idl import admin, core


@dataclass
class Branch:
    """A line of the tree and the lines below it."""

    text: str
    below: list[Branch] = field(default_factory=list)


def draw(execution: admin.Execution, nodes: Sequence[NodeDetails]) -> str:
    """The tree as text."""
    phase = core.WorkflowExecution.Phase.Name(execution.closure.phase)
    root = Branch(f"{execution.id.name} - {phase}", [_node(node) for node in nodes])
    if execution.closure.HasField("error"):
        root.below.insert(0, Branch(f"Error - {execution.closure.error.code}", _lines(execution.closure.error.message)))
    return "\n".join([root.text, *_drawn(root.below, "")])


def _drawn(branches: Sequence[Branch], indent: str) -> Iterator[str]:
    for branch in branches:
        is_last = branch is branches[-1]
        yield f"{indent}{'└── ' if is_last else '├── '}{branch.text}"
        yield from _drawn(branch.below, indent + ("    " if is_last else "│   "))


def _node(details: NodeDetails) -> Branch:
    node = details.node
    phase = core.NodeExecution.Phase.Name(node.closure.phase)
    times = f"{_time(node.closure.created_at)} - {_time(node.closure.updated_at)}"
    branch = Branch(f"{node.metadata.spec_node_id or node.id.node_id} - {phase} - {times}")
    branch.below += [_attempt(number, attempt) for number, attempt in enumerate(details.attempts)]
    branch.below += [_node(child) for child in details.children]
    if details.launched:
        branch.below.append(Branch("Eager Executions :", [_launched(execution) for execution in details.launched]))
    if node.closure.HasField("error") and not details.attempts:
        branch.below.append(Branch(f"Error - {node.closure.error.code}", _lines(node.closure.error.message)))
    for title, literals in (("Inputs :", details.inputs), ("Outputs :", details.outputs)):
        if literals.literals:
            branch.below.append(
                Branch(title, [Branch(f"{key}: {shown(literals.literals[key])}") for key in sorted(literals.literals)])
            )
    return branch


def _launched(execution: admin.Execution) -> Branch:
    phase = core.WorkflowExecution.Phase.Name(execution.closure.phase)
    return Branch(f"{execution.id.name} - {execution.spec.launch_plan.name} - {phase}")


def _attempt(number: int, attempt: admin.TaskExecution) -> Branch:
    closure = attempt.closure
    phase = core.TaskExecution.Phase.Name(closure.phase)
    task = Branch(f"Task - {phase} - {_time(closure.created_at)} - {_time(closure.updated_at)}")
    task.below.append(Branch(f"Task Type - {closure.task_type}"))
    task.below.append(Branch(f"Reason - {closure.reason}"))
    if closure.HasField("error"):
        task.below.append(Branch(f"Error - {closure.error.code}", _lines(closure.error.message)))
    if closure.HasField("metadata"):
        task.below.append(_metadata(closure))
    if closure.logs:
        task.below.append(Branch("Logs :", [branch for log in closure.logs for branch in _log(log)]))
    return Branch(f"Attempt :{number}", [task])


def _metadata(closure: admin.TaskExecutionClosure) -> Branch:
    metadata = closure.metadata
    branch = Branch("Metadata")
    branch.below.append(Branch(f"Generated Name : {metadata.generated_name}"))
    branch.below.append(Branch(f"Plugin Identifier : {metadata.plugin_identifier}"))
    if metadata.external_resources:
        resources = [Branch(f"Ext Resource : {resource.external_id}") for resource in metadata.external_resources]
        branch.below.append(Branch("External Resources", resources))
    if metadata.resource_pool_info:
        pools = [Branch(f"Ext Resource Token : {pool.allocation_token}") for pool in metadata.resource_pool_info]
        branch.below.append(Branch("Resource Pool Info", pools))
    return branch


def _log(log: core.TaskLog) -> Iterator[Branch]:
    yield Branch(f"Name :{log.name}")
    yield Branch(f"URI :{log.uri}")


def _lines(text: str) -> list[Branch]:
    return [Branch(line) for line in text.splitlines() if line.strip()]


def _time(stamp: Timestamp) -> str:
    return stamp.ToJsonString()


def shown(literal: core.Literal) -> str:
    """A literal for people: primitives bare, blobs as their address, the rest as JSON."""
    kind = literal.WhichOneof("value")
    if kind == "collection":
        return "[" + ", ".join(shown(item) for item in literal.collection.literals) + "]"
    if kind == "map":
        return "{" + ", ".join(f"{key}: {shown(literal.map.literals[key])}" for key in sorted(literal.map.literals)) + "}"
    return _scalar(literal.scalar) if kind == "scalar" else json.dumps(document_of(literal))


def _scalar(scalar: core.Scalar) -> str:
    kind = scalar.WhichOneof("value")
    if kind == "primitive":
        value: Any = getattr(scalar.primitive, scalar.primitive.WhichOneof("value") or "string_value")
        return value.ToJsonString() if hasattr(value, "ToJsonString") else str(value)
    if kind == "blob":
        return scalar.blob.uri
    if kind == "structured_dataset":
        return scalar.structured_dataset.uri
    if kind == "schema":
        return scalar.schema.uri
    if kind == "none_type":
        return "none"
    if kind == "union":
        return shown(scalar.union.value)
    if kind == "binary" and scalar.binary.tag == "msgpack":
        # The one decoder for msgpack; most executions carry none, so it is loaded when met.
        import msgpack

        return json.dumps(msgpack.unpackb(scalar.binary.value), default=str, ensure_ascii=False)
    return json.dumps(document_of(scalar), ensure_ascii=False)
