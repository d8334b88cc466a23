"""Requests to recover an execution with another version, other inputs or from a named node: what they must say."""

from collections.abc import Collection
from typing import Any

from sqlalchemy import Connection, Row, select

from glidepath.admin.errors import InvalidArgument, missing_entity
from glidepath.admin.recovery import FROM_NODE
from glidepath.admin.services.context import Context
from glidepath.admin.store.rows import is_execution
from glidepath.admin.store.schema import executions, node_executions
from glidepath.admin.validation import require
from glidepath.idl import admin, core
from glidepath.idl.ids import START_NODE_ID

_TOLD_NODES = 20


def recovered_inputs(
    context: Context, spec: admin.ExecutionSpec, given: core.LiteralMap, expected: Collection[str]
) -> core.LiteralMap:
    """The inputs of a recovery: those given, and for the other ``expected`` ones what the caller of the past had given.

    A child has its inputs from its node, and nothing from the past. Raises InvalidArgument for a recovery of nothing named,
    NotFound for one of an execution that is not there.
    """
    require(spec.metadata.HasField("reference_execution"), "reference_execution")
    with context.store.read() as connection:
        row = _past(connection, spec.metadata.reference_execution)
    if spec.metadata.HasField("parent_node_execution") or not row.user_inputs_uri:
        return given
    past = core.LiteralMap.FromString(context.storage.get(row.user_inputs_uri))
    merged = core.LiteralMap(literals={name: literal for name, literal in past.literals.items() if name in expected})
    for name, literal in given.literals.items():
        merged.literals[name].CopyFrom(literal)
    return merged


def check_from_node(connection: Connection, spec: admin.ExecutionSpec) -> None:
    """The node from which a recovery begins anew must be one that began in the execution of the past."""
    source, wanted = spec.metadata.reference_execution, spec.annotations.values.get(FROM_NODE, "")
    if not wanted:
        return
    begun = select(node_executions.c.node_id).where(*is_execution(node_executions, source))
    if connection.execute(begun.where(node_executions.c.node_id == wanted)).first() is None:
        known = connection.execute(begun.where(node_executions.c.node_id != START_NODE_ID).limit(_TOLD_NODES)).scalars()
        raise InvalidArgument(f"no node [{wanted}] began in execution [{source.name}]; there are [{', '.join(sorted(known))}]")


def _past(connection: Connection, identifier: core.WorkflowExecutionIdentifier) -> Row[Any]:
    query = select(executions.c.user_inputs_uri).where(*is_execution(executions, identifier))
    row = connection.execute(query).one_or_none()
    if row is None:
        raise missing_entity("execution", identifier)
    return row
