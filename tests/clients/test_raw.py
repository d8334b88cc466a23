import inspect
import re
import typing

import pytest
from flyteidl.service import admin_pb2, auth_pb2, dataproxy_pb2, identity_pb2, signal_pb2

from glidepath.clients import RawClient
from glidepath.idl import admin, core, service

SERVICES = [
    admin_pb2.DESCRIPTOR.services_by_name["AdminService"],
    dataproxy_pb2.DESCRIPTOR.services_by_name["DataProxyService"],
    signal_pb2.DESCRIPTOR.services_by_name["SignalService"],
    auth_pb2.DESCRIPTOR.services_by_name["AuthMetadataService"],
    identity_pb2.DESCRIPTOR.services_by_name["IdentityService"],
]
METHODS = [(of.full_name, method) for of in SERVICES for method in of.methods]


@pytest.mark.parametrize(("of", "method"), METHODS, ids=[method.name for _, method in METHODS])
def test_every_rpc_has_a_typed_documented_method(of, method):
    words = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", method.name.replace("OAuth2", "Oauth2")).lower()
    function = getattr(RawClient, words)
    hints = typing.get_type_hints(function)
    assert hints["request"].DESCRIPTOR.full_name == method.input_type.full_name
    assert hints["return"].DESCRIPTOR.full_name == method.output_type.full_name
    assert inspect.getdoc(function)


def test_all_methods_call_the_rpc_of_their_name():
    """Each method puts its own request on the wire under the right path, without a server in the way."""
    seen = []

    def record(call, send):
        seen.append((call.path, call.request, call.answer))
        return call.answer()

    with RawClient(interceptors=[record]) as client:
        for of, method in METHODS:
            words = re.sub(r"(?<=[a-z0-9])([A-Z])", r"_\1", method.name.replace("OAuth2", "Oauth2")).lower()
            request = typing.get_type_hints(getattr(RawClient, words))["request"]()
            answer = getattr(client, words)(request)
            assert answer.DESCRIPTOR.full_name == method.output_type.full_name
            assert seen[-1][0] == f"/{of}/{method.name}"
    assert len(seen) == 56 + 4 + 3 + 2 + 1 - (56 - len(SERVICES[0].methods))


def test_a_call_reaches_a_real_server(client):
    version = client.raw.get_version(admin.GetVersionRequest())
    assert version.control_plane_version.Version == "v1.16.0"


def test_health(client):
    assert client.raw.check_health() is True


def test_a_deadline_travels(client, store):
    other = client.raw.with_deadline(3)
    assert other.config.per_retry_timeout == 3 and client.raw.config.per_retry_timeout == 15
    other.get_version(admin.GetVersionRequest())
    assert store.calls["GetVersion"] == 1


def test_small_services_answer(client):
    location = client.raw.create_upload_location(
        service.CreateUploadLocationRequest(project="p", domain="d", filename="f", content_md5=b"\1" * 16)
    )
    assert location.native_url == "s3://bucket/p/d/" + "01" * 16 + "/f"
    assert client.raw.get_public_client_config(service.PublicClientAuthConfigRequest()).client_id == "public"


def test_messages_of_twenty_mebibytes_arrive(client, store):
    execution = core.WorkflowExecutionIdentifier(name="big")
    store.executions["big"] = admin.Execution(
        id=execution, spec=admin.ExecutionSpec(labels=admin.Labels(values={"k": "x" * 15_000_000}))
    )
    found = client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=execution))
    assert len(found.spec.labels.values["k"]) == 15_000_000
