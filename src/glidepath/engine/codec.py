"""Node rows to bytes and back, for stores. Old rows stay readable: fields are only ever added at the end."""

from __future__ import annotations

from datetime import datetime, timedelta, timezone
from typing import Any

import msgpack

from glidepath.engine.state import NodeState
from glidepath.idl import core

_EPOCH = datetime(1970, 1, 1, tzinfo=timezone.utc)
_MICROSECOND = timedelta(microseconds=1)
_FIRST_FIELDS = 14
_ADDED: list[Any] = ["", None, None, "", "", 0, None, 0, 0]
"""What rows that were written before these fields existed have in their place."""


def encode(node: NodeState) -> bytes:
    """What the store keeps of a queued, running or ended node. Counters of upstreams are not kept."""
    row = (
        node.uid,
        node.node_id,
        node.scope,
        int(node.phase),
        node.attempt,
        node.system_failures,
        int(node.task_phase),
        node.task_phase_version,
        _microseconds(node.queued_at),
        _microseconds(node.attempt_started_at),
        node.output_uri,
        node.launched,
        node.error.SerializeToString() if node.error is not None else None,
        node.data_dir,
        node.failed_node,
        _microseconds(node.ended_at),
        _microseconds(node.not_before),
        node.closure_uri,
        node.job_spec_uri,
        int(node.cache_status),
        node.cache_key.SerializeToString() if node.cache_key is not None else None,
        int(node.reservation),
        node.items,
    )
    packed: bytes = msgpack.packb(row)
    return packed


def decode(data: bytes) -> NodeState:
    """The node that :func:`encode` was given, with nothing left to wait for."""
    row: list[Any] = msgpack.unpackb(data)
    row += _ADDED[len(row) - _FIRST_FIELDS :]
    return NodeState(
        uid=row[0],
        node_id=row[1],
        scope=row[2],
        waiting=0,
        phase=row[3],
        attempt=row[4],
        system_failures=row[5],
        task_phase=row[6],
        task_phase_version=row[7],
        queued_at=_datetime(row[8]),
        attempt_started_at=_datetime(row[9]),
        output_uri=row[10],
        launched=row[11],
        error=core.ExecutionError.FromString(row[12]) if row[12] is not None else None,
        data_dir=row[13],
        failed_node=row[14],
        ended_at=_datetime(row[15]),
        not_before=_datetime(row[16]),
        closure_uri=row[17],
        job_spec_uri=row[18],
        cache_status=row[19],
        cache_key=core.CatalogMetadata.FromString(row[20]) if row[20] is not None else None,
        reservation=row[21],
        items=row[22],
    )


def _microseconds(at: datetime | None) -> int | None:
    return None if at is None else (at - _EPOCH) // _MICROSECOND


def _datetime(microseconds: int | None) -> datetime | None:
    return None if microseconds is None else _EPOCH + microseconds * _MICROSECOND
