"""The page of an eager task's deck: what it launched, with links."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from glidepath.idl import admin, core

_TABLE = (
    "<table><thead><tr><th>Entity</th><th>Execution</th><th>Phase</th><th>Duration</th><th></th></tr></thead>"
    "<tbody>{rows}</tbody></table>"
)
_ROW = '<tr><td>{entity}</td><td><a href="{link}">{name}</a></td><td>{phase}</td><td>{seconds}</td><td>{note}</td></tr>'


@dataclass(frozen=True)
class Row:
    """One call of the eager function; without ``ended`` it was not waited for to its end."""

    entity: str
    execution: core.WorkflowExecutionIdentifier | None
    ended: admin.Execution | None
    found: bool


def page_of(rows: Sequence[Row], console: str) -> str:
    """A table in HTML, empty for no rows. ``console`` is the URL of the control plane's pages."""
    if not rows:
        return ""
    return _TABLE.format(rows="".join(_row(row, console) for row in rows if row.execution is not None))


def _row(row: Row, console: str) -> str:
    execution = row.execution or core.WorkflowExecutionIdentifier()
    place = f"projects/{execution.project}/domains/{execution.domain}/executions/{execution.name}"
    closure = row.ended.closure if row.ended is not None else None
    duration = closure.duration.seconds + closure.duration.nanos / 1e9 if closure is not None else None
    return _ROW.format(
        entity=escape(row.entity),
        link=escape(f"{console}/console/{place}"),
        name=escape(execution.name),
        phase="not awaited" if closure is None else core.WorkflowExecution.Phase.Name(closure.phase),
        seconds="" if duration is None else f"{duration:.3f} s",
        note="launched by an earlier attempt" if row.found else "",
    )
