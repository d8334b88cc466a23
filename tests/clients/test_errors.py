import socket
import subprocess
import threading

import grpc
import pytest
from fake_control_plane import FakeControlPlane

from glidepath.clients import Client, PlatformConfig
from glidepath.clients.diagnosis import Finding, examine, is_local, split_endpoint
from glidepath.clients.retry import Retry
from glidepath.errors import (
    FlyteAuthenticationException,
    FlyteEntityAlreadyExistsException,
    FlyteEntityNotExistException,
    FlyteInvalidInputException,
    FlyteSystemException,
    FlyteSystemUnavailableException,
    FlyteTimeout,
    FlyteValueException,
)
from glidepath.idl import admin

Code = grpc.StatusCode


def ask(config: PlatformConfig):
    with Client.connect(config) as client:
        return client.raw.get_version(admin.GetVersionRequest())


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        (Code.ALREADY_EXISTS, FlyteEntityAlreadyExistsException),
        (Code.NOT_FOUND, FlyteEntityNotExistException),
        (Code.INVALID_ARGUMENT, FlyteInvalidInputException),
        (Code.FAILED_PRECONDITION, FlyteInvalidInputException),
        (Code.PERMISSION_DENIED, FlyteAuthenticationException),
        (Code.INTERNAL, FlyteSystemException),
        (Code.UNIMPLEMENTED, FlyteSystemException),
    ],
)
def test_codes_become_our_classes_and_are_asked_once(client, store, code, kind):
    store.faults["GetVersion"] = [(code, "the server's words")] * 9
    with pytest.raises(kind) as caught:
        client.raw.get_version(admin.GetVersionRequest())
    text = str(caught.value)
    assert "the server's words" in text and f"GetVersion at {client.config.endpoint} ({code.name})" in text
    assert store.calls["GetVersion"] == 1


@pytest.mark.parametrize("code", [Code.UNAVAILABLE, Code.RESOURCE_EXHAUSTED])
def test_passing_faults_are_retried(client, store, code):
    store.faults["GetVersion"] = [(code, "busy")] * 2
    assert client.raw.get_version(admin.GetVersionRequest()).control_plane_version.Build == "fake"
    assert store.calls["GetVersion"] == 3


def test_retries_end(client, store):
    store.faults["GetVersion"] = [(Code.UNAVAILABLE, "busy")] * 99
    with pytest.raises(FlyteSystemUnavailableException, match="the server is not available: busy"):
        client.raw.get_version(admin.GetVersionRequest())
    assert store.calls["GetVersion"] == 5


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("localhost", 0))
        return int(probe.getsockname()[1])


def test_a_dead_server_is_named_with_the_next_step():
    endpoint = f"localhost:{free_port()}"
    with pytest.raises(FlyteSystemUnavailableException) as caught:
        ask(PlatformConfig(endpoint=endpoint))
    assert caught.value.message == f"nothing listens at {endpoint}"
    assert "flytectl demo start" in caught.value.hint and "admin.endpoint" in caught.value.hint


def test_an_unknown_host_is_named():
    with pytest.raises(FlyteSystemUnavailableException, match=r"the host of nowhere\.invalid:80 has no address"):
        ask(PlatformConfig(endpoint="nowhere.invalid:80"))


def test_something_that_is_not_grpc_is_recognised(server):
    with pytest.raises(FlyteSystemUnavailableException, match="does not speak gRPC"):
        ask(PlatformConfig(endpoint=f"localhost:{server.http.server_port}"))


def test_a_silent_server_runs_into_the_deadline():
    with socket.create_server(("localhost", 0)) as silent:
        config = PlatformConfig(endpoint=f"localhost:{silent.getsockname()[1]}", per_retry_timeout=0.3)
        with pytest.raises(FlyteTimeout) as caught:
            ask(config)
    assert caught.value.message == "the server did not answer within 0.3 s" and "perRetryTimeout" in caught.value.hint


def test_a_server_that_comes_back_is_waited_for(server):
    """Once a server has answered, a refused connection counts as passing."""
    config = PlatformConfig(endpoint=server.endpoint, max_retries=30, max_backoff_delay=0.2)
    with Client.connect(config) as client:
        client.raw.get_version(admin.GetVersionRequest())
        server.server.stop(None).wait()
        again: list[FakeControlPlane] = []
        thread = threading.Timer(0.3, lambda: again.append(FakeControlPlane(address=server.endpoint)))
        thread.start()
        answer = client.raw.get_version(admin.GetVersionRequest())
        thread.join()
        again[0].stop()
    assert answer.control_plane_version.Build == "fake"


@pytest.fixture(scope="module")
def certificate(tmp_path_factory):
    folder = tmp_path_factory.mktemp("tls")
    key, cert = folder / "key.pem", folder / "cert.pem"
    command = f"openssl req -x509 -newkey rsa:2048 -nodes -days 2 -keyout {key} -out {cert} -subj /CN=flyte.test"
    subprocess.run(
        [*command.split(), "-addext", "subjectAltName=DNS:flyte.test,DNS:localhost"], check=True, capture_output=True
    )
    return key, cert


@pytest.fixture
def tls_server(certificate):
    key, cert = certificate
    fake = FakeControlPlane(grpc.ssl_server_credentials([(key.read_bytes(), cert.read_bytes())]))
    yield fake
    fake.stop()


def test_plain_client_meets_tls_server(tls_server):
    with pytest.raises(FlyteSystemUnavailableException) as caught:
        ask(PlatformConfig(endpoint=tls_server.endpoint, insecure=True, max_retries=1, max_backoff_delay=0.01))
    assert "speaks TLS, but this client is set to plain text" in caught.value.message
    assert "admin.insecure: false" in caught.value.hint


def test_tls_client_meets_plain_server(server):
    with pytest.raises(FlyteSystemUnavailableException) as caught:
        ask(PlatformConfig(endpoint=server.endpoint, insecure=False, max_retries=1, max_backoff_delay=0.01))
    assert "speaks plain text, but this client is set to TLS" in caught.value.message
    assert "admin.insecure: true" in caught.value.hint


def test_an_untrusted_certificate_is_explained(tls_server):
    with pytest.raises(FlyteSystemUnavailableException) as caught:
        ask(PlatformConfig(endpoint=tls_server.endpoint, insecure=False, max_retries=1, max_backoff_delay=0.01))
    assert "is not trusted" in caught.value.message and "caCertFilePath" in caught.value.hint


def test_a_named_authority_is_trusted(tls_server, certificate):
    config = PlatformConfig(endpoint=tls_server.endpoint, insecure=False, ca_cert_file_path=str(certificate[1]))
    assert ask(config).control_plane_version.Build == "fake"


def test_verification_can_be_skipped_for_any_name(tls_server):
    endpoint = tls_server.endpoint.replace("localhost", "127.0.0.1")
    assert (
        ask(PlatformConfig(endpoint=endpoint, insecure=False, insecure_skip_verify=True)).control_plane_version.Build == "fake"
    )


def test_a_missing_authority_file_is_named():
    with pytest.raises(FlyteValueException, match=r"certificate authorities cannot be read.*\n.*no\.pem"):
        ask(PlatformConfig(insecure=False, ca_cert_file_path="no.pem"))


def test_examine_tells_servers_apart(server, tls_server):
    assert examine(server.endpoint) is Finding.PLAIN
    assert examine(tls_server.endpoint) is Finding.TLS
    assert examine(f"localhost:{server.http.server_port}") is Finding.OTHER


def test_endpoints_are_split():
    assert split_endpoint("[::1]:80") == ("::1", 80) and split_endpoint("host") == ("host", 443)
    assert is_local("localhost:1") and is_local("127.0.0.1:1") and not is_local("example.com:1")


def test_waits_double_up_to_the_limit():
    waits: list[float] = []
    retry = Retry(limit=6, max_delay=1.0, sleep=waits.append, jitter=lambda low, high: high)

    class Busy(grpc.RpcError, grpc.Call):
        def code(self):
            return Code.UNAVAILABLE

        def details(self):
            return "busy"

        initial_metadata = trailing_metadata = is_active = time_remaining = cancel = add_callback = None

    def send(call):
        raise Busy

    with pytest.raises(Busy):
        retry(None, send)
    assert waits == [0.2, 0.4, 0.8, 1.0, 1.0, 1.0]
