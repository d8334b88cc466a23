"""One port that speaks gRPC and HTTP."""

import http.client
import logging
import socket
import ssl

import grpc
import pytest

from glidepath.admin.front_door import addresses, listen
from glidepath.admin.rpc import Service
from glidepath.errors import FlyteSystemException
from glidepath.idl import admin, core
from glidepath.idl.service import AdminServiceStub


def version(request, call):
    return admin.GetVersionResponse(control_plane_version=admin.Version(Version="7"))


def echo(request, call):
    return admin.Task(short_description=request.id.name)


SERVICE = Service("flyteidl.service.AdminService", {"GetVersion": version, "GetTask": echo})
LARGE = [("grpc.max_receive_message_length", -1), ("grpc.max_send_message_length", -1)]


@pytest.fixture
def edge(make_edge):
    return make_edge([SERVICE])


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "[::1]"])
def test_grpc_is_answered_on_every_address_of_localhost(edge, host):
    with grpc.insecure_channel(f"{host}:{edge.port}") as channel:
        answer = AdminServiceStub(channel).GetVersion(admin.GetVersionRequest(), timeout=10)
    assert answer.control_plane_version.Version == "7"


def test_large_messages_cross_the_bridge_whole(edge):
    text = "x" * (20 << 20)
    with grpc.insecure_channel(f"localhost:{edge.port}", options=LARGE) as channel:
        answer = AdminServiceStub(channel).GetTask(admin.ObjectGetRequest(id=core.Identifier(name=text)), timeout=60)
    assert answer.short_description == text


@pytest.mark.parametrize("host", ["127.0.0.1", "::1"])
def test_http_is_answered_on_the_same_port_and_keeps_alive(edge, host):
    connection = http.client.HTTPConnection(host, edge.port, timeout=10)
    for _ in range(3):
        connection.request("GET", "/healthcheck")
        assert connection.getresponse().read() == b"healthy\n"
    connection.close()


def test_first_bytes_may_come_one_by_one(edge):
    with socket.create_connection(("127.0.0.1", edge.port), timeout=10) as sock:
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"PUT / HTTP/1.1\r\nHost: x\r\nContent-Length: 0\r\n\r\n":
            sock.send(bytes([byte]))
        assert sock.recv(100).startswith(b"HTTP/1.1 405")


def test_tls_is_closed_and_logged_with_a_hint(edge, caplog):
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    sock = socket.create_connection(("127.0.0.1", edge.port), timeout=10)
    with caplog.at_level(logging.WARNING), sock, pytest.raises((ssl.SSLError, ConnectionError)):
        context.wrap_socket(sock)
    assert "insecure: true" in caplog.text


def test_a_visitor_that_leaves_without_a_word_does_no_harm(edge):
    socket.create_connection(("127.0.0.1", edge.port)).close()
    connection = http.client.HTTPConnection("127.0.0.1", edge.port, timeout=10)
    connection.request("GET", "/healthcheck")
    assert connection.getresponse().status == 200
    connection.close()


def test_a_taken_port_is_an_error_that_names_it():
    sockets, port = listen("localhost", 0)
    with pytest.raises(FlyteSystemException, match=f"port {port} on localhost is taken"):
        listen("localhost", port)
    for sock in sockets:
        sock.close()


def test_a_taken_port_is_replaced_when_asked():
    sockets, port = listen("localhost", 0)
    others, other = listen("localhost", port, any_port=True)
    assert other != port
    for sock in sockets + others:
        sock.close()


def test_localhost_means_both_families():
    assert {address for _, address in addresses("localhost")} >= {"127.0.0.1", "::1"}
