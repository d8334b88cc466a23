"""Register a workflow of engine-only leaves (``core-sleep`` of zero), run it once, wait for its end.

    python -m benchmarks.programs.shapes ENDPOINT SHAPE SIZE

SHAPE is ``fan-out`` (SIZE nodes side by side, up to 10,000 of them in one graph, more in sub-workflows), ``chain`` (one after
the other) or ``map`` (one array over a list of SIZE durations). Prints ``{"seconds": …, "register": …}``: from
CreateExecution to the end that the server recorded, and what registration took.
"""

from __future__ import annotations

import json
import sys
import time

from google.protobuf.duration_pb2 import Duration

from benchmarks.programs.launch import DOMAIN, PROJECT, _seconds, _wait
from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.idl import admin, core

MOST_NODES = 10_000
PARALLELISM = 1_000
_DURATION = core.LiteralType(simple=core.SimpleType.DURATION)
_ZERO = core.Scalar(primitive=core.Primitive(duration=Duration()))


def main() -> None:
    endpoint, shape, size = sys.argv[1:]
    with Client.connect(PlatformConfig(endpoint=endpoint, insecure=True)) as client:
        print(json.dumps(run(client, shape, int(size))))


def run(client: Client, shape: str, size: int) -> dict[str, float]:
    """Register, launch, wait."""
    version = f"v{time.time_ns()}"
    began = time.perf_counter()
    task = _identifier(core.ResourceType.TASK, "leaf", version)
    client.raw.create_task(admin.TaskCreateRequest(id=task, spec=admin.TaskSpec(template=_leaf(task))))
    name = f"{shape}-{size}"
    spec = _spec(shape, size, task, version)
    spec.template.id.CopyFrom(_identifier(core.ResourceType.WORKFLOW, name, version))
    client.raw.create_workflow(admin.WorkflowCreateRequest(id=spec.template.id, spec=spec))
    plan = admin.LaunchPlanSpec(workflow_id=spec.template.id)
    plan_id = _identifier(core.ResourceType.LAUNCH_PLAN, name, version)
    client.raw.create_launch_plan(admin.LaunchPlanCreateRequest(id=plan_id, spec=plan))
    registered = time.perf_counter() - began
    request = admin.ExecutionCreateRequest(
        project=PROJECT, domain=DOMAIN, spec=admin.ExecutionSpec(launch_plan=plan_id, max_parallelism=PARALLELISM)
    )
    request.inputs.SetInParent()
    if shape == "map":
        zero = core.Literal(scalar=_ZERO)
        request.inputs.literals["durations"].collection.literals.extend([zero] * size)
    ended = _wait(client, client.raw.create_execution(request).id)
    return {"seconds": _seconds(ended.closure.created_at, ended.closure.updated_at), "register": registered}


def _identifier(kind: core.ResourceType, name: str, version: str) -> core.Identifier:
    return core.Identifier(resource_type=kind, project=PROJECT, domain=DOMAIN, name=f"bench.{name}", version=version)


def _leaf(identifier: core.Identifier) -> core.TaskTemplate:
    inputs = core.VariableMap(variables={"duration": core.Variable(type=_DURATION)})
    return core.TaskTemplate(
        id=identifier,
        type="core-sleep",
        metadata=core.TaskMetadata(runtime=core.RuntimeMetadata(version="0")),
        interface=core.TypedInterface(inputs=inputs),
    )


def _spec(shape: str, size: int, task: core.Identifier, version: str) -> admin.WorkflowSpec:
    if shape == "map":
        return _map(task)
    if size <= MOST_NODES:
        leaves = _leaves(shape, size, task)
        return admin.WorkflowSpec(template=core.WorkflowTemplate(interface=core.TypedInterface(), nodes=leaves))
    inner = _identifier(core.ResourceType.WORKFLOW, f"{shape}-inner", version)
    part = core.WorkflowTemplate(id=inner, interface=core.TypedInterface(), nodes=_leaves(shape, MOST_NODES, task))
    spec = admin.WorkflowSpec(sub_workflows=[part])
    spec.template.interface.SetInParent()
    for i in range(size // MOST_NODES):
        spec.template.nodes.add(id=f"s{i}").workflow_node.sub_workflow_ref.CopyFrom(inner)
    return spec


def _map(task: core.Identifier) -> admin.WorkflowSpec:
    durations = core.Variable(type=core.LiteralType(collection_type=_DURATION))
    interface = core.TypedInterface(inputs=core.VariableMap(variables={"durations": durations}))
    binding = core.Binding(var="duration", binding=core.BindingData(promise=core.OutputReference(var="durations")))
    item = core.Node(id="leaf", task_node=core.TaskNode(reference_id=task), inputs=[binding])
    array = core.ArrayNode(node=item, min_success_ratio=1)
    array.is_original_sub_node_interface.value = True
    node = core.Node(id="n0", inputs=[binding], array_node=array)
    return admin.WorkflowSpec(template=core.WorkflowTemplate(interface=interface, nodes=[node]))


def _leaves(shape: str, size: int, task: core.Identifier) -> list[core.Node]:
    binding = core.Binding(var="duration", binding=core.BindingData(scalar=_ZERO))
    return [
        core.Node(
            id=f"n{i}",
            task_node=core.TaskNode(reference_id=task),
            inputs=[binding],
            upstream_node_ids=[f"n{i - 1}"] if shape == "chain" and i else [],
        )
        for i in range(size)
    ]


if __name__ == "__main__":
    main()
