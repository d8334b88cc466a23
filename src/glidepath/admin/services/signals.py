"""Signals: values that a gate in a workflow waits for and a person sets."""

from typing import Any

from sqlalchemy import Connection, Row, select

from glidepath.admin.errors import FailedPrecondition, InvalidArgument
from glidepath.admin.rpc import Call, Rpc
from glidepath.admin.services.context import Context
from glidepath.admin.services.executions import load_execution
from glidepath.admin.services.listing import ListOf, read_list
from glidepath.admin.store.database import insert_new
from glidepath.admin.store.entities import SIGNAL
from glidepath.admin.store.rows import execution_id_from, execution_key, is_execution
from glidepath.admin.store.schema import EXECUTION_KEY, signals
from glidepath.admin.validation import require, require_execution
from glidepath.compiler import castable, literal_type_for_literal
from glidepath.idl import admin, core
from glidepath.idl.phases import TERMINAL_WORKFLOW_PHASES
from glidepath.idl.text import compact_text

_COLUMNS = tuple(signals.c[name] for name in (*EXECUTION_KEY, "signal_id", "type", "value"))
_LIST = ListOf("ListSignals", SIGNAL, _COLUMNS)


class Signals:
    """GetOrCreateSignal, ListSignals, SetSignal of SignalService."""

    def __init__(self, context: Context) -> None:
        self._context = context

    @property
    def rpcs(self) -> dict[str, Rpc]:
        return {"GetOrCreateSignal": self.get_or_create, "ListSignals": self.list, "SetSignal": self.set}

    def get_or_create(self, request: admin.SignalGetOrCreateRequest, call: Call) -> admin.Signal:
        """A signal of an execution, made with the given type when it is not there yet."""
        _check(request.id)
        require(request.HasField("type"), "type")
        now = self._context.clock()
        values = {
            **execution_key(request.id.execution_id),
            "signal_id": request.id.signal_id,
            "type": request.type.SerializeToString(),
            "created_at": now,
            "updated_at": now,
        }
        with self._context.store.write() as connection:
            load_execution(connection, request.id.execution_id)
            insert_new(connection, signals, values)
            row = _read(connection, request.id)
        assert row is not None  # it was there or has just been written, in this transaction
        return _signal(row)

    def list(self, request: admin.SignalListRequest, call: Call) -> admin.SignalList:
        """The signals of an execution."""
        require(request.HasField("workflow_execution_id"), "execution")
        require_execution(request.workflow_execution_id)
        page = read_list(self._context, _LIST, is_execution(signals, request.workflow_execution_id), request)
        return admin.SignalList(signals=[_signal(row) for row in page.rows], token=page.token)

    def set(self, request: admin.SignalSetRequest, call: Call) -> admin.SignalSetResponse:
        """Give a signal its value, of a type that casts to the signal's; gates that wait for it go on at once.

        The same value again is fine. FAILED_PRECONDITION: it has another one already, or its execution is over.
        """
        _check(request.id)
        require(request.HasField("value"), "value")
        with self._context.store.write() as connection:
            row = _read(connection, request.id)
            if row is None:
                raise InvalidArgument(f"failed to get signal with id {compact_text(request.id)}: it does not exist")
            expected = core.LiteralType.FromString(row.type)
            if not castable(literal_type_for_literal(request.value), expected):
                raise InvalidArgument(
                    f"requested signal value [{compact_text(request.value)}] is not castable to existing signal type "
                    f"[{compact_text(expected)}]"
                )
            if row.value is None:
                _check_lives(load_execution(connection, request.id.execution_id))
            elif core.Literal.FromString(row.value) != request.value:
                raise FailedPrecondition(
                    f"signal [{request.id.signal_id}] of execution [{request.id.execution_id.name}] has its value already, "
                    f"with which its gates have gone on: [{compact_text(core.Literal.FromString(row.value))}]"
                )
            values = {"value": request.value.SerializeToString(), "updated_at": self._context.clock()}
            connection.execute(signals.update().where(*_is(request.id)).values(**values))
        self._context.orchestrator.signalled(request.id.execution_id, request.id.signal_id, request.value)
        return admin.SignalSetResponse()


def _check(identifier: core.SignalIdentifier) -> None:
    require(identifier.signal_id, "signal_id")
    require(identifier.HasField("execution_id"), "execution_id")
    require_execution(identifier.execution_id)


def _check_lives(execution: admin.Execution) -> None:
    phase = execution.closure.phase
    if phase in TERMINAL_WORKFLOW_PHASES:
        name = core.WorkflowExecution.Phase.Name(phase)
        raise FailedPrecondition(f"execution [{execution.id.name}] is over ({name}): nothing waits for its signals any more")


def _is(identifier: core.SignalIdentifier) -> Any:
    return (*is_execution(signals, identifier.execution_id), signals.c.signal_id == identifier.signal_id)


def _read(connection: Connection, identifier: core.SignalIdentifier) -> Row[Any] | None:
    return connection.execute(select(*_COLUMNS).where(*_is(identifier)).with_for_update()).one_or_none()


def _signal(row: Row[Any]) -> admin.Signal:
    found = admin.Signal(
        id=core.SignalIdentifier(signal_id=row.signal_id, execution_id=execution_id_from(row._mapping)),
        type=core.LiteralType.FromString(row.type),
    )
    if row.value is not None:
        found.value.MergeFromString(row.value)
    return found
