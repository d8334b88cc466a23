"""The gRPC edge: errors, request ids, health, reflection, sizes."""

import logging

import grpc
import pytest
from admin_specs import PROJECT
from google.rpc import status_pb2
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha import reflection_pb2, reflection_pb2_grpc

from glidepath.admin.errors import AlreadyExists, already_terminal
from glidepath.admin.grpc import GrpcSettings, create_server
from glidepath.admin.rpc import Service
from glidepath.idl import admin, service


@pytest.fixture
def serve():
    """A stub of AdminService whose GetVersion is the function given."""
    started = []

    def start(rpc, settings=None):
        server = create_server([Service("flyteidl.service.AdminService", {"GetVersion": rpc})], settings)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        started.append((server, channel))
        return service.AdminServiceStub(channel)

    yield start
    for server, channel in started:
        channel.close()
        server.stop(None)


def caught(stub, **options):
    with pytest.raises(grpc.RpcError) as error:
        stub.GetVersion(admin.GetVersionRequest(), **options)
    return error.value


def test_an_unexpected_error_tells_the_client_an_id_and_the_log_the_rest(serve, caplog):
    def broken(request, call):
        raise ValueError("the secret is 42")

    with caplog.at_level(logging.ERROR):
        error = caught(serve(broken), metadata=(("x-request-id", "req-1"),))
    assert error.code() == grpc.StatusCode.INTERNAL
    assert error.details() == (
        "internal error (ValueError) in /flyteidl.service.AdminService/GetVersion; request id req-1 in the server's log"
    )
    assert "req-1 failed" in caplog.text
    assert "the secret is 42" in caplog.text


def test_details_of_a_refusal_reach_the_client(serve):
    def ended(request, call):
        raise already_terminal("over", "FAILED")

    error = caught(serve(ended))
    trailing = dict(error.trailing_metadata())
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    reason = admin.EventFailureReason()
    assert status.details[0].Unpack(reason)
    assert reason.already_in_terminal_state.current_phase == "FAILED"
    assert (error.code(), status.message) == (grpc.StatusCode.FAILED_PRECONDITION, "over")


@pytest.mark.parametrize("details", [(), (admin.EventFailureReason(),)])
@pytest.mark.parametrize("letter", ["x", "é", "\n"])
def test_a_long_text_is_cut_to_what_every_client_takes(serve, caplog, letter, details):
    def verbose(request, call):
        raise AlreadyExists(letter * 40_000, *details)

    with caplog.at_level(logging.INFO):
        error = caught(serve(verbose), metadata=(("x-request-id", "req-1"),))
    assert error.code() == grpc.StatusCode.ALREADY_EXISTS
    size = len((letter * 40_000).encode())
    suffix = f"\n... [cut: {size} bytes in all, the server's log has them under request id req-1]"
    assert error.details().endswith(letter * 100 + suffix)
    assert letter * 40_000 in caplog.text


def test_a_message_above_the_limit_is_refused(serve):
    stub = serve(lambda request, call: admin.GetVersionResponse(), GrpcSettings(max_message_bytes=1000))
    with pytest.raises(grpc.RpcError) as error:
        stub.GetVersion(admin.GetVersionRequest.FromString(b"\x0a\x88\x27" + b"x" * 5000))
    assert error.value.code() == grpc.StatusCode.RESOURCE_EXHAUSTED


def test_what_is_not_served_is_unimplemented(control_plane, refused):
    request = admin.WorkflowExecutionGetMetricsRequest()
    assert refused(control_plane.admin.GetExecutionMetrics, request)[0] == "UNIMPLEMENTED"


@pytest.mark.parametrize("name", ["", "flyteadmin"])
def test_the_server_is_healthy(control_plane, name):
    stub = health_pb2_grpc.HealthStub(control_plane.channel)
    assert stub.Check(health_pb2.HealthCheckRequest(service=name)).status == health_pb2.HealthCheckResponse.SERVING


def test_reflection_lists_the_services_and_knows_their_messages(control_plane):
    stub = reflection_pb2_grpc.ServerReflectionStub(control_plane.channel)
    ask = reflection_pb2.ServerReflectionRequest
    answers = list(
        stub.ServerReflectionInfo(iter([ask(list_services=""), ask(file_containing_symbol="flyteidl.service.AdminService")]))
    )
    names = [found.name for found in answers[0].list_services_response.service]
    assert {"flyteidl.service.AdminService", "flyteidl.service.SignalService", "grpc.health.v1.Health"} <= set(names)
    assert answers[1].file_descriptor_response.file_descriptor_proto


def test_reflection_answers_under_its_newer_name_too(control_plane):
    call = control_plane.channel.stream_stream(
        "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo",
        request_serializer=reflection_pb2.ServerReflectionRequest.SerializeToString,
        response_deserializer=reflection_pb2.ServerReflectionResponse.FromString,
    )
    answer = next(call(iter([reflection_pb2.ServerReflectionRequest(list_services="")])))
    assert answer.list_services_response.service


def test_calls_run_side_by_side(control_plane):
    futures = [control_plane.admin.GetProject.future(admin.ProjectGetRequest(id=PROJECT)) for _ in range(50)]
    assert {future.result().id for future in futures} == {PROJECT}
