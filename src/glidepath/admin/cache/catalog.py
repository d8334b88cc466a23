"""Kept outputs in the store: datasets, their artifacts, and the tags under which artifacts are found.

Functions of one connection; who calls them decides what else is in the transaction. Reference: flytectl-and-admin.md, E2.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, Row, Select, select, update

from glidepath.admin.store.database import insert_new
from glidepath.admin.store.rows import entity_key
from glidepath.admin.store.schema import artifact_tags, artifacts, datasets
from glidepath.engine.cache_differences import Given, pack
from glidepath.idl import core, datacatalog

INLINE_BYTES = 16 * 1024
"""Outputs up to this size stand in the row itself, so that a hit reads nothing else."""


class Artifact(NamedTuple):
    """What is kept under an id."""

    id: str
    data: core.LiteralMap | None
    """The outputs, where they stand in the row."""
    data_uri: str = ""
    """Where they lie else."""
    source: core.TaskExecutionIdentifier | None = None
    inputs: Mapping[str, Given] | None = None
    details: datacatalog.Artifact | None = None
    """What an engine outside said of it: metadata, partitions."""


_FOUND = (
    artifacts.c.id,
    artifacts.c.artifact_id,
    artifacts.c.created_at,
    artifacts.c.gone,
    artifacts.c.data_uri,
    artifacts.c.data,
    artifacts.c.source,
)


class Found(NamedTuple):
    """An artifact as it stands in the store."""

    row: int
    id: str
    created_at: datetime
    gone: str
    """The URI that was missing when somebody last asked; empty while all is there."""
    data_uri: str
    data: bytes | None
    source: bytes | None


def in_dataset(dataset: core.Identifier) -> tuple[ColumnElement[bool], ...]:
    """Conditions for the row of a dataset in ``datasets``."""
    return tuple(datasets.c[name] == value for name, value in entity_key(dataset).items())


def find_by_tag(connection: Connection, dataset: core.Identifier, tag: str) -> Found | None:
    """The artifact under a tag."""
    query = _tagged(select(*_FOUND)).where(*in_dataset(dataset), artifact_tags.c.tag_name == tag)
    row = connection.execute(query).one_or_none()
    return Found(*row) if row is not None else None


def _tagged(query: Select[Any]) -> Select[Any]:
    return (
        query.select_from(artifact_tags)
        .join(datasets, datasets.c.id == artifact_tags.c.dataset_id)
        .join(artifacts, artifacts.c.id == artifact_tags.c.artifact_row)
    )


def mark_gone(connection: Connection, row: int, uri: str) -> None:
    """Note that data of an artifact are missing; nobody finds it any more, and the next success takes its tag."""
    connection.execute(update(artifacts).where(artifacts.c.id == row).values(gone=uri))


def ensure_dataset(connection: Connection, dataset: core.Identifier, now: datetime) -> int:
    """The row of a dataset, made when it is not there."""
    query = select(datasets.c.id).where(*in_dataset(dataset))
    found: int | None = connection.execute(query).scalar_one_or_none()
    if found is not None:
        return found
    described = datacatalog.Dataset(id=datacatalog.DatasetID(**entity_key(dataset)))
    made = insert_dataset(connection, described, now)
    return made if made is not None else int(connection.execute(query).scalar_one())


def insert_dataset(connection: Connection, dataset: datacatalog.Dataset, now: datetime) -> int | None:
    """Add a dataset; None when one has its name already."""
    values = {
        **{part: getattr(dataset.id, part) for part in ("project", "domain", "name", "version")},
        "uuid": dataset.id.UUID,
        "dataset": dataset.SerializeToString(deterministic=True),
        "created_at": now,
        "updated_at": now,
    }
    return insert_new(connection, datasets, values)


def insert_artifact(connection: Connection, dataset_row: int, artifact: Artifact, now: datetime) -> int | None:
    """Add an artifact; None when one has its id already."""
    values = {"dataset_id": dataset_row, "artifact_id": artifact.id, "created_at": now, **artifact_columns(artifact, now)}
    return insert_new(connection, artifacts, values)


def artifact_columns(artifact: Artifact, now: datetime) -> dict[str, Any]:
    """The columns that hold what is kept, all but key and ``created_at``."""
    details = artifact.details or datacatalog.Artifact(id=artifact.id)
    return {
        "updated_at": now,
        "gone": "",
        "data_uri": artifact.data_uri,
        "data": artifact.data.SerializeToString(deterministic=True) if artifact.data is not None else None,
        "source": artifact.source.SerializeToString() if artifact.source is not None else None,
        "inputs": pack(artifact.inputs) if artifact.inputs is not None else None,
        "artifact": details.SerializeToString(deterministic=True),
    }


def artifact_row(connection: Connection, dataset_row: int, artifact_id: str) -> int | None:
    """The row of an artifact of a dataset."""
    query = select(artifacts.c.id).where(artifacts.c.dataset_id == dataset_row, artifacts.c.artifact_id == artifact_id)
    found: int | None = connection.execute(query).scalar_one_or_none()
    return found


def put_tag(connection: Connection, dataset_row: int, tag: str, row: int, now: datetime) -> bool:
    """Let a tag name an artifact; False when it names another one."""
    values = {"dataset_id": dataset_row, "tag_name": tag, "artifact_row": row, "created_at": now, "updated_at": now}
    return insert_new(connection, artifact_tags, values) is not None


def move_tag(connection: Connection, dataset_row: int, tag: str, row: int, now: datetime) -> None:
    """Let a tag that is there name another artifact."""
    here = (artifact_tags.c.dataset_id == dataset_row, artifact_tags.c.tag_name == tag)
    connection.execute(update(artifact_tags).where(*here).values(artifact_row=row, updated_at=now))


def is_live(connection: Connection, dataset_row: int, tag: str, not_before: datetime | None = None) -> bool:
    """Whether the artifact that a tag names has all its data, as far as is known, and is not older than ``not_before``."""
    here = (artifact_tags.c.dataset_id == dataset_row, artifact_tags.c.tag_name == tag, artifacts.c.gone == "")
    query = select(artifacts.c.created_at).join(artifact_tags, artifact_tags.c.artifact_row == artifacts.c.id).where(*here)
    created_at = connection.execute(query).scalar_one_or_none()
    return created_at is not None and (not_before is None or created_at >= not_before)


def kept_work(connection: Connection, dataset: core.Identifier, limit: int) -> Iterable[Row[Any]]:
    """The newest artifacts of all versions of a dataset: version, tag_name (None for one that was replaced), created_at, gone,
    source, inputs."""
    query = (
        select(
            datasets.c.version,
            artifact_tags.c.tag_name,
            artifacts.c.created_at,
            artifacts.c.gone,
            artifacts.c.source,
            artifacts.c.inputs,
        )
        .join(datasets, datasets.c.id == artifacts.c.dataset_id)
        .outerjoin(artifact_tags, artifact_tags.c.artifact_row == artifacts.c.id)
        .where(datasets.c.project == dataset.project, datasets.c.domain == dataset.domain, datasets.c.name == dataset.name)
        .order_by(artifacts.c.created_at.desc(), artifacts.c.id.desc())
        .limit(limit)
    )
    return list(connection.execute(query))
