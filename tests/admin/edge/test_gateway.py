"""The JSON gateway."""

import http.client
import json

import pytest

from glidepath.admin.errors import AlreadyExists, NotFound
from glidepath.admin.gateway import Gateway
from glidepath.admin.rpc import Service
from glidepath.idl import admin, core


class Recorder:
    """An RPC that keeps its request and answers with what it was given."""

    def __init__(self, answer):
        self.answer, self.request, self.call = answer, None, None

    def __call__(self, request, call):
        self.request, self.call = request, call
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer


@pytest.fixture
def rpcs():
    return {
        "GetTask": Recorder(admin.Task(id=core.Identifier(name="t"))),
        "ListExecutions": Recorder(admin.ExecutionList(token="9")),
        "ListNamedEntities": Recorder(admin.NamedEntityList()),
        "CreateTask": Recorder(AlreadyExists("task with identical structure already exists")),
        "GetWorkflow": Recorder(NotFound("missing entity")),
        "RelaunchExecution": Recorder(admin.ExecutionCreateResponse()),
        "GetVersion": Recorder(RuntimeError("secret of the server")),
    }


@pytest.fixture
def send(rpcs, make_edge):
    services = [Service("flyteidl.service.AdminService", rpcs)]
    edge = make_edge([], lambda port: [Gateway(services).routes()])

    def send(method, path, body=None, **headers):
        connection = http.client.HTTPConnection("localhost", edge.port, timeout=20)
        connection.request(method, path, body, {key.replace("_", "-"): value for key, value in headers.items()})
        answer = connection.getresponse()
        found = answer.status, answer.read()
        connection.close()
        return found

    return send


def test_a_path_fills_the_request_and_unset_fields_are_shown(send, rpcs):
    status, body = send("GET", "/api/v1/tasks/p/d/my.task/v%2F1", X_Request_ID="abc")
    assert status == 200
    assert rpcs["GetTask"].request.id == core.Identifier(project="p", domain="d", name="my.task", version="v/1")
    assert json.loads(body)["id"] == {
        "resource_type": "UNSPECIFIED", "project": "", "domain": "", "name": "t", "version": "", "org": "",
    }  # fmt: skip
    assert rpcs["GetTask"].call.request_id == "abc"


def test_a_query_fills_the_rest(send, rpcs):
    query = "limit=5&token=7&filters=eq(phase,RUNNING)&sort_by.key=created_at&sort_by.direction=ASCENDING&unknown=1"
    assert json.loads(send("GET", f"/api/v1/executions/p/d?{query}")[1])["token"] == "9"
    assert rpcs["ListExecutions"].request == admin.ResourceListRequest(
        id=admin.NamedEntityIdentifier(project="p", domain="d"),
        limit=5,
        token="7",
        filters="eq(phase,RUNNING)",
        sort_by=admin.Sort(key="created_at", direction=admin.Sort.ASCENDING),
    )


@pytest.mark.parametrize("kind", ["WORKFLOW", "2"])
def test_an_enum_in_a_path_is_its_name_or_number(send, rpcs, kind):
    send("GET", f"/api/v1/named_entities/{kind}/p/d?limit=1")
    assert rpcs["ListNamedEntities"].request.resource_type == core.ResourceType.WORKFLOW


def test_a_literal_path_goes_before_a_pattern(send, rpcs):
    send("POST", "/api/v1/executions/relaunch", json.dumps({"name": "n"}))
    assert rpcs["RelaunchExecution"].request.name == "n"


def test_protobuf_in_and_out(send, rpcs):
    rpcs["CreateTask"].answer = admin.TaskCreateResponse()
    request = admin.TaskCreateRequest(id=core.Identifier(name="t"))
    raw = "application/octet-stream"
    assert send("POST", "/api/v1/tasks", request.SerializeToString(), Content_Type=raw, Accept=raw) == (200, b"")
    assert rpcs["CreateTask"].request == request
    body = send("GET", "/api/v1/tasks/p/d/n/v", Accept=raw)[1]
    assert admin.Task.FromString(body).id.name == "t"


@pytest.mark.parametrize(
    ("method", "path", "body", "status", "code", "text"),
    [
        ("POST", "/api/v1/tasks", "{}", 409, 6, "identical structure"),
        ("GET", "/api/v1/workflows/p/d/n/v", None, 404, 5, "missing entity"),
        ("POST", "/api/v1/tasks", "{", 400, 3, "not a flyteidl.admin.TaskCreateRequest"),
        ("POST", "/api/v1/tasks", '{"no": 1}', 400, 3, "no field"),
        ("GET", "/api/v1/executions/p/d?limit=x", None, 400, 3, "limit"),
        ("GET", "/api/v1/projects", None, 501, 12, "ListProjects is not served"),
        ("GET", "/api/v1/nothing/at/all", None, 404, 5, "nothing is served"),
    ],
)
def test_errors_are_json_with_the_grpc_code(send, method, path, body, status, code, text):
    found, answer = send(method, path, body)
    assert (found, json.loads(answer)["code"]) == (status, code)
    assert text in json.loads(answer)["message"]


def test_a_fault_is_hidden_and_logged_under_its_id(send, caplog):
    status, body = send("GET", "/api/v1/version", X_Request_ID="abc")
    assert status == 500 and b"secret" not in body and b"abc" in body
    assert "secret of the server" in caplog.text
