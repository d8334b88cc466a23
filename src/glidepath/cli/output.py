"""Print messages as table, JSON or YAML, as stock flytectl does (reference flytectl-and-admin.md A4).

JSON is protobuf's: camelCase, defaults left out, indented with tabs; one message is an object, several are an array. YAML is
the same document. A table's cells are looked up in that document. Nothing here loads more than click and the JSON module,
except YAML when it is asked for.
"""

from __future__ import annotations

import enum
import json
import os
import shutil
import sys
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

import click
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message

Document: TypeAlias = dict[str, Any]
_COUNT_SHOWN_ABOVE = 3
_NARROWEST = 12


class Format(enum.Enum):
    """What ``-o`` takes."""

    TABLE = "TABLE"
    JSON = "JSON"
    YAML = "YAML"


@dataclass(frozen=True)
class Column:
    """A column of a table."""

    header: str
    path: str | Callable[[Document], str]
    """Names joined with dots, into the camelCase document: ``id.version``; or a function of the document."""
    width: int | None = None
    """Longer cells are cut to this many characters."""

    def cell(self, document: Document) -> str:
        text = self.path(document) if callable(self.path) else look_up(document, self.path)
        return text[: self.width] if self.width else text


def look_up(document: Any, path: str) -> str:
    """The value at a dotted path as text; "" when it is not there."""
    for name in path.split("."):
        if not isinstance(document, dict) or name not in document:
            return ""
        document = document[name]
    return document if isinstance(document, str) else json.dumps(document, ensure_ascii=False)


def document_of(message: Message) -> Document:
    """A message as its JSON document."""
    return MessageToDict(message)


def render(messages: Sequence[Message], columns: Sequence[Column], output: Format) -> None:
    """Print messages on standard output."""
    render_documents([document_of(message) for message in messages], columns, output)


def render_documents(documents: Sequence[Any], columns: Sequence[Column], output: Format) -> None:
    """Print documents that are JSON already: dictionaries for tables, anything for JSON and YAML."""
    if output is Format.TABLE:
        rows = [[column.cell(document) for column in columns] for document in documents]
        click.echo(table([column.header for column in columns], rows, _terminal_width()))
        click.echo(f"{len(rows)} rows")
        return
    whole: Any = documents[0] if len(documents) == 1 else list(documents)
    click.echo(as_json(whole) if output is Format.JSON else as_yaml(whole), nl=output is Format.JSON)


def as_json(document: Any) -> str:
    """Tab-indented JSON, keys in the order of the message's fields."""
    return json.dumps(document, indent="\t", ensure_ascii=False)


def as_yaml(document: Any) -> str:
    """YAML with sorted keys, ending in a line break."""
    # PyYAML takes 20 ms to load; tables and JSON do not need it.
    import yaml

    return yaml.safe_dump(document, allow_unicode=True, default_flow_style=False)


def table(headers: Sequence[str], rows: Sequence[Sequence[str]], width: int | None = None) -> str:
    """A table with borders; cells may hold several lines; the head counts more than three rows.

    width: columns of the terminal, to which the widest cells are cut; None: no limit.
    """
    head = [header.upper() for header in headers]
    if head and len(rows) > _COUNT_SHOWN_ABOVE:
        head[0] += f" ({len(rows)})"
    lines = [[cell.splitlines() or [""] for cell in row] for row in [head, *rows]]
    widths = [max(_width(line) for row in lines for line in row[i]) for i in range(len(head))]
    if width is not None:
        widths = _fitted(widths, width)
    border = " " + " ".join("-" * (size + 2) for size in widths) + " "
    out = [border]
    for row in lines:
        for i in range(max(len(cell) for cell in row)):
            texts = (_padded(cell[i] if i < len(cell) else "", size) for cell, size in zip(row, widths, strict=True))
            out.append("| " + " | ".join(texts) + " |")
        out.append(border)
    return "\n".join(out)


def _terminal_width() -> int | None:
    """The width of the terminal; None when the output goes elsewhere, where nothing may be cut."""
    return shutil.get_terminal_size().columns if sys.stdout.isatty() and not os.environ.get("CI") else None


def _fitted(widths: list[int], limit: int) -> list[int]:
    """The widths with the widest ones narrowed until the table fits, as far as it can."""
    fitted = list(widths)
    while sum(fitted) + 3 * len(fitted) + 1 > limit and max(fitted) > _NARROWEST:
        widest = fitted.index(max(fitted))
        fitted[widest] -= 1
    return fitted


def _width(text: str) -> int:
    if text.isascii():
        return len(text)
    return sum(0 if unicodedata.combining(c) else 2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text)


def _padded(text: str, size: int) -> str:
    if _width(text) > size:
        while _width(text) > size - 1:
            text = text[:-1]
        text += "…"
    return text + " " * (size - _width(text))
