"""Why a node found its outputs in the cache, or did not (``glidepath.service.CacheService``)."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timezone
from typing import Any

from google.protobuf.struct_pb2 import Struct
from sqlalchemy import Connection, select

from glidepath.admin.cache.catalog import kept_work
from glidepath.admin.errors import FailedPrecondition, NotFound
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.executions import load_execution
from glidepath.admin.services.node_executions import load_node
from glidepath.admin.services.tasks import load_tasks
from glidepath.admin.store.rows import identifier_from, instant, is_node
from glidepath.admin.store.schema import task_executions
from glidepath.admin.validation import require_node_execution
from glidepath.engine.cache_differences import Work, unpack, work_of
from glidepath.engine.cache_explanations import Asked, Earlier, explain
from glidepath.engine.cache_keys import CacheKey, key_of_dataset
from glidepath.errors import FlyteDataNotFoundException
from glidepath.idl import admin, core

_LOOKED_THROUGH = 1000
"""Of how many entries of a task, the newest, the nearest is taken."""


class CacheExplanations:
    """Explain."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"Explain": self.explain}

    def explain(self, request: core.NodeExecutionIdentifier, call: Call) -> Struct:
        """The explanation of :mod:`glidepath.engine.cache_explanations`. FAILED_PRECONDITION: the node asked no cache."""
        require_node_execution(request)
        with self._context.store.read() as connection:
            node = load_node(connection, request)
            metadata = node.closure.task_node_metadata
            key = key_of_dataset(metadata.catalog_key.dataset_id, metadata.catalog_key.artifact_tag.name)
            if key is None:
                raise FailedPrecondition(_no_key(request, metadata.cache_status))
            task = self._task(connection, request, metadata.catalog_key.source_task_execution)
            overwrites = load_execution(connection, request.execution_id).spec.overwrite_cache
            earlier = list(_earlier(connection, key, node))
        work = Work(key, work_of(task, self._inputs(node)).inputs if task is not None else {})
        asked = Asked(
            work=work,
            status=core.CatalogCacheStatus.Name(metadata.cache_status),
            source=_name_of(metadata.catalog_key.source_task_execution.node_execution_id),
            overwrites=overwrites,
        )
        document = Struct()
        document.update(explain(asked, earlier))
        return document

    def _task(
        self, connection: Connection, node: core.NodeExecutionIdentifier, source: core.TaskExecutionIdentifier
    ) -> core.TaskTemplate | None:
        """The task of a node: of its own attempts, or of the attempt whose outputs it found. None where neither is known."""
        columns = [task_executions.c[name] for name in ("project", "domain", "name", "version")]
        row = connection.execute(select(*columns).where(*is_node(task_executions, node)).limit(1)).one_or_none()
        identifier = identifier_from(core.ResourceType.TASK, row._mapping) if row is not None else source.task_id
        try:
            return load_tasks(connection, [identifier])[0].template
        except NotFound:  # a task of a dynamic node's plan is registered nowhere
            return None

    def _inputs(self, node: admin.NodeExecution) -> core.LiteralMap:
        try:
            return core.LiteralMap.FromString(self._context.storage.get(node.input_uri))
        except FlyteDataNotFoundException:
            raise NotFound(f"nothing is left at [{node.input_uri}], where the node's inputs were written") from None


def _earlier(connection: Connection, key: CacheKey, node: admin.NodeExecution) -> Iterator[Earlier]:
    """What was kept of the task when the node began; newest first."""
    began = instant(node.closure.created_at)
    for row in kept_work(connection, key.dataset, _LOOKED_THROUGH):
        source = core.TaskExecutionIdentifier.FromString(row.source or b"").node_execution_id
        if row.created_at > began or source == node.id:
            continue
        dataset = core.Identifier()
        dataset.CopyFrom(key.dataset)
        dataset.version = row.version
        found = key_of_dataset(dataset, row.tag_name or key.tag)
        if found is None or row.inputs is None:
            continue
        at = row.created_at.astimezone(timezone.utc).isoformat(timespec="seconds")
        yield Earlier(Work(found, unpack(row.inputs)), _name_of(source), at, row.gone)


def _name_of(node: core.NodeExecutionIdentifier) -> str:
    return f"node {node.node_id} of execution {node.execution_id.name}" if node.node_id else "an engine outside"


def _no_key(node: core.NodeExecutionIdentifier, status: Any) -> str:
    if status == core.CatalogCacheStatus.CACHE_LOOKUP_FAILURE:
        return f"the cache could not be asked for node [{node.node_id}]: the server's log says why"
    if status == core.CatalogCacheStatus.CACHE_SKIPPED:
        return f"node [{node.node_id}] did not look into the cache: the execution overwrites it"
    return f"node [{node.node_id}] is not cached: it is no task, its task has no cache or no outputs, or it has not asked yet"
