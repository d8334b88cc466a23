import grpc
import pytest

from glidepath.clients.pages import Query, items
from glidepath.clients.registration import Entity, Outcome, levels
from glidepath.errors import FlyteInvalidInputException, FlyteValueException
from glidepath.idl import admin, core

PD = ("flytesnacks", "development")


def identifier(kind: int, name: str, version: str = "v1") -> core.Identifier:
    return core.Identifier(resource_type=kind, project=PD[0], domain=PD[1], name=name, version=version)


def task(name: str, version: str = "v1", kind: str = "python-task") -> Entity:
    spec = admin.TaskSpec(template=core.TaskTemplate(id=identifier(1, name, version), type=kind))
    return Entity(identifier(1, name, version), spec)


def workflow(name: str, *tasks: str, plans: tuple[str, ...] = (), version: str = "v1") -> Entity:
    nodes = [core.Node(id=n, task_node=core.TaskNode(reference_id=identifier(1, n, version))) for n in tasks]
    nodes += [core.Node(id=n, workflow_node=core.WorkflowNode(launchplan_ref=identifier(3, n, version))) for n in plans]
    template = core.WorkflowTemplate(id=identifier(2, name, version), nodes=nodes)
    return Entity(identifier(2, name, version), admin.WorkflowSpec(template=template))


def plan(name: str, version: str = "v1") -> Entity:
    spec = admin.LaunchPlanSpec(workflow_id=identifier(2, name, version))
    return Entity(identifier(3, name, version), admin.LaunchPlan(id=identifier(3, name, version), spec=spec))


def test_pages_are_followed_to_the_end(client, store):
    client.register_all([task("t", f"v{i}") for i in range(25)])
    found = list(client.tasks(*PD, "t", Query(page_size=10)))
    assert sorted(item.id.version for item in found) == sorted(f"v{i}" for i in range(25))
    assert [store.requests[i][1].token for i in range(-3, 0)] == ["", "10", "20"]


def test_a_limit_asks_for_no_more(client, store):
    client.register_all([task("t", f"v{i}") for i in range(25)])
    assert len(list(client.tasks(*PD, "t", Query(page_size=10, limit=12)))) == 12
    assert store.last("ListTasks").limit == 2


def test_pages_are_fetched_only_when_consumed():
    asked = []

    def page(query: Query):
        asked.append(query.token)
        return [query.token], "x" * (len(asked) + 1)

    stream = items(page, Query())
    assert [next(stream), next(stream)] == ["", "xx"] and asked == ["", "xx"]


def test_a_server_that_repeats_its_token_is_not_asked_for_ever():
    assert list(items(lambda query: ([1], "same"), Query(token="same"))) == [1]


def test_latest_and_missing(client):
    client.register_all([task("t", "v1")])
    client.register_all([task("t", "v2")])
    newest = client.latest_task(*PD, "t")
    assert newest is not None and newest.id.version == "v2"
    assert client.latest_launch_plan(*PD, "none") is None and client.active_launch_plan(*PD, "none") is None


def test_registering_again_says_unchanged(client):
    assert client.register(task("t")) is Outcome.CREATED
    assert client.register(task("t")) is Outcome.UNCHANGED


def test_another_structure_is_refused(client):
    client.register(task("t"))
    with pytest.raises(FlyteInvalidInputException, match="different structure"):
        client.register(task("t", kind="other"))


def test_levels_follow_references():
    entities = [
        plan("outer"),
        workflow("outer", "a", plans=("inner",)),
        plan("inner"),
        workflow("inner", "b"),
        task("b"),
        task("a"),
    ]
    names = [[(entity.id.resource_type, entity.id.name) for entity in level] for level in levels(entities)]
    assert names == [[(1, "b"), (1, "a")], [(2, "inner")], [(3, "inner")], [(2, "outer")], [(3, "outer")]]


def test_branches_and_array_nodes_count_as_references():
    inner = core.Node(id="x", task_node=core.TaskNode(reference_id=identifier(1, "mapped")))
    branch = core.Node(id="y", task_node=core.TaskNode(reference_id=identifier(1, "chosen")))
    nodes = [
        core.Node(id="m", array_node=core.ArrayNode(node=inner)),
        core.Node(id="b", branch_node=core.BranchNode(if_else=core.IfElseBlock(case=core.IfBlock(then_node=branch)))),
    ]
    wf = Entity(identifier(2, "wf"), admin.WorkflowSpec(template=core.WorkflowTemplate(nodes=nodes)))
    assert len(levels([wf, task("mapped"), task("chosen")])) == 2


def test_a_circle_is_refused():
    with pytest.raises(FlyteValueException, match=r"in a circle: .*/a@v1, .*/a@v1, .*/b@v1, .*/b@v1"):
        levels([workflow("a", plans=("b",)), plan("a"), workflow("b", plans=("a",)), plan("b")])


def test_a_graph_registers_in_any_order_given(client, store):
    entities = [plan("wf"), workflow("wf", *(f"t{i}" for i in range(30))), *(task(f"t{i}") for i in range(30))]
    results = client.register_all(entities)
    assert [result.outcome for result in results] == [Outcome.CREATED] * 32
    assert [result.entity for result in results] == entities and len(store.entities) == 32
    assert {result.outcome for result in client.register_all(entities)} == {Outcome.UNCHANGED}


def test_after_a_failure_later_levels_are_not_sent(client, store):
    store.faults["CreateWorkflow"] = [(grpc.StatusCode.INVALID_ARGUMENT, "does not compile")]
    results = client.register_all([task("t"), workflow("wf", "t"), plan("wf")])
    assert [result.outcome for result in results] == [Outcome.CREATED, Outcome.FAILED, Outcome.SKIPPED]
    assert "does not compile" in str(results[1].error) and store.calls["CreateLaunchPlan"] == 0


def test_keep_going_tries_everything(client, store):
    store.faults["CreateTask"] = [(grpc.StatusCode.INVALID_ARGUMENT, "no")]
    results = client.register_all([task("a"), task("b"), task("c")], jobs=1, keep_going=True)
    assert [result.outcome for result in results] == [Outcome.FAILED, Outcome.CREATED, Outcome.CREATED]


def test_an_execution_without_a_name_gets_one(client, store):
    found = client.create_execution(admin.ExecutionCreateRequest(project="p", domain="d"))
    assert len(found.name) == 20 and found.name in store.executions


def test_a_lost_answer_does_not_start_a_second_execution(client, store):
    """The server took the request, the answer got lost, the retry hears ALREADY_EXISTS: that is ours."""
    store.faults["CreateExecution"] = [(grpc.StatusCode.ALREADY_EXISTS, "there")]
    assert client.create_execution(admin.ExecutionCreateRequest(project="p", domain="d")).project == "p"
