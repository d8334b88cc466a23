import json

import package_samples as samples
import pytest
import yaml

from glidepath.idl import admin, core

WF = core.WorkflowExecution


@pytest.fixture
def registered(flytectl, tmp_path):
    for version in ("v1", "v2"):
        path = str(samples.package(tmp_path / "wf.tgz"))
        assert flytectl("register", "files", "--archive", path, "--version", version).code == 0
    return flytectl


@pytest.fixture
def executed(flytectl, store):
    for number in range(5):
        identifier = core.WorkflowExecutionIdentifier(project="flytesnacks", domain="development", name=f"e{number}")
        found = admin.Execution(id=identifier)
        found.spec.launch_plan.name = "hello.wf"
        found.closure.phase = WF.FAILED if number == 0 else WF.SUCCEEDED
        found.closure.error.message = "x" * 300 if number == 0 else ""
        found.closure.duration.FromMilliseconds(1500)
        store.executions[identifier.name] = found
    return flytectl


def test_projects(flytectl):
    result = flytectl("get", "projects")
    assert result.code == 0 and "| flytesnacks | flytesnacks |" in result.out and result.out.endswith("1 rows\n")


def test_a_project_that_is_not_there_is_an_empty_table(flytectl):
    result = flytectl("get", "project", "none")
    assert (result.code, result.err) == (0, "no project none\n") and result.out.endswith("0 rows\n")


def test_tasks_with_inputs_line_by_line(registered):
    lines = registered("get", "task", "hello.greet", "--latest").out.splitlines()
    assert [cell.strip() for cell in lines[1].strip("|").split("|")] == [
        "VERSION", "NAME", "TYPE", "INPUTS", "OUTPUTS", "DISCOVERABLE", "DISCOVERY VERSION", "CREATED AT",
    ]  # fmt: skip
    assert "v2" in lines[3] and "name: the name" in lines[3] and "times: the times" in lines[4]


def test_one_is_an_object_and_more_are_an_array(registered):
    assert json.loads(registered("get", "task", "hello.greet", "--version", "v1", "-o", "json").out)["id"]["version"] == "v1"
    both = json.loads(registered("get", "task", "hello.greet", "-o", "JSON").out)
    assert [item["id"]["version"] for item in both] == ["v2", "v1"]


def test_workflows_without_a_name_are_names(registered, store):
    result = registered("get", "workflow")
    assert "| flytesnacks | development | hello.wf |" in result.out and store.calls["ListNamedEntities"] == 1


def test_the_latest_workflow_comes_with_its_closure(registered, store):
    document = yaml.safe_load(registered("get", "workflow", "hello.wf", "--latest", "-o", "yaml").out)
    assert document["closure"]["compiledWorkflow"]["primary"]["template"]["nodes"][0]["id"] == "n0"
    assert store.calls["GetWorkflow"] == 1 and store.last("ListWorkflows").limit == 1


def test_launch_plans(registered, store):
    result = registered("get", "launchplan", "hello.wf")
    assert "| v2      | hello.wf | LAUNCH_PLAN | INACTIVE |" in result.out and "name: who" in result.out
    registered("get", "launchplan", "--workflow", "hello.wf")
    assert store.last("ListLaunchPlans").filters == "eq(workflow.name,hello.wf)"


def test_workflow_and_selector_exclude_each_other(flytectl):
    result = flytectl("get", "launchplan", "--workflow", "x", "--filter.fieldSelector", "name=y")
    assert result.code == 1 and "fieldSelector cannot be specified with workflow flag" in result.err


@pytest.mark.parametrize(("kind", "words"), [("task", "tasks"), ("launchplan", "launchplans"), ("workflow", "workflows")])
def test_a_name_that_is_not_there_is_an_error(flytectl, kind, words):
    for extra in ((), ("--latest",)):
        result = flytectl("get", kind, "none", *extra)
        assert result.code == 1 and f"no {words} retrieved for none" in result.err


def test_executions_in_pages(executed, store):
    result = executed(
        "get", "execution", "--filter.limit", "2", "--filter.page", "2", "--filter.sortBy", "name", "--filter.asc"
    )
    request = store.last("ListExecutions")
    assert (request.limit, request.token, request.sort_by.key) == (2, "2", "name")
    assert request.sort_by.direction == admin.Sort.ASCENDING and store.calls["ListExecutions"] == 1
    assert "| e2 " in result.out and "| e1 " in result.out and result.out.endswith("2 rows\n")


def test_executions_are_filtered_and_errors_cut(executed, store):
    result = executed("get", "executions", "--filter.fieldSelector", "phase=FAILED,duration>1")
    assert store.last("ListExecutions").filters == "eq(phase,FAILED)+gt(duration,1)"
    assert "x" * 100 in result.out and "x" * 101 not in result.out and "1.500s" in result.out


def test_an_empty_list_says_so(flytectl):
    result = flytectl("get", "execution")
    assert (result.code, result.err) == (0, "no executions in flytesnacks/development\n")


@pytest.fixture
def detailed(executed, store):
    execution = store.executions["e0"].id

    def node(name: str, is_parent: bool = False) -> admin.NodeExecution:
        identifier = core.NodeExecutionIdentifier(node_id=name, execution_id=execution)
        found = admin.NodeExecution(
            id=identifier, metadata=admin.NodeExecutionMetaData(is_parent_node=is_parent, spec_node_id=name[-2:])
        )
        found.closure.phase = core.NodeExecution.FAILED
        found.closure.created_at.FromSeconds(0)
        return found

    store.nodes[""] = [node("n0", is_parent=True), node("n1")]
    store.nodes["n0"] = [node("n0-0-n7")]
    attempt = admin.TaskExecution()
    attempt.closure.phase = core.TaskExecution.FAILED
    attempt.closure.task_type, attempt.closure.reason = "python-task", "it broke"
    attempt.closure.logs.add(name="stdout", uri="http://logs/1")
    attempt.closure.metadata.generated_name = "e0-n0-0-n7-0"
    store.attempts["n0-0-n7"] = [attempt]
    store.node_data["n1"] = admin.NodeExecutionGetDataResponse(
        full_inputs=core.LiteralMap(literals={"a": core.Literal(scalar=core.Scalar(primitive=core.Primitive(integer=3)))})
    )
    return executed


def test_details_are_a_tree(detailed):
    result = detailed("get", "execution", "e0", "--details")
    assert result.code == 0 and "defaults to tree view" in result.err
    lines = result.out.splitlines()
    assert lines[0] == "e0 - FAILED" and "├── n0 - FAILED - 1970-01-01T00:00:00Z" in result.out
    for expected in (
        "│   └── n7 - FAILED",
        "│       └── Attempt :0",
        "│           └── Task - FAILED",
        "│               ├── Task Type - python-task",
        "│               ├── Reason - it broke",
        "Generated Name : e0-n0-0-n7-0",
        "URI :http://logs/1",
        "└── n1 - FAILED",
        "        └── a: 3",
    ):
        assert expected in result.out


def test_details_as_json(detailed):
    nodes = json.loads(detailed("get", "execution", "e0", "--details", "-o", "json").out)
    assert [node["node_exec"]["id"]["nodeId"] for node in nodes] == ["n0", "n1"]
    assert nodes[0]["child_nodes"][0]["task_execs"][0]["closure"]["reason"] == "it broke"
    assert nodes[1]["inputs"] == {"literals": {"a": {"scalar": {"primitive": {"integer": "3"}}}}}


def test_one_node_of_an_execution(detailed):
    node = json.loads(detailed("get", "execution", "e0", "--nodeID", "n0-0-n7", "-o", "json").out)
    assert node["node_exec"]["id"]["nodeId"] == "n0-0-n7"
    result = detailed("get", "execution", "e0", "--nodeID", "n99")
    assert result.code == 1 and "the execution has no node n99" in result.err


def test_an_execution_that_is_not_there(flytectl):
    result = flytectl("get", "execution", "none")
    assert result.code == 1 and "missing entity of type execution" in result.err and "NOT_FOUND" in result.err


def test_the_cache_of_an_array_item_by_item(detailed, store):
    [attempt] = store.attempts["n1"] = [admin.TaskExecution()]
    attempt.id.task_id.name = "hello.map_greet"
    hit, miss, none = (core.CatalogCacheStatus.Value(name) for name in ("CACHE_HIT", "CACHE_POPULATED", "CACHE_DISABLED"))
    for index, status in ((0, hit), (1, hit), (2, miss), (3, hit), (4, none), (5, none), (5, miss)):
        attempt.closure.metadata.external_resources.add(index=index, cache_status=status)
    for arguments in ((), ("--nodeID", "n1")):
        rows = json.loads(detailed("get", "cache", "e0", *arguments, "-o", "json").out)
        assert [(row["node"], row["task"], row["status"], row["why"]) for row in rows] == [
            ("n1", "hello.map_greet", "CACHE_HIT", "3 of 6 items: 0-1, 3"),
            ("n1", "hello.map_greet", "CACHE_POPULATED", "2 of 6 items: 2, 5"),
        ]


def test_the_cache_of_an_execution_that_is_not_there(flytectl):
    result = flytectl("get", "cache", "none")
    assert (result.code, result.out) == (1, "") and "missing entity of type execution" in result.err
