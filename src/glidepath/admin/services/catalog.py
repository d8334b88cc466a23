"""flyteidl's DataCatalog on the cache's own tables, so that a stock FlytePropeller shares it.

What a node of this server kept, an engine outside finds under the same key, and the other way round; so do reservations.
Reference: flytectl-and-admin.md, E2.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from datetime import timedelta
from typing import Any

from sqlalchemy import Connection, Row, select, update

from glidepath.admin.cache import catalog, reservations
from glidepath.admin.cache.catalog import Artifact
from glidepath.admin.cache.reservations import Owner, Slot, slot_of
from glidepath.admin.errors import AlreadyExists, NotFound, invalid_value
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.catalog_lists import ARTIFACT, artifacts_page, datasets_page
from glidepath.admin.services.context import Context
from glidepath.admin.store.rows import timestamp
from glidepath.admin.store.schema import artifact_tags, artifacts, datasets
from glidepath.admin.validation import require
from glidepath.errors import FlyteDataNotFoundException
from glidepath.idl import core, datacatalog, paths

_MOST_HEARTBEAT = timedelta(seconds=10)
_GRACE = 3
"""How many heartbeats an owner may miss."""

Wake = Callable[[Iterable[Slot]], None]


class DataCatalog:
    """All RPCs of the service. ``wake`` tells nodes of this server that wait for what happened here."""

    def __init__(self, context: Context, wake: Wake) -> None:
        self._context = context
        self._wake = wake

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {
            "CreateDataset": self.create_dataset,
            "GetDataset": self.get_dataset,
            "ListDatasets": self.list_datasets,
            "CreateArtifact": self.create_artifact,
            "GetArtifact": self.get_artifact,
            "UpdateArtifact": self.update_artifact,
            "ListArtifacts": self.list_artifacts,
            "AddTag": self.add_tag,
            "GetOrExtendReservation": self.reserve,
            "ReleaseReservation": self.release,
        }

    # --- datasets

    def create_dataset(self, request: datacatalog.CreateDatasetRequest, call: Call) -> datacatalog.CreateDatasetResponse:
        """Add a dataset. ALREADY_EXISTS: one has the name; its partition keys may be others."""
        _require_dataset(request.dataset.id)
        keys = list(request.dataset.partitionKeys)
        if len(set(keys)) != len(keys):
            raise invalid_value("partition keys: one is there twice")
        with self._context.store.write() as connection:
            if catalog.insert_dataset(connection, request.dataset, self._context.clock()) is None:
                raise AlreadyExists(f"dataset [{_text(request.dataset.id)}] already exists")
        return datacatalog.CreateDatasetResponse()

    def get_dataset(self, request: datacatalog.GetDatasetRequest, call: Call) -> datacatalog.GetDatasetResponse:
        """One dataset."""
        _require_dataset(request.dataset)
        with self._context.store.read() as connection:
            return datacatalog.GetDatasetResponse(
                dataset=datacatalog.Dataset.FromString(_dataset(connection, request.dataset).dataset)
            )

    def list_datasets(self, request: datacatalog.ListDatasetsRequest, call: Call) -> datacatalog.ListDatasetsResponse:
        """Datasets that the filters hold for, newest first."""
        with self._context.store.read() as connection:
            rows, token = datasets_page(connection, request.filter, request.pagination)
        found = [datacatalog.Dataset.FromString(row.dataset) for row in rows]
        return datacatalog.ListDatasetsResponse(datasets=found, next_token=token)

    # --- artifacts

    def create_artifact(self, request: datacatalog.CreateArtifactRequest, call: Call) -> datacatalog.CreateArtifactResponse:
        """Keep outputs in a dataset. ALREADY_EXISTS: the dataset has one of this id."""
        given = request.artifact
        _require_dataset(given.dataset)
        require(given.id, "artifact id")
        require(bool(given.data), "artifact data")
        now = self._context.clock()
        details = datacatalog.Artifact()
        details.CopyFrom(given)
        details.ClearField("data")
        details.ClearField("tags")
        details.created_at.CopyFrom(timestamp(now))
        kept = self._kept(given.id, given.data, details)
        with self._context.store.write() as connection:
            dataset = _dataset(connection, given.dataset)
            _check_partitions(datacatalog.Dataset.FromString(dataset.dataset), given)
            if catalog.insert_artifact(connection, dataset.id, kept, now) is None:
                raise AlreadyExists(f"artifact [{given.id}] of dataset [{_text(given.dataset)}] already exists")
        return datacatalog.CreateArtifactResponse()

    def get_artifact(self, request: datacatalog.GetArtifactRequest, call: Call) -> datacatalog.GetArtifactResponse:
        """One artifact with its data, by id or tag. NOT_FOUND also for one whose data are gone."""
        with self._context.store.read() as connection:
            dataset = _dataset(connection, request.dataset)
            row = _artifact(connection, dataset.id, request)
            tags = _tags(connection, row.id, request.dataset)
        found = datacatalog.Artifact.FromString(row.artifact)
        found.id = row.artifact_id
        found.dataset.CopyFrom(datacatalog.Dataset.FromString(dataset.dataset).id)
        found.created_at.CopyFrom(timestamp(row.created_at))
        found.data.extend(self._data(row))
        found.tags.extend(tags)
        return datacatalog.GetArtifactResponse(artifact=found)

    def update_artifact(self, request: datacatalog.UpdateArtifactRequest, call: Call) -> datacatalog.UpdateArtifactResponse:
        """Replace the data of an artifact."""
        require(bool(request.data), "artifact data")
        now = self._context.clock()
        with self._context.store.read() as connection:
            row = _artifact(connection, _dataset(connection, request.dataset).id, request)
        details = datacatalog.Artifact.FromString(row.artifact)
        if request.HasField("metadata"):
            details.metadata.CopyFrom(request.metadata)
        columns = catalog.artifact_columns(self._kept(row.artifact_id, request.data, details), now)
        with self._context.store.write() as connection:
            connection.execute(update(artifacts).where(artifacts.c.id == row.id).values(**columns))
        return datacatalog.UpdateArtifactResponse(artifact_id=row.artifact_id)

    def list_artifacts(self, request: datacatalog.ListArtifactsRequest, call: Call) -> datacatalog.ListArtifactsResponse:
        """Artifacts of a dataset that the filters hold for, newest first; with their data."""
        with self._context.store.read() as connection:
            dataset = _dataset(connection, request.dataset)
            rows, token = artifacts_page(connection, dataset.id, request.filter, request.pagination)
            tags = [_tags(connection, row.id, request.dataset) for row in rows]
        found = []
        for row, names in zip(rows, tags, strict=True):
            artifact = datacatalog.Artifact.FromString(row.artifact)
            artifact.data.extend(self._data(row))
            artifact.tags.extend(names)
            found.append(artifact)
        return datacatalog.ListArtifactsResponse(artifacts=found, next_token=token)

    def add_tag(self, request: datacatalog.AddTagRequest, call: Call) -> datacatalog.AddTagResponse:
        """Let a tag name an artifact; one whose artifact has lost its data may be given to another. ALREADY_EXISTS else."""
        tag = request.tag
        _require_dataset(tag.dataset)
        require(tag.name, "tag name")
        now = self._context.clock()
        with self._context.store.write() as connection:
            dataset = _dataset(connection, tag.dataset)
            row = catalog.artifact_row(connection, dataset.id, tag.artifact_id)
            if row is None:
                raise NotFound(f"artifact [{tag.artifact_id}] of dataset [{_text(tag.dataset)}] does not exist")
            if not catalog.put_tag(connection, dataset.id, tag.name, row, now):
                if catalog.is_live(connection, dataset.id, tag.name):
                    raise AlreadyExists(f"tag [{tag.name}] of dataset [{_text(tag.dataset)}] already exists")
                catalog.move_tag(connection, dataset.id, tag.name, row, now)
        self._wake([_slot(tag.dataset, tag.name)])
        return datacatalog.AddTagResponse()

    # --- reservations

    def reserve(
        self, request: datacatalog.GetOrExtendReservationRequest, call: Call
    ) -> datacatalog.GetOrExtendReservationResponse:
        """Reserve a tag, or learn who holds it. It must be extended before three heartbeats have passed."""
        key = request.reservation_id
        _require_dataset(key.dataset_id)
        require(key.tag_name, "tag name")
        require(request.owner_id, "owner id")
        heartbeat = min(request.heartbeat_interval.ToTimedelta(), _MOST_HEARTBEAT) or _MOST_HEARTBEAT
        now = self._context.clock()
        wanted = Owner(request.owner_id, expires_at=now + _GRACE * heartbeat)
        with self._context.store.write() as connection:
            holder = reservations.acquire(connection, _slot(key.dataset_id, key.tag_name), wanted, now)
        answer = datacatalog.Reservation(reservation_id=key, owner_id=holder.id)
        answer.heartbeat_interval.FromTimedelta(heartbeat)
        answer.expires_at.CopyFrom(timestamp(holder.expires_at or now + _GRACE * heartbeat))
        return datacatalog.GetOrExtendReservationResponse(reservation=answer)

    def release(self, request: datacatalog.ReleaseReservationRequest, call: Call) -> datacatalog.ReleaseReservationResponse:
        """Give a reservation back; nothing happens where somebody else holds it."""
        slot = _slot(request.reservation_id.dataset_id, request.reservation_id.tag_name)
        with self._context.store.write() as connection:
            freed = reservations.release(connection, slot, request.owner_id)
        self._wake(freed)
        return datacatalog.ReleaseReservationResponse()

    # --- data

    def _kept(self, artifact_id: str, data: Iterable[datacatalog.ArtifactData], details: datacatalog.Artifact) -> Artifact:
        literals = core.LiteralMap(literals={each.name: each.value for each in data})
        packed = literals.SerializeToString(deterministic=True)
        if len(packed) <= catalog.INLINE_BYTES:
            return Artifact(artifact_id, literals, details=details)
        uri = paths.join(self._context.config.cache_root, f"{hashlib.sha256(packed).hexdigest()}.pb")
        self._context.storage.put(uri, packed)
        return Artifact(artifact_id, None, uri, details=details)

    def _data(self, row: Row[Any]) -> list[datacatalog.ArtifactData]:
        try:
            packed = row.data if row.data is not None else self._context.storage.get(row.data_uri)
        except FlyteDataNotFoundException:
            raise NotFound(f"nothing is left at [{row.data_uri}], where artifact [{row.artifact_id}] was kept") from None
        literals = core.LiteralMap.FromString(packed).literals
        return [datacatalog.ArtifactData(name=name, value=literals[name]) for name in sorted(literals)]


def _require_dataset(dataset: datacatalog.DatasetID) -> None:
    for part in ("project", "domain", "name", "version"):
        require(getattr(dataset, part), f"dataset {part}")


def _dataset(connection: Connection, dataset: datacatalog.DatasetID) -> Any:
    """The row (id, dataset). Raises NotFound."""
    query = select(datasets.c.id, datasets.c.dataset).where(*catalog.in_dataset(_identifier(dataset)))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(f"dataset [{_text(dataset)}] does not exist")
    return row


def _artifact(
    connection: Connection, dataset: int, request: datacatalog.GetArtifactRequest | datacatalog.UpdateArtifactRequest
) -> Any:
    """The row of an artifact that has its data. Raises NotFound."""
    query = select(*ARTIFACT).where(artifacts.c.dataset_id == dataset, artifacts.c.gone == "")
    if request.WhichOneof("query_handle") == "tag_name":
        query = query.join(artifact_tags, artifact_tags.c.artifact_row == artifacts.c.id)
        query = query.where(artifact_tags.c.tag_name == request.tag_name)
    else:
        query = query.where(artifacts.c.artifact_id == request.artifact_id)
    row = connection.execute(query).one_or_none()
    if row is None:
        raise NotFound(
            f"artifact [{request.tag_name or request.artifact_id}] of dataset [{_text(request.dataset)}] does not exist"
        )
    return row


def _tags(connection: Connection, artifact: int, dataset: datacatalog.DatasetID) -> list[datacatalog.Tag]:
    names = connection.execute(select(artifact_tags.c.tag_name).where(artifact_tags.c.artifact_row == artifact)).scalars()
    return [datacatalog.Tag(name=name, dataset=dataset) for name in names]


def _check_partitions(dataset: datacatalog.Dataset, artifact: datacatalog.Artifact) -> None:
    given = [partition.key for partition in artifact.partitions]
    if sorted(given) != sorted(dataset.partitionKeys):
        raise invalid_value(f"partitions: the dataset's keys are {sorted(dataset.partitionKeys)}, given are {sorted(given)}")


def _identifier(dataset: datacatalog.DatasetID) -> core.Identifier:
    return core.Identifier(project=dataset.project, domain=dataset.domain, name=dataset.name, version=dataset.version)


def _slot(dataset: datacatalog.DatasetID, tag: str) -> Slot:
    return slot_of(_identifier(dataset), tag)


def _text(dataset: datacatalog.DatasetID) -> str:
    return f"{dataset.project}/{dataset.domain}/{dataset.name}@{dataset.version}"
