"""Cells of tables that several commands share."""

from __future__ import annotations

from typing import Any

from glidepath.cli.output import Document

_LONGEST = 25


def variables(variables: dict[str, Any]) -> str:
    """A line for each variable, sorted: ``name: description``, or the bare name; cut to 25 characters."""
    lines = []
    for name in sorted(variables):
        description = variables[name].get("description", "") if isinstance(variables[name], dict) else ""
        line = name if description in ("", name) else f"{name}: {description}"
        lines.append(line if len(line) <= _LONGEST else f"{line[:_LONGEST]}...")
    return "\n".join(lines)


def dig(document: Document, *names: str) -> dict[str, Any]:
    """The dictionary below the names; empty when it is not there."""
    found: Any = document
    for name in names:
        found = found.get(name, {}) if isinstance(found, dict) else {}
    return found if isinstance(found, dict) else {}
