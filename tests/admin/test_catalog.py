"""DataCatalog over a socket, with flyteidl's own stub, as a stock FlytePropeller calls it."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import grpc
import pytest
from admin_specs import integer
from flyteidl.datacatalog import datacatalog_pb2_grpc

from glidepath.admin.grpc import create_server
from glidepath.admin.services.assembly import catalog_service
from glidepath.idl import core, datacatalog

DATASET = datacatalog.DatasetID(project="p", domain="d", name="flyte_task-t", version="1-aaaaaaaa-bbbbbbbb")


@pytest.fixture
def catalog(control_plane: Any) -> Iterator[Any]:
    server = create_server([catalog_service(control_plane.context)])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
        yield datacatalog_pb2_grpc.DataCatalogStub(channel)
    server.stop(None).wait()


def create_dataset(catalog: Any, *partitions: str) -> None:
    catalog.CreateDataset(datacatalog.CreateDatasetRequest(dataset=datacatalog.Dataset(id=DATASET, partitionKeys=partitions)))


def create_artifact(catalog: Any, name: str, value: int, **partitions: str) -> None:
    artifact = datacatalog.Artifact(
        id=name,
        dataset=DATASET,
        data=[datacatalog.ArtifactData(name="o0", value=integer(value))],
        partitions=[datacatalog.Partition(key=key, value=text) for key, text in partitions.items()],
    )
    artifact.metadata.key_map["by"] = "propeller"
    catalog.CreateArtifact(datacatalog.CreateArtifactRequest(artifact=artifact))


def add_tag(catalog: Any, name: str, artifact: str) -> None:
    tag = datacatalog.Tag(name=name, artifact_id=artifact, dataset=DATASET)
    catalog.AddTag(datacatalog.AddTagRequest(tag=tag))


def by_tag(catalog: Any, name: str) -> datacatalog.Artifact:
    return catalog.GetArtifact(datacatalog.GetArtifactRequest(dataset=DATASET, tag_name=name)).artifact


def refusal(call: Any) -> grpc.StatusCode:
    with pytest.raises(grpc.RpcError) as caught:
        call()
    return caught.value.code()


def test_an_artifact_is_found_by_its_tag(catalog: Any, control_plane: Any) -> None:
    create_dataset(catalog)
    create_artifact(catalog, "a1", 7)
    add_tag(catalog, "flyte_cached-x", "a1")
    found = by_tag(catalog, "flyte_cached-x")
    assert (found.id, found.dataset, found.metadata.key_map["by"]) == ("a1", DATASET, "propeller")
    assert [(each.name, each.value) for each in found.data] == [("o0", integer(7))]
    assert [tag.name for tag in found.tags] == ["flyte_cached-x"]
    assert control_plane.context.orchestrator.calls == [("freed", "flyte_cached-x")]


def test_what_is_not_there_is_not_found(catalog: Any) -> None:
    assert refusal(lambda: by_tag(catalog, "x")) == grpc.StatusCode.NOT_FOUND
    create_dataset(catalog)
    assert refusal(lambda: by_tag(catalog, "x")) == grpc.StatusCode.NOT_FOUND
    assert refusal(lambda: add_tag(catalog, "x", "nobody")) == grpc.StatusCode.NOT_FOUND


def test_everything_is_made_once(catalog: Any) -> None:
    create_dataset(catalog)
    create_artifact(catalog, "a1", 7)
    add_tag(catalog, "x", "a1")
    taken = grpc.StatusCode.ALREADY_EXISTS
    assert refusal(lambda: create_dataset(catalog)) == taken
    assert refusal(lambda: create_artifact(catalog, "a1", 8)) == taken
    create_artifact(catalog, "a2", 8)
    assert refusal(lambda: add_tag(catalog, "x", "a2")) == taken


def test_partitions_are_the_datasets(catalog: Any) -> None:
    create_dataset(catalog, "region")
    assert refusal(lambda: create_artifact(catalog, "a1", 7)) == grpc.StatusCode.INVALID_ARGUMENT
    create_artifact(catalog, "a1", 7, region="north")
    found = catalog.GetArtifact(datacatalog.GetArtifactRequest(dataset=DATASET, artifact_id="a1")).artifact
    assert [(each.key, each.value) for each in found.partitions] == [("region", "north")]


def test_an_update_replaces_the_data(catalog: Any) -> None:
    create_dataset(catalog)
    create_artifact(catalog, "a1", 7)
    add_tag(catalog, "x", "a1")
    data = [datacatalog.ArtifactData(name="o0", value=integer(9))]
    updated = catalog.UpdateArtifact(datacatalog.UpdateArtifactRequest(dataset=DATASET, tag_name="x", data=data))
    assert updated.artifact_id == "a1"
    assert by_tag(catalog, "x").data[0].value == integer(9)


def test_big_data_come_back_whole(catalog: Any) -> None:
    create_dataset(catalog)
    text = core.Literal(scalar=core.Scalar(primitive=core.Primitive(string_value="x" * 50_000)))
    data = [datacatalog.ArtifactData(name="o0", value=text)]
    artifact = datacatalog.Artifact(id="a1", dataset=DATASET, data=data)
    catalog.CreateArtifact(datacatalog.CreateArtifactRequest(artifact=artifact))
    found = catalog.GetArtifact(datacatalog.GetArtifactRequest(dataset=DATASET, artifact_id="a1")).artifact
    assert found.data[0].value == text


def test_lists_come_in_pages_and_filtered(catalog: Any) -> None:
    create_dataset(catalog)
    for number in range(3):
        create_artifact(catalog, f"a{number}", number)
    add_tag(catalog, "x", "a1")
    pages, token = [], ""
    for _ in range(2):
        pagination = datacatalog.PaginationOptions(limit=2, token=token)
        answer = catalog.ListArtifacts(datacatalog.ListArtifactsRequest(dataset=DATASET, pagination=pagination))
        pages.append([artifact.id for artifact in answer.artifacts])
        token = answer.next_token
    assert (pages, token) == ([["a2", "a1"], ["a0"]], "")
    wanted = datacatalog.FilterExpression(filters=[datacatalog.SinglePropertyFilter(tag_filter={"tag_name": "x"})])
    answer = catalog.ListArtifacts(datacatalog.ListArtifactsRequest(dataset=DATASET, filter=wanted))
    assert [artifact.id for artifact in answer.artifacts] == ["a1"]
    wanted = datacatalog.FilterExpression(filters=[datacatalog.SinglePropertyFilter(dataset_filter={"project": "p"})])
    answer = catalog.ListDatasets(datacatalog.ListDatasetsRequest(filter=wanted))
    assert [dataset.id for dataset in answer.datasets] == [DATASET]


def reserve(catalog: Any, owner: str, seconds: int = 10) -> str:
    request = datacatalog.GetOrExtendReservationRequest(
        reservation_id=datacatalog.ReservationID(dataset_id=DATASET, tag_name="x"), owner_id=owner
    )
    request.heartbeat_interval.FromTimedelta(timedelta(seconds=seconds))
    return catalog.GetOrExtendReservation(request).reservation.owner_id


def release(catalog: Any, owner: str) -> None:
    key = datacatalog.ReservationID(dataset_id=DATASET, tag_name="x")
    catalog.ReleaseReservation(datacatalog.ReleaseReservationRequest(reservation_id=key, owner_id=owner))


def test_a_reservation_is_held_until_it_is_given_back(catalog: Any) -> None:
    assert [reserve(catalog, "a"), reserve(catalog, "b"), reserve(catalog, "a")] == ["a", "a", "a"]
    release(catalog, "b")
    assert reserve(catalog, "b") == "a"
    release(catalog, "a")
    release(catalog, "a")
    assert reserve(catalog, "b") == "b"


def test_a_reservation_that_is_not_extended_runs_out(catalog: Any, control_plane: Any) -> None:
    assert reserve(catalog, "a", seconds=1) == "a"
    owners = [reserve(catalog, "b", seconds=1) for _ in range(4)]  # the clock of these tests moves a second at each look
    assert owners[0] == "a"
    assert owners[-1] == "b"


def test_of_many_who_reserve_at_once_one_holds_it(control_plane: Any, catalog: Any) -> None:
    moment = control_plane.context.clock()
    still = dataclasses.replace(control_plane.context, clock=lambda: moment)
    service = catalog_service(still).rpcs["GetOrExtendReservation"]

    def one(number: int) -> str:
        request = datacatalog.GetOrExtendReservationRequest(
            reservation_id=datacatalog.ReservationID(dataset_id=DATASET, tag_name="x"), owner_id=f"owner{number}"
        )
        return service(request, None).reservation.owner_id

    with ThreadPoolExecutor(8) as pool:
        owners = set(pool.map(one, range(24)))
    assert len(owners) == 1
