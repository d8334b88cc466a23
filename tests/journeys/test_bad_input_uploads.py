"""Uploads that are not what was signed, over raw HTTP to the running server, and a bundle that is too large for it.

Below, tested elsewhere: each refusal with its text, and that nothing stays of it, on the routes alone
(``tests/admin/edge/test_dataproxy.py``, ``test_signing.py``); how clients tell of it (``tests/clients/test_upload.py``).
"""

import base64
import hashlib
import http.client
import socket
import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest
from bad_input import GOOD, SCOPE, fails, unharmed, write
from google.protobuf.duration_pb2 import Duration
from journey_world import Shell, clean_environment

from glidepath.clients.config import PlatformConfig
from glidepath.clients.friendly import Client
from glidepath.idl import service

pytestmark = pytest.mark.slow
DATA = b"some code\n" * 1000
MD5 = hashlib.md5(DATA).digest()


@pytest.fixture(autouse=True)
def healthy(embedded_server):
    with unharmed(embedded_server):
        yield


@pytest.fixture
def client(embedded_server):
    with Client.connect(PlatformConfig(endpoint=embedded_server.endpoint, insecure=True)) as client:
        yield client


@pytest.fixture
def signed(client, request):
    """A signed place of its own for this test."""
    return sign(client, request.node.name)


def sign(client, name, seconds=60):
    return client.raw.create_upload_location(
        service.CreateUploadLocationRequest(
            project="flytesnacks",
            domain="development",
            filename="code.bin",
            filename_root=name,
            content_md5=MD5,
            expires_in=Duration(seconds=seconds),
        )
    )


def put(url, body, headers=None):
    """Status and text of a PUT."""
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.request("PUT", f"{parts.path}?{parts.query}", body, headers or {})
    answer = connection.getresponse()
    return answer.status, answer.read().decode()


def stored(server):
    """Whatever lies in the store or on its way there."""
    root = server.home / ".glidepath"
    found = list((root / "storage").rglob("*.bin*")) + list((root / "incoming").iterdir())
    return sorted(str(path) for path in found)


def test_a_good_one_is_taken(signed, embedded_server):
    assert put(signed.signed_url, DATA, dict(signed.headers)) == (200, "")
    assert [path for path in stored(embedded_server) if path == signed.native_url.removeprefix("file://")]


def test_another_content_is_400_and_nothing_is_kept(signed, embedded_server):
    before = stored(embedded_server)
    status, said = put(signed.signed_url, DATA[:-1] + b"!")
    assert (status, said[:16]) == (400, "the body's MD5 i") and said.endswith(f"the signed URL says {MD5.hex()}\n")
    status, said = put(signed.signed_url, DATA, {"Content-MD5": base64.b64encode(b"0" * 16).decode()})
    assert status == 400 and "Content-MD5 says" in said
    assert stored(embedded_server) == before


def test_a_cut_off_one_is_not_kept(signed, embedded_server):
    before = stored(embedded_server)
    parts = urlsplit(signed.signed_url)
    with socket.create_connection((parts.hostname, parts.port)) as connection:
        head = f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: {parts.netloc}\r\nContent-Length: {len(DATA)}\r\n\r\n"
        connection.sendall(head.encode() + DATA[:5000])
        connection.shutdown(socket.SHUT_WR)
        connection.settimeout(20)
        assert connection.recv(100)[:15] in (b"", b"HTTP/1.1 499 \r\n", b"HTTP/1.1 400 Ba")
    for _ in range(50):
        if stored(embedded_server) == before:
            break
        time.sleep(0.1)
    assert stored(embedded_server) == before
    assert put(signed.signed_url, DATA) == (200, "")


def test_an_expired_signature_is_403(client, embedded_server):
    signed = sign(client, "expired", seconds=1)
    time.sleep(2.1)
    status, said = put(signed.signed_url, DATA)
    assert status == 403 and "expired" in said
    assert not [path for path in stored(embedded_server) if "/expired/" in path]


@pytest.mark.parametrize("field", ["signature", "other object", "more bytes", "none"])
def test_a_forged_signature_is_403(signed, embedded_server, field):
    before = stored(embedded_server)
    assert put(forged(signed.signed_url, field), DATA)[0] == 403
    assert stored(embedded_server) == before


def forged(url, what):
    """The URL with its signature, its object or its limit changed, or without a query."""
    parts = urlsplit(url)
    query = dict(parse_qsl(parts.query))
    if what == "none":
        return parts._replace(query="").geturl()
    if what == "other object":
        _, objects, uri, name = parts.path.split("/")
        meant = base64.urlsafe_b64decode(uri + "=" * (-len(uri) % 4)).replace(b"code.bin", b"evil.bin")
        encoded = base64.urlsafe_b64encode(meant).decode().rstrip("=")
        return parts._replace(path=f"/{objects}/{encoded}/{name}").geturl()
    if what == "more bytes":
        query["max"] += "0"
    else:
        query["signature"] = query["signature"].swapcase()
    return parts._replace(query=urlencode(query)).geturl()


@pytest.fixture
def small(tmp_path):
    """A shell at a server of its own that takes uploads of at most 2000 bytes."""
    environment = {**clean_environment(tmp_path), "GLIDEPATH_LIMITS_UPLOAD_BYTES": "2000"}
    folder = tmp_path / "work"
    folder.mkdir()
    starter = Shell(folder, environment)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    starter.ok("flytectl", "demo", "start", "--port", str(port))
    yield Shell(folder, {**environment, "FLYTE_PLATFORM_URL": f"localhost:{port}", "FLYTE_PLATFORM_INSECURE": "true"})
    starter.ok("flytectl", "demo", "teardown")


def test_a_bundle_that_is_too_large_for_the_server_is_refused_with_the_limit(small):
    write(small, "good.py", GOOD + "\n# " + "".join(hashlib.sha512(bytes([i])).hexdigest() for i in range(64)) + "\n")
    said = fails(small, "pyflyte", "register", *SCOPE, "good.py")
    assert "larger than 2000 bytes, which is the most that this server takes in one upload" in said
    assert small.ok("flytectl", "get", "task", *SCOPE).endswith("0 rows\n")
    assert not [path for path in (small.folder.parent / ".glidepath").rglob("*") if path.name.startswith("fast")]
    assert small.ok("flytectl", "demo", "status").startswith("The server is healthy.")
