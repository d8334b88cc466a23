"""Uploads and downloads over signed URLs, on real sockets."""

import base64
import hashlib
import http.client
import socket
from urllib.parse import urlsplit

import pytest
from google.protobuf.duration_pb2 import Duration

from glidepath.admin.config import Limits
from glidepath.admin.dataproxy import DataProxy, DataProxySettings
from glidepath.admin.errors import AlreadyExists, InvalidArgument, NotFound
from glidepath.admin.objects import Objects
from glidepath.admin.rpc import INTERNAL_CALL, Service
from glidepath.admin.signing import Signer
from glidepath.idl import admin, core, service
from glidepath.storage import open_storage

DATA = b"some code" * 1000
MD5 = hashlib.md5(DATA).digest()
NODE = core.NodeExecutionIdentifier(
    node_id="n0", execution_id=core.WorkflowExecutionIdentifier(project="p", domain="d", name="e")
)


class Clock:
    now = 1_000_000.0

    def __call__(self):
        return self.now


class World:
    """A store, a data proxy and the HTTP side of both."""

    def __init__(self, folder, make_edge):
        self.folder, self.clock, self.storage = folder, Clock(), open_storage()
        self.root = f"file://{folder}/storage"
        self.incoming = folder / "incoming"
        self.deck = ""
        signer = Signer(b"k" * 32)
        rooms = lambda port: [Objects(self.storage, signer, self.incoming, self.clock).routes()]  # noqa: E731
        self.edge = make_edge([], rooms)
        settings = DataProxySettings(self.root, self.edge.url, signer, Limits(upload_bytes=100_000), self.clock)
        rpcs = {
            "GetNodeExecution": self._node,
            "GetNodeExecutionData": lambda request, call: admin.NodeExecutionGetDataResponse(full_outputs=literals(1)),
            "ListTaskExecutions": self._attempts,
            "GetTaskExecutionData": lambda request, call: admin.TaskExecutionGetDataResponse(full_outputs=literals(2)),
        }
        self.proxy = DataProxy(settings, self.storage, Service("flyteidl.service.AdminService", rpcs))

    def _node(self, request, call):
        return admin.NodeExecution(id=request.id, closure=admin.NodeExecutionClosure(deck_uri=self.deck))

    def _attempts(self, request, call):
        found = [admin.TaskExecution()] if request.filters == "eq(task_execution.retry_attempt,0)" else []
        return admin.TaskExecutionList(task_executions=found)

    def location(self, **fields):
        request = {"project": "p", "domain": "d", "filename": "code.tar.gz", "content_md5": MD5, **fields}
        return self.proxy.create_upload_location(service.CreateUploadLocationRequest(**request), INTERNAL_CALL)

    def data(self, url):
        return self.proxy.get_data(service.GetDataRequest(flyte_url=url), INTERNAL_CALL)

    def left_behind(self):
        return [path for folder in (self.incoming, self.folder / "storage") for path in folder.rglob("*") if path.is_file()]


def literals(number):
    literal = core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=number)))
    return core.LiteralMap(literals={"o0": literal})


def send(method, url, body=None, headers=()):
    parts = urlsplit(url)
    connection = http.client.HTTPConnection(parts.hostname, parts.port, timeout=20)
    connection.request(method, f"{parts.path}?{parts.query}", body, dict(headers))
    answer = connection.getresponse()
    found = answer.status, answer.read(), answer.headers
    connection.close()
    return found


@pytest.fixture
def world(tmp_path, make_edge):
    return World(tmp_path, make_edge)


def test_an_upload_lands_where_the_native_url_says(world):
    location = world.location()
    status, _, _ = send("PUT", location.signed_url, DATA, location.headers.items())
    assert status == 200
    assert location.native_url == f"{world.root}/p/d/{base64.b32encode(MD5).decode()}/code.tar.gz"
    assert world.storage.get(location.native_url) == DATA


def test_the_headers_to_carry_hold_the_md5(world):
    headers = world.location(add_content_md5_metadata=True).headers
    assert headers == {
        "Content-MD5": base64.b64encode(MD5).decode(),
        "x-amz-meta-flyteContentMD5": base64.b64encode(MD5).decode(),
    }


def test_a_file_name_is_made_up_when_none_is_given(world):
    assert len(world.location(filename="").native_url.rsplit("/", 1)[1]) == 20


def test_a_folder_is_uploaded_file_by_file_under_one_root(world):
    assert (
        world.location(filename="a/b.txt", filename_root="root", content_md5=b"").native_url == f"{world.root}/p/d/root/a/b.txt"
    )


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"project": ""}, "project and domain are required"),
        ({"content_md5": b""}, "content_md5 or filename_root is required"),
        ({"content_md5": b"short"}, "an MD5 has 16 bytes"),
        ({"filename": "../../etc/passwd"}, "not a plain relative name"),
        ({"filename": "/etc/passwd"}, "not a plain relative name"),
        ({"filename_root": ".."}, "not a plain relative name"),
        ({"project": "a/../../b"}, "not a plain relative name"),
        ({"filename": "a\nb"}, "not a plain relative name"),
        ({"expires_in": Duration(seconds=3601)}, "longer than 1:00:00"),
        ({"expires_in": Duration(seconds=-1)}, "negative"),
    ],
)
def test_bad_requests_are_refused(world, fields, text):
    with pytest.raises(InvalidArgument, match=text):
        world.location(**fields)


def test_other_content_at_the_same_name_is_refused_and_the_same_content_is_not(world):
    location = world.location(filename_root="v1")
    send("PUT", location.signed_url, DATA)
    assert send("PUT", world.location(filename_root="v1").signed_url, DATA)[0] == 200
    with pytest.raises(AlreadyExists, match="specify a matching hash if you wish to rewrite"):
        world.location(filename_root="v1", content_md5=b"0" * 16)


def test_of_two_uploads_to_one_name_the_first_wins(world):
    other = b"other"
    first, second = (world.location(filename_root="v1", content_md5=hashlib.md5(data).digest()) for data in (DATA, other))
    assert send("PUT", first.signed_url, DATA)[0] == 200
    assert send("PUT", second.signed_url, other)[0] == 409
    assert world.storage.get(first.native_url) == DATA


def test_a_wrong_md5_is_400_and_leaves_nothing(world):
    status, text, _ = send("PUT", world.location().signed_url, b"other code")
    assert (status, world.left_behind()) == (400, [])
    assert b"the signed URL says" in text


def test_a_wrong_content_md5_header_is_400(world):
    location = world.location(content_md5=b"", filename_root="r")
    assert send("PUT", location.signed_url, DATA, {"Content-MD5": base64.b64encode(b"0" * 16).decode()}.items())[0] == 400
    assert send("PUT", location.signed_url, DATA, {"Content-MD5": "?"}.items())[0] == 400
    assert world.left_behind() == []


@pytest.mark.parametrize("body", [b"x" * 100_001, (part for part in [b"x" * 60_000] * 2)], ids=["announced", "chunked"])
def test_a_body_beyond_the_signed_size_is_413_and_leaves_nothing(world, body):
    status, text, _ = send("PUT", world.location(content_md5=b"", filename_root="r").signed_url, body)
    assert (status, world.left_behind()) == (413, [])
    assert b"larger than 100000 bytes" in text


@pytest.mark.parametrize("change", [("max=", "max=1"), ("", "")], ids=["forged", "too large"])
def test_a_client_that_sends_all_of_a_refused_body_still_reads_why(world, change):
    url = world.location(content_md5=b"", filename_root="r").signed_url.replace(*change)
    status, text, _ = send("PUT", url, b"x" * (30 << 20))
    assert status == (403 if change[0] else 413) and text


def test_a_cut_off_upload_leaves_nothing(world):
    parts = urlsplit(world.location().signed_url)
    with socket.create_connection((parts.hostname, parts.port)) as sock:
        sock.sendall(f"PUT {parts.path}?{parts.query} HTTP/1.1\r\nHost: x\r\nContent-Length: {len(DATA)}\r\n\r\n".encode())
        sock.sendall(DATA[:100])
    assert send("PUT", world.location().signed_url, DATA)[0] == 200
    assert [path.name for path in world.left_behind()] == ["code.tar.gz"]


def test_expired_and_forged_signatures_are_403(world):
    url = world.location(expires_in=Duration(seconds=60)).signed_url
    assert send("PUT", url.replace("max=100000", "max=999999"), DATA)[0] == 403
    assert send("GET", url)[0] == 403
    world.clock.now += 61
    status, text, _ = send("PUT", url, DATA)
    assert (status, world.left_behind()) == (403, [])
    assert b"expired 1 s ago" in text


def downloaded(world, uri=None):
    location = world.location()
    send("PUT", location.signed_url, DATA)
    request = service.CreateDownloadLocationRequest(native_url=uri or location.native_url)
    return world.proxy.create_download_location(request, INTERNAL_CALL).signed_url


def test_downloads_come_back_whole_and_in_ranges(world):
    url = downloaded(world)
    assert send("GET", url)[:2] == (200, DATA)
    assert send("GET", url, headers={"Range": "bytes=5-8"}.items())[:2] == (206, DATA[5:9])
    status, body, headers = send("HEAD", url)
    assert (status, body, headers["content-length"]) == (200, b"", str(len(DATA)))


def test_a_users_page_does_not_act_for_the_console(world):
    assert "sandbox" in send("GET", downloaded(world))[2]["Content-Security-Policy"]


@pytest.mark.parametrize("uri", ["file:///etc/passwd", "/etc/passwd", "{root}/../../etc/passwd", "http://elsewhere/x"])
def test_only_objects_of_the_store_are_signed(world, uri):
    with pytest.raises(InvalidArgument):
        downloaded(world, uri.format(root=world.root))


def test_a_missing_object_is_not_found(world):
    with pytest.raises(NotFound, match="object not found"):
        downloaded(world, f"{world.root}/nothing")


def test_a_deck_is_a_link_to_a_page(world):
    world.deck = f"{world.root}/deck.html"
    world.storage.put(world.deck, b"<html>")
    request = service.CreateDownloadLinkRequest(artifact_type=1, node_execution_id=NODE)
    answer = world.proxy.create_download_link(request, INTERNAL_CALL)
    status, body, headers = send("GET", answer.pre_signed_urls.signed_url[0])
    assert (status, body, headers["content-type"]) == (200, b"<html>", "text/html; charset=utf-8")
    assert world.data("flyte://v1/p/d/e/n0/d").pre_signed_urls.signed_url == answer.signed_url


def test_no_deck_is_not_found(world):
    with pytest.raises(NotFound, match="no deckUrl found"):
        world.data("flyte://v1/p/d/e/n0/d")


def test_flyte_urls_name_maps_literals_and_attempts(world):
    assert world.data("flyte://v1/p/d/e/n0/o").literal_map == literals(1)
    assert world.data("flyte://v1/p/d/e/n0/o/o0").literal == literals(1).literals["o0"]
    assert world.data("flyte://v1/p/d/e/n0/0/o/o0").literal == literals(2).literals["o0"]


def test_what_a_flyte_url_does_not_find_is_not_found(world):
    with pytest.raises(NotFound, match=r"no literal 'x'.*\['o0'\]"):
        world.data("flyte://v1/p/d/e/n0/o/x")
    with pytest.raises(NotFound, match="no attempt 1"):
        world.data("flyte://v1/p/d/e/n0/1/o")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "flyte://v2/p/d/e/n0/o",
        "flyte://v1/p/d/e/n0",
        "flyte://v1/p/d/e/n0/x",
        "flyte://v1/p/d/e/n0/0/d",
        "flyte://v1/p/d/e/n0/o/a/b",
        "flyte://v1/p//e/n0/o",
    ],
)
def test_bad_flyte_urls_are_invalid(world, url):
    with pytest.raises(InvalidArgument, match="invalid value for flyte_url"):
        world.data(url)
