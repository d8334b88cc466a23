"""Stock FlyteRemote on the embedded server, for the same sources registered by stock and by us, run by stock and by us.

One stock process (``stock_side/client.py``) collects the facts; each test looks at one of them.
"""

import pytest
from journey_world import STOCK_PYTHON, VERSIONS

pytestmark = pytest.mark.slow
OUTPUTS = {
    "plain": {
        "number": 42,
        "real": 3.0,
        "text": "TEXT",
        "flag": True,
        "moment": "2026-03-04 06:06:07.089000+00:00",
        "span": "2:00:00",
    },
    "twice": {"o0": 4},
    "plans": {"o0": 128},
    "paths": {"o0": 12},
    "stubborn": {"o0": 2},
    "task": {"o0": 9},
    "doubled": {"o0": 25},
    "fixed": {"o0": 101},
}
VALUES = {
    "number": 2,
    "moment": "2026-03-05T05:06:07.089000+00:00",
    "colour": "GREEN",
    "maybe": 5,
    "either": "text",
    "items": [1, 2, 2],
    "record": "Record(inner=Inner(n=2, names=['client', 'task']), ratio=2.5, table={'items': 2})",
    "names": ["['a', 'b']", "one\ntwo\nand a task's\n", "a.txt", "b.txt", "client", "task"],
    "frame": {"a": [1, 2, 3], "b": [2, 4, 6]},
    "file": "one\ntwo\nand a task's\n",
    "folder": {"a.txt": "A", "b.txt": "B"},
}


@pytest.fixture(scope="module", params=VERSIONS, ids=list(VERSIONS))
def version(request):
    return request.param


@pytest.fixture(scope="module")
def facts(interop, version):
    return interop.facts[version]


def test_stock_is_stock(interop):
    assert "site-packages/flytekit/" in interop.facts["latest"]["sdk"]


def test_the_image_chooses_who_runs_the_task(facts, version):
    by_stock = facts["who"]["o0"]["python"] == str(STOCK_PYTHON)
    assert facts["who"]["o0"]["module"] == "interop.values"
    assert by_stock == (version != "default")
    assert ("site-packages/flytekit/" in facts["who"]["o0"]["sdk"]) == by_stock


@pytest.mark.parametrize("name", OUTPUTS)
def test_outputs(facts, name):
    assert facts[f"{name}.phase"] == "SUCCEEDED"
    assert facts[name] == OUTPUTS[name]


def test_values_of_all_kinds_travel_from_client_to_task_to_task_to_client(facts):
    assert facts["values"] == VALUES


def test_overrides_and_order(facts):
    found = facts["overrides"]
    assert (found["o0"]["unit"], found["o1"]) == ("MiB", 11)
    assert found["o0"]["execution"] == found["o0"]["variable"] == facts["executions"]["overrides"]
    assert found["o0"]["task"] == "interop.graphs.where"


def test_attempts_have_folders_of_their_own(facts):
    assert facts["where"]["o0"]["folder"] != facts["overrides"]["o0"]["folder"]


def test_a_failing_task_shows_its_error(facts):
    code, message = facts["broken"]
    assert facts["broken.phase"] == "FAILED"
    assert code == "USER:RuntimeError"
    assert 'interop/graphs.py", line ' in message
    assert "return int(text)" in message
    assert "ValueError: invalid literal for int() with base 10: 'this'" in message


def test_retries_end(facts):
    code, message = facts["exhausted"]
    assert facts["exhausted.phase"] == "FAILED"
    assert code == "RetriesExhausted|USER:Recoverable"
    assert message.startswith("[4/4] currentAttempt done. Last Error: USER::")
    assert "attempt 3 of 9" in message


def test_a_patient_workflow_fails_with_the_error_of_its_node(facts):
    assert facts["patient.phase"] == "FAILED"
    assert "invalid literal for int() with base 10: 'that'" in facts["patient"][1]


def test_attempts_are_listed_with_their_logs(facts):
    failed, succeeded = 5, 3
    assert facts["attempts"] == [[0, failed, [True]], [1, failed, [True]], [2, succeeded, [True]]]


def test_nodes_and_the_nodes_of_a_sub_workflow(facts):
    assert facts["nodes"] == {
        "top": ["end-node", "n0", "n1", "start-node"],
        "n1": [{"a": 2, "b": 2}, {"o0": 4}],
        "inside": {
            "n1-0-start-node": [None, None],
            "n1-0-n0": [{"a": 2, "b": 2}, {"o0": 4}],
            "n1-0-end-node": [None, None],
        },
    }


def test_flyte_urls(facts):
    assert facts["flyte urls"] == {"inputs": {"a": 1, "b": 1}, "outputs": 4, "of an attempt": 4, "one output": 4}


def test_execution_data(facts):
    names = ["flag", "moment", "number", "real", "span", "text"]
    assert facts["data"] == [names, names]


def test_recent_executions_hold_all(facts):
    assert facts["recent"] == sorted(facts["executions"])


def test_execute_with_wait(facts):
    assert facts["again"] == [7, "again-"]


def test_terminate(facts):
    assert facts["slow"] == ["ABORTED", "the test wants it"]


def test_entities_by_version(facts):
    assert facts["entities"] == {
        "plan": "interop.graphs.add_wf",
        "tasks of version": 11,
        "nodes": ["n0", "n1", "n2"],
        "projects": ["flytesnacks"],
        "domains": ["development", "staging", "production"],
    }


def test_entities_without_a_version(interop):
    latest = interop.facts["latest"]
    assert (latest["task"], latest["workflow"], latest["active plan"]) == ("default", "default", "stock")


def test_the_console_link_is_the_servers(facts, embedded_server):
    name = facts["executions"]["plain"]
    link = f"http://{embedded_server.endpoint}/console/projects/flytesnacks/domains/development/executions/{name}"
    assert facts["console"] == link


def test_what_does_not_exist_is_stocks_exception(facts):
    assert facts["fetch of nothing"]["raised"] == "FlyteEntityNotExistException"
    assert "missing entity of type workflow" in facts["fetch of nothing"]["text"]


def test_a_missing_input_is_stocks_exception(facts):
    assert facts["bad input"]["raised"] == "FlyteInvalidInputException"
    assert "expected_inputs a missing" in facts["bad input"]["text"]


@pytest.mark.parametrize("name", ["plain", "twice", "task"])
def test_our_handle_reads_the_same_outputs(interop, facts, remote, name):
    outputs = remote.fetch_execution(name=facts["executions"][name]).outputs
    read = {key: outputs[key] for key in OUTPUTS[name]}
    assert {key: value if isinstance(value, (int, float, str)) else str(value) for key, value in read.items()} == OUTPUTS[name]
