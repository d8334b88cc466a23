from pathlib import Path

from executor_attempts import make_attempt

from glidepath.executors.environment import Platform, environment, shared_environment
from glidepath.idl import core


def test_holds_the_ids_of_execution_and_task() -> None:
    attempt = make_attempt(Path("/d"), "e1-n0-2", retry_attempt=2)
    assert environment(attempt, core.Container(), Platform()) == {
        "FLYTE_INTERNAL_EXECUTION_WORKFLOW": "p:d:m.wf",
        "FLYTE_INTERNAL_EXECUTION_ID": "e1",
        "FLYTE_INTERNAL_EXECUTION_PROJECT": "p",
        "FLYTE_INTERNAL_EXECUTION_DOMAIN": "d",
        "FLYTE_ATTEMPT_NUMBER": "2",
        "_GLIDEPATH_NODE": "n0",
        "FLYTE_INTERNAL_TASK_PROJECT": "p",
        "FLYTE_INTERNAL_TASK_DOMAIN": "d",
        "FLYTE_INTERNAL_TASK_NAME": "m.t",
        "FLYTE_INTERNAL_TASK_VERSION": "v1",
        "GLIDEPATH_ATTEMPT": "e1-n0-2",
    }


def test_execution_variables_win_over_those_of_the_container() -> None:
    attempt = make_attempt(Path("/d"), "a", env={"MODE": "execution"})
    container = core.Container(env=[core.KeyValuePair(key="MODE", value="task"), core.KeyValuePair(key="X", value="1")])
    env = environment(attempt, container, Platform(env={"X": "platform"}))
    assert (env["MODE"], env["X"]) == ("execution", "platform")


def test_the_execution_url_comes_only_with_a_link_type() -> None:
    platform = Platform(execution_url="http://here/{project}/{domain}/{name}")
    attempt = make_attempt(Path("/d"), "a")
    assert "FLYTE_EXECUTION_URL" not in environment(attempt, core.Container(), platform)
    attempt.task.config["link_type"] = "vscode"
    assert environment(attempt, core.Container(), platform)["FLYTE_EXECUTION_URL"] == "http://here/p/d/e1"


def test_offloading_limits_are_in_mebibytes() -> None:
    platform = Platform(offload_min_bytes=10 * 2**20, offload_max_bytes=2**30)
    env = environment(make_attempt(Path("/d"), "a"), core.Container(), platform)
    assert (env["_F_L_MIN_SIZE_MB"], env["_F_L_MAX_SIZE_MB"]) == ("10", "1024")


def test_items_of_a_map_and_dynamic_tasks_share_the_process_of_their_code() -> None:
    item = {"FLYTE_K8S_ARRAY_INDEX": "7", "BATCH_JOB_ARRAY_INDEX_VAR_NAME": "FLYTE_K8S_ARRAY_INDEX", "_F_SS_C": "H4s", "K": "v"}
    assert shared_environment(environment(make_attempt(Path("/d"), "a", env=item), core.Container(), Platform())) == {"K": "v"}


def test_two_attempts_of_one_code_share_all_but_their_ids() -> None:
    first = environment(make_attempt(Path("/d"), "a", env={"K": "v"}), core.Container(), Platform())
    second = environment(make_attempt(Path("/d"), "b", env={"K": "v"}, retry_attempt=1), core.Container(), Platform())
    assert shared_environment(first) == shared_environment(second) == {"K": "v"}
