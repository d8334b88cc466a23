"""What any stock client may ask of the embedded server: reflection, health, JSON; and the command that stock's image runs."""

import json
import urllib.request

import grpc
import pytest
from google.protobuf import descriptor_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from glidepath.idl import admin, core

pytestmark = pytest.mark.slow
SERVICES = {
    "flyteidl.service.AdminService",
    "flyteidl.service.DataProxyService",
    "flyteidl.service.SignalService",
    "datacatalog.DataCatalog",
    "glidepath.service.CacheService",
    "grpc.health.v1.Health",
    "grpc.reflection.v1alpha.ServerReflection",
}
ARGUMENTS = [
    "pyflyte-fast-execute",
    "--additional-distribution",
    "<code>",
    "--dest-dir",
    "/root",
    "--",
    "pyflyte-execute",
    "--inputs",
    "{{.input}}",
    "--output-prefix",
    "{{.outputPrefix}}",
    "--raw-output-data-prefix",
    "{{.rawOutputDataPrefix}}",
    "--checkpoint-path",
    "{{.checkpointOutputPrefix}}",
    "--prev-checkpoint",
    "{{.prevCheckpointPrefix}}",
    "--resolver",
    "flytekit.core.python_auto_container.default_task_resolver",
    "--",
    "task-module",
    "interop.graphs",
    "task-name",
    "add",
]


@pytest.fixture
def channel(embedded_server):
    with grpc.insecure_channel(embedded_server.endpoint) as channel:
        yield channel


def reflect(channel, **question):
    request = reflection_pb2.ServerReflectionRequest(**question)
    return next(reflection_pb2_grpc.ServerReflectionStub(channel).ServerReflectionInfo(iter([request]), timeout=20))


def test_reflection_lists_the_services(channel):
    answer = reflect(channel, list_services="")
    assert {service.name for service in answer.list_services_response.service} == SERVICES


@pytest.mark.parametrize("symbol", ["flyteidl.service.AdminService", "flyteidl.admin.ExecutionCreateRequest"])
def test_reflection_describes_services_and_messages(channel, symbol):
    answer = reflect(channel, file_containing_symbol=symbol)
    files = [
        descriptor_pb2.FileDescriptorProto.FromString(file) for file in answer.file_descriptor_response.file_descriptor_proto
    ]
    names = {f"{file.package}.{entry.name}" for file in files for entry in (*file.service, *file.message_type)}
    assert symbol in names


@pytest.mark.parametrize("service", ["", "flyteadmin"])
def test_health(channel, service):
    answer = health_pb2_grpc.HealthStub(channel).Check(health_pb2.HealthCheckRequest(service=service), timeout=20)
    assert answer.status == health_pb2.HealthCheckResponse.SERVING


def get(server, path):
    with urllib.request.urlopen(f"http://{server.endpoint}/api/v1/{path}") as answer:
        return json.loads(answer.read())


@pytest.mark.parametrize("version", ["stock", "default"])
def test_json_of_an_execution_its_data_and_its_nodes(embedded_server, interop, version):
    name = interop.facts[version]["executions"]["plain"]
    place = f"flytesnacks/development/{name}"
    execution = get(embedded_server, f"executions/{place}")
    assert execution["closure"]["phase"] == "SUCCEEDED"
    assert execution["spec"]["launch_plan"] == {
        "resource_type": "LAUNCH_PLAN",
        "project": "flytesnacks",
        "domain": "development",
        "name": "interop.values.plain_wf",
        "version": version,
        "org": "",
    }
    outputs = get(embedded_server, f"data/executions/{place}")["full_outputs"]["literals"]
    assert outputs["number"]["scalar"]["primitive"]["integer"] == "42"
    nodes = get(embedded_server, f"node_executions/{place}?limit=10")["node_executions"]
    assert {node["id"]["node_id"]: node["closure"]["phase"] for node in nodes} == {
        "start-node": "SUCCEEDED",
        "n0": "SUCCEEDED",
        "end-node": "SUCCEEDED",
    }


@pytest.mark.parametrize("version", ["stock", "ours"])
@pytest.mark.usefixtures("interop")
def test_stocks_entrypoint_gets_its_command_byte_for_byte(remote, version):
    identifier = core.Identifier(
        resource_type=core.ResourceType.TASK,
        project="flytesnacks",
        domain="development",
        name="interop.graphs.add",
        version=version,
    )
    args = list(remote.client.raw.get_task(admin.ObjectGetRequest(id=identifier)).closure.compiled_task.template.container.args)
    assert args[2].endswith(".tar.gz")
    assert [*args[:2], "<code>", *args[3:]] == ARGUMENTS
