"""Gates of executions, seen and answered. Reference: flytekit.md 6."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from glidepath.clients.pages import Query
from glidepath.errors import FlyteTypeException, FlyteValueException
from glidepath.idl import admin, core
from glidepath.remote.connection import Connection
from glidepath.types import describe, guess_python_type, literal_type_of, to_literal


class Gates(Connection):
    """What executions wait for, and the answers."""

    def list_signals(
        self,
        execution_name: str,
        project: str | None = None,
        domain: str | None = None,
        limit: int = 100,
        filters: Sequence[str] | None = None,
    ) -> list[admin.Signal]:
        """What gates of an execution wait for, or waited for, oldest first; a signal that has a value is answered."""
        query = Query(filters="+".join(filters or ()), limit=limit, ascending=True)
        return list(self.client.signals(self._execution_id(execution_name, project, domain), query))

    def approve(self, signal_id: str, execution_name: str, project: str | None = None, domain: str | None = None) -> None:
        """Let an execution go on that waits for an approval."""
        self.set_signal(signal_id, execution_name, True, project, domain)

    def reject(self, signal_id: str, execution_name: str, project: str | None = None, domain: str | None = None) -> None:
        """Refuse an approval that an execution waits for: its gate fails."""
        self.set_signal(signal_id, execution_name, False, project, domain)

    def set_signal(
        self,
        signal_id: str,
        execution_name: str,
        value: Any,
        project: str | None = None,
        domain: str | None = None,
        python_type: Any = None,
        literal_type: core.LiteralType | None = None,
    ) -> None:
        """Give the value that a gate waits for: a literal as it is, anything else as the type that the gate declares.

        Raises FlyteValueException for a signal that no gate waits for, FlyteTypeException for a value of another type.
        """
        execution = self._execution_id(execution_name, project, domain)
        identifier = core.SignalIdentifier(signal_id=signal_id, execution_id=execution)
        if not isinstance(value, core.Literal):
            value = self._answer(identifier, value, python_type, literal_type)
        self.client.set_signal(execution, signal_id, value)

    set_input = set_signal

    def signal_type(
        self, signal_id: str, execution_name: str, project: str | None = None, domain: str | None = None
    ) -> core.LiteralType:
        """The type of the value that a gate waits for. Raises FlyteValueException for a signal that no gate waits for."""
        execution = self._execution_id(execution_name, project, domain)
        return self._declared(core.SignalIdentifier(signal_id=signal_id, execution_id=execution))

    def _answer(
        self, identifier: core.SignalIdentifier, value: Any, python_type: Any, literal_type: core.LiteralType | None
    ) -> core.Literal:
        execution = identifier.execution_id
        given = literal_type_of(python_type) if python_type is not None else None
        expected = literal_type or given or self._declared(identifier)
        python_type = python_type if python_type is not None else guess_python_type(expected)
        try:
            return to_literal(value, python_type, expected, self.context(execution.project, execution.domain))
        except FlyteTypeException as error:
            text = f"signal {identifier.signal_id!r} is {describe(expected)}: {error.message}"
            hint = error.hint or f"pyflyte execution --execution-id {execution.name} set-signal {identifier.signal_id} VALUE"
            raise FlyteTypeException(text, where=error.where, hint=hint) from error

    def _declared(self, identifier: core.SignalIdentifier) -> core.LiteralType:
        known = {signal.id.signal_id: signal.type for signal in self.client.signals(identifier.execution_id)}
        if identifier.signal_id not in known:
            # A name that no execution has is another mistake.
            self.client.raw.get_execution(admin.WorkflowExecutionGetRequest(id=identifier.execution_id))
            raise FlyteValueException(
                f"execution {identifier.execution_id.name} has no signal {identifier.signal_id!r}",
                hint=f"there are: {', '.join(sorted(known)) or 'none yet; a gate has its signal once it has begun'}",
            )
        return known[identifier.signal_id]
