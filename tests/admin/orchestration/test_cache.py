"""Nodes that ask the cache, on a real store: hits, misses, and what the records tell."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import pytest
from admin_specs import integer, task
from cached_runs import Servers, cached_task, status, told, with_one_node
from google.protobuf import json_format
from orchestrated import SUCCEEDED, PatientExecutor, Server, node, outputs_of
from sqlalchemy import select, update

from glidepath.admin.errors import FailedPrecondition
from glidepath.admin.rpc import INTERNAL_CALL
from glidepath.admin.services.assembly import catalog_service
from glidepath.admin.services.cache_explanations import CacheExplanations
from glidepath.admin.store import Store
from glidepath.admin.store.schema import artifacts
from glidepath.engine.cache_keys import cache_key
from glidepath.executors.protocol import Attempt, Outcome, Succeeded
from glidepath.idl import admin, core, datacatalog

BLOB = core.LiteralType(blob=core.BlobType(format="txt"))


def test_the_second_run_finds_what_the_first_kept(servers: Servers, executor: PatientExecutor) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))
    first, second = server.launch("first", plan, n=3), None
    assert server.run_to_end(first) == SUCCEEDED
    second = server.launch("second", plan, n=3)
    server.until(lambda: server.phase(second) == SUCCEEDED)
    assert outputs_of(server, second) == outputs_of(server, first) == {"o0": 4}
    assert (status(server, first), status(server, second)) == ("CACHE_POPULATED", "CACHE_HIT")
    assert executor.started == {"first-a-0"}
    kept, found = (told(server, each).task_node_metadata.catalog_key for each in (first, second))
    assert found.artifact_tag == kept.artifact_tag
    assert found.dataset_id.name == "flyte_task-slow"
    assert found.source_task_execution.node_execution_id.execution_id.name == "first"


def test_a_hit_has_no_attempt_and_tells_its_data(servers: Servers) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))
    server.run_to_end(server.launch("first", plan, n=3))
    second = server.launch("second", plan, n=3)
    server.until(lambda: server.phase(second) == SUCCEEDED)
    where = core.NodeExecutionIdentifier(node_id="a", execution_id=second)
    attempts = server.call("ListTaskExecutions", admin.TaskExecutionListRequest(node_execution_id=where, limit=10))
    data = server.call("GetNodeExecutionData", admin.NodeExecutionGetDataRequest(id=where))
    assert list(attempts.task_executions) == []
    assert (data.full_inputs.literals["n"], data.full_outputs.literals["o0"]) == (integer(3), integer(4))


@pytest.mark.parametrize("change", ["input", "cache version"])
def test_other_work_is_a_miss(servers: Servers, change: str) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))
    server.run_to_end(server.launch("first", plan, n=3))
    if change == "cache version":
        request = cached_task("slow", version="2")
        request.id.version = request.spec.template.id.version = "v2"
        server.call("CreateTask", request)
        changed = node("a", runs="slow")
        changed.task_node.reference_id.version = "v2"
        plan = server.register_graph("changed", [changed])
    second = server.launch("second", plan, n=3 if change == "cache version" else 4)
    assert server.run_to_end(second) == SUCCEEDED
    assert status(server, second) == "CACHE_POPULATED"


def test_ignored_inputs_do_not_matter(servers: Servers) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow", ignored=("n",)))
    server.run_to_end(server.launch("first", plan, n=3))
    second = server.launch("second", plan, n=99)
    server.until(lambda: server.phase(second) == SUCCEEDED)
    assert outputs_of(server, second) == {"o0": 4}


def test_overwriting_runs_the_task_and_replaces_what_was_kept(servers: Servers, executor: PatientExecutor) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))
    server.run_to_end(server.launch("first", plan, n=3))

    def other(attempt: Attempt) -> Outcome:
        return Succeeded(core.LiteralMap(literals={"o0": integer(100)}), attempt.output_prefix + "/outputs.pb")

    executor.behaviour = other
    request = admin.ExecutionCreateRequest(project="flytesnacks", domain="development", name="second")
    request.spec.launch_plan.CopyFrom(plan)
    request.spec.overwrite_cache = True
    request.inputs.literals["n"].CopyFrom(integer(3))
    second = server.call("CreateExecution", request).id
    assert server.run_to_end(second) == SUCCEEDED
    third = server.launch("third", plan, n=3)
    server.until(lambda: server.phase(third) == SUCCEEDED)
    assert outputs_of(server, third) == {"o0": 100}
    assert (status(server, second), status(server, third)) == ("CACHE_POPULATED", "CACHE_HIT")


def test_what_is_not_cached_says_so(servers: Servers) -> None:
    server = servers()
    server.register()
    first = server.launch("first", n=3)
    server.run_to_end(first)
    assert core.CatalogCacheStatus.Name(told(server, first, "n0").task_node_metadata.cache_status) == "CACHE_DISABLED"


def test_a_hit_whose_file_is_gone_is_a_miss_and_is_kept_again(
    servers: Servers, executor: PatientExecutor, storage: Any, store: Store
) -> None:
    server = servers()
    request = cached_task("slow")
    request.spec.template.interface.outputs.variables["o0"].type.CopyFrom(BLOB)
    server.call("CreateTask", request)
    server.call("CreateTask", size_task())
    plan = server.register_graph("files", [node("a", runs="slow"), node("b", "a", runs="size")])

    def writes(attempt: Attempt) -> Outcome:
        if attempt.task.id.name != "slow":
            return Succeeded(core.LiteralMap(literals={"o0": integer(1)}), attempt.output_prefix + "/outputs.pb")
        uri = f"memory://bucket/{attempt.name}.txt"
        storage.put(uri, b"x")
        blob = core.Blob(uri=uri, metadata=core.BlobMetadata(type=core.BlobType(format="txt")))
        outputs = core.LiteralMap(literals={"o0": core.Literal(scalar=core.Scalar(blob=blob))})
        return Succeeded(outputs, attempt.output_prefix + "/outputs.pb")

    executor.behaviour = writes
    runs = [server.launch("first", plan, n=3)]
    assert server.run_to_end(runs[0]) == SUCCEEDED
    runs.append(server.launch("second", plan, n=3))
    assert server.run_to_end(runs[1]) == SUCCEEDED
    storage.delete("memory://bucket/first-a-0.txt")
    for name in ("third", "fourth"):
        runs.append(server.launch(name, plan, n=3))
        assert server.run_to_end(runs[-1]) == SUCCEEDED
    seen = [status(server, run) for run in runs]
    assert seen == ["CACHE_POPULATED", "CACHE_HIT", "CACHE_POPULATED", "CACHE_HIT"]
    with store.read() as connection:
        assert "memory://bucket/first-a-0.txt" in connection.execute(select(artifacts.c.gone)).scalars().all()


def size_task() -> Any:
    """A task like ``add`` that takes a file."""
    request = task("size")
    request.spec.template.interface.inputs.variables["n"].type.CopyFrom(BLOB)
    return request


def test_big_outputs_lie_in_storage_and_are_found(servers: Servers, executor: PatientExecutor, store: Store) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))

    def big(attempt: Attempt) -> Outcome:
        outputs = core.LiteralMap(literals={"o0": integer(7)})
        outputs.literals["o0"].metadata["padding"] = "x" * 20_000
        return Succeeded(outputs, attempt.output_prefix + "/outputs.pb")

    executor.behaviour = big
    server.run_to_end(server.launch("first", plan, n=3))
    second = server.launch("second", plan, n=3)
    server.until(lambda: server.phase(second) == SUCCEEDED)
    assert outputs_of(server, second) == {"o0": 7}
    with store.read() as connection:
        row = connection.execute(select(artifacts.c.data, artifacts.c.data_uri)).one()
    assert row.data is None
    assert row.data_uri.startswith("memory://bucket/metadata/cache/")


def test_outputs_that_are_too_old_are_not_used_and_are_replaced(
    store: Store, storage: Any, executor: PatientExecutor, tmp_path: Path
) -> None:
    server = Server(store, storage, executor, tmp_path, cache_age=timedelta(hours=1))
    try:
        plan = with_one_node(server, cached_task("slow"))
        server.run_to_end(server.launch("first", plan, n=3))
        with store.write() as connection:
            connection.execute(update(artifacts).values(created_at=datetime(2020, 1, 1, tzinfo=timezone.utc)))
        runs = [server.launch("second", plan, n=3)]
        server.run_to_end(runs[0])
        runs.append(server.launch("third", plan, n=3))
        server.until(lambda: server.phase(runs[1]) == SUCCEEDED)
        assert [status(server, run) for run in runs] == ["CACHE_POPULATED", "CACHE_HIT"]
    finally:
        server.orchestrator.stop()


def test_a_cached_task_without_a_version_runs_uncached(servers: Servers, executor: PatientExecutor) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow", version=""))
    runs = [server.launch(name, plan, n=3) for name in ("first", "second")]
    assert [server.run_to_end(run) for run in runs] == [SUCCEEDED, SUCCEEDED]
    assert executor.started == {"first-a-0", "second-a-0"}


def explained(server: Server, execution: core.WorkflowExecutionIdentifier, uid: str = "a") -> dict[str, Any]:
    answer = CacheExplanations(server.context).explain(
        core.NodeExecutionIdentifier(node_id=uid, execution_id=execution), INTERNAL_CALL
    )
    return json_format.MessageToDict(answer)


def test_a_first_run_is_told_that_nothing_was_kept(servers: Servers) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))
    first = server.launch("first", plan, n=3)
    server.run_to_end(first)
    found = explained(server, first)
    assert (found["status"], found["why"]) == ("CACHE_POPULATED", "no outputs of slow were kept before")
    assert [(each["name"], each["value"]) for each in found["inputs"]] == [("n", "3")]
    assert "nearest" not in found


def test_a_hit_tells_who_kept_what_it_found(servers: Servers) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))
    server.run_to_end(server.launch("first", plan, n=3))
    second = server.launch("second", plan, n=3)
    server.until(lambda: server.phase(second) == SUCCEEDED)
    found = explained(server, second)
    assert (found["status"], found["why"]) == ("CACHE_HIT", "the outputs were kept by node a of execution first")


def test_a_miss_tells_what_differs_from_the_nearest_earlier_run(servers: Servers) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))
    server.run_to_end(server.launch("first", plan, n=3))
    second = server.launch("second", plan, n=4)
    server.run_to_end(second)
    found = explained(server, second)
    assert found["why"] == "nothing was kept for this key; the nearest earlier one differs in input n"
    assert found["nearest"]["madeBy"] == "node a of execution first"
    assert found["nearest"]["differences"] == [{"what": "input n", "old": "3", "new": "4"}]


def test_another_cache_version_is_told(servers: Servers) -> None:
    server = servers()
    server.run_to_end(server.launch("first", with_one_node(server, cached_task("slow")), n=3))
    request = cached_task("slow", version="2")
    request.id.version = request.spec.template.id.version = "v2"
    server.call("CreateTask", request)
    changed = node("a", runs="slow")
    changed.task_node.reference_id.version = "v2"
    second = server.launch("second", server.register_graph("changed", [changed]), n=3)
    server.run_to_end(second)
    assert explained(server, second)["nearest"]["differences"] == [{"what": "cache version", "old": "1", "new": "2"}]


def test_data_that_are_gone_are_told(servers: Servers, storage: Any, executor: PatientExecutor) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))

    def big(attempt: Attempt) -> Outcome:
        outputs = core.LiteralMap(literals={"o0": integer(7)})
        outputs.literals["o0"].metadata["padding"] = attempt.name * 2_000
        return Succeeded(outputs, attempt.output_prefix + "/outputs.pb")

    executor.behaviour = big
    server.run_to_end(server.launch("first", plan, n=3))
    [kept] = storage.list("memory://bucket/metadata/cache")
    storage.delete(kept.uri)
    second = server.launch("second", plan, n=3)
    assert server.run_to_end(second) == SUCCEEDED
    found = explained(server, second)
    gone = f"but nothing was at {kept.uri} any more"
    assert found["why"] == f"outputs were kept for this key by node a of execution first, {gone}"
    assert found["nearest"]["gone"] == kept.uri


def test_a_node_that_is_not_cached_has_nothing_to_explain(servers: Servers) -> None:
    server = servers()
    server.register()
    first = server.launch("first", n=3)
    server.run_to_end(first)
    with pytest.raises(FailedPrecondition, match="is not cached"):
        explained(server, first, "n0")


# --- beside an engine outside


def test_a_node_waits_for_an_engine_outside_and_finds_what_it_kept(servers: Servers, executor: PatientExecutor) -> None:
    server = servers()
    request = cached_task("slow", serialize=True)
    plan = with_one_node(server, request)
    outside = catalog_service(server.context).rpcs
    request.spec.template.id.CopyFrom(request.id)
    key = cache_key(request.spec.template, core.LiteralMap(literals={"n": integer(3)}))
    dataset = datacatalog.DatasetID(**{part: getattr(key.dataset, part) for part in ("project", "domain", "name", "version")})
    reserved = datacatalog.ReservationID(dataset_id=dataset, tag_name=key.tag)
    held = datacatalog.GetOrExtendReservationRequest(reservation_id=reserved, owner_id="propeller")
    assert outside["GetOrExtendReservation"](held, INTERNAL_CALL).reservation.owner_id == "propeller"
    run = server.launch("run", plan, n=3)
    server.until(lambda: server.phase(run) == "RUNNING")
    outside["CreateDataset"](datacatalog.CreateDatasetRequest(dataset=datacatalog.Dataset(id=dataset)), INTERNAL_CALL)
    kept = datacatalog.Artifact(id="a1", dataset=dataset, data=[datacatalog.ArtifactData(name="o0", value=integer(42))])
    outside["CreateArtifact"](datacatalog.CreateArtifactRequest(artifact=kept), INTERNAL_CALL)
    tag = datacatalog.Tag(name=key.tag, artifact_id="a1", dataset=dataset)
    outside["AddTag"](datacatalog.AddTagRequest(tag=tag), INTERNAL_CALL)
    server.until(lambda: server.phase(run) == SUCCEEDED)
    assert (outputs_of(server, run), status(server, run), executor.started) == ({"o0": 42}, "CACHE_HIT", set())


def test_an_engine_outside_finds_what_a_node_kept(servers: Servers) -> None:
    server = servers()
    plan = with_one_node(server, cached_task("slow"))
    run = server.launch("run", plan, n=3)
    server.run_to_end(run)
    key = told(server, run).task_node_metadata.catalog_key
    request = datacatalog.GetArtifactRequest(tag_name=key.artifact_tag.name)
    for part in ("project", "domain", "name", "version"):
        setattr(request.dataset, part, getattr(key.dataset_id, part))
    found = catalog_service(server.context).rpcs["GetArtifact"](request, INTERNAL_CALL).artifact
    assert found.id == key.artifact_tag.artifact_id
    assert [(each.name, each.value) for each in found.data] == [("o0", integer(4))]
