"""Outputs of tasks that succeeded, made ready for the commit that tells of the success."""

from __future__ import annotations

import hashlib
import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime, timedelta
from typing import NamedTuple

from google.protobuf.message import Message
from sqlalchemy import Connection

from glidepath.admin.cache import catalog
from glidepath.admin.cache.catalog import Artifact
from glidepath.admin.cache.reservations import Slot, slot_of
from glidepath.admin.live import Live
from glidepath.engine.cache_differences import Given, Work, work_of
from glidepath.engine.cache_keys import CacheKey, key_of_dataset
from glidepath.engine.transition import CacheEntry, Transition
from glidepath.idl import core, event, paths

log = logging.getLogger(__name__)

_NAMESPACE = uuid.UUID("5f0f6d9e-2a35-4bd4-9a39-3cf0a3f0c1de")
_TOLD_BYTES = 256 * 1024
"""Inputs above this size are not told one by one where that would have to happen on the orchestrator's thread."""

Told = Callable[[str], Work | None]
"""What the lookup of a node (``uid``) computed; None where there was none in this process."""


class Kept(NamedTuple):
    """One entry, ready to be written."""

    uid: str
    key: CacheKey
    artifact: Artifact
    replaces: bool
    """Whether it takes the tag of what is kept already, even though that is all there."""

    @property
    def slot(self) -> Slot:
        return slot_of(self.key.dataset, self.key.tag)

    @property
    def catalog(self) -> core.CatalogMetadata:
        """The entry as the record of its node tells of it."""
        told = self.key.catalog
        told.artifact_tag.artifact_id = self.artifact.id
        return told


class Keeping(NamedTuple):
    """What one transition keeps."""

    kept: tuple[Kept, ...]
    files: tuple[tuple[str, core.LiteralMap], ...]
    """Outputs too big for a row: URI and content, to be written before the commit."""
    failed: frozenset[str]
    """``uid`` of nodes whose outputs cannot be kept."""


NOTHING = Keeping((), (), frozenset())


def prepare(live: Live, transition: Transition, folder: str, told: Told) -> Keeping:
    """The entries of a transition; ``folder`` is the URI below which big outputs go, by the hash of their bytes.

    One that cannot be kept is told in the log and fails nothing: its node says CACHE_PUT_FAILURE.
    """
    if not transition.cached:
        return NOTHING
    kept, files, failed = [], [], set()
    for entry in transition.cached:
        try:
            one = _kept(live, entry, folder, told)
        except ValueError as error:  # JSON cannot hold every literal: a text that is not UTF-8, a date before the year 1
            log.warning("outputs of node %s of execution %s cannot be kept: %s", entry.uid, live.key, error)
            failed.add(entry.uid)
            continue
        kept.append(one)
        if one.artifact.data is None:
            files.append((one.artifact.data_uri, entry.outputs))
    return Keeping(tuple(kept), tuple(files), frozenset(failed))


def _kept(live: Live, entry: CacheEntry, folder: str, told: Told) -> Kept:
    key, inputs = told(entry.uid) or _work(entry)
    if not key.cache_version:
        raise ValueError(f"task {key.task} has no cache version")
    source = core.TaskExecutionIdentifier(
        task_id=entry.task.id,
        node_execution_id=core.NodeExecutionIdentifier(node_id=entry.uid, execution_id=live.state.id),
        retry_attempt=entry.attempt,
    )
    name = f"{'/'.join(live.key)}/{entry.uid}/{entry.attempt}/{key.tag}"
    data = entry.outputs.SerializeToString(deterministic=True)
    small = len(data) <= catalog.INLINE_BYTES
    artifact = Artifact(
        id=str(uuid.uuid5(_NAMESPACE, name)),
        data=entry.outputs if small else None,
        data_uri="" if small else paths.join(folder, f"{hashlib.sha256(data).hexdigest()}.pb"),
        source=source,
        inputs=inputs,
    )
    return Kept(entry.uid, key, artifact, entry.overwrite)


def _work(entry: CacheEntry) -> tuple[CacheKey, Mapping[str, Given] | None]:
    """The key of an entry, and its inputs one by one where that is soon done or has to be."""
    key = key_of_dataset(entry.key.dataset_id, entry.key.artifact_tag.name) if entry.key is not None else None
    if key is None or entry.inputs.ByteSize() <= _TOLD_BYTES:
        return work_of(entry.task, entry.inputs)
    return key, None


def tell_kept(message: Message, keeping: Keeping) -> None:
    """Let the report of a node's success say where its outputs are kept, or that they could not be."""
    if not isinstance(message, event.NodeExecutionEvent) or message.phase != core.NodeExecution.SUCCEEDED:
        return
    if message.id.node_id in keeping.failed:
        message.task_node_metadata.cache_status = core.CatalogCacheStatus.CACHE_PUT_FAILURE
    for one in keeping.kept:
        if one.uid == message.id.node_id:
            message.task_node_metadata.catalog_key.CopyFrom(one.catalog)


def write(connection: Connection, kept: Iterable[Kept], now: datetime, max_age: timedelta) -> None:
    """Write entries. The first success for a key keeps its tag, unless its data are gone, it is older than ``max_age`` (zero:
    however old it is), or the new one overwrites."""
    not_before = now - max_age if max_age else None
    rows: dict[Slot, int] = {}
    for one in kept:
        dataset = one.slot._replace(tag="")
        if dataset not in rows:
            rows[dataset] = catalog.ensure_dataset(connection, one.key.dataset, now)
        row = rows[dataset]
        artifact = catalog.insert_artifact(connection, row, one.artifact, now)
        if artifact is None or catalog.put_tag(connection, row, one.key.tag, artifact, now):
            continue
        if one.replaces or not catalog.is_live(connection, row, one.key.tag, not_before):
            catalog.move_tag(connection, row, one.key.tag, artifact, now)
