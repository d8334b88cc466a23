"""Docstrings in Google, NumPy and Sphinx style: summary, body, and what they say of parameters and results.

The texts go on the wire as descriptions, so they are cut exactly as stock flytekit's parser cuts them (compared in the tests).
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator, Mapping
from typing import NamedTuple


class Docstring(NamedTuple):
    """What a docstring says. ``returns`` holds (name or None, text) in order of appearance."""

    short: str = ""
    long: str = ""
    params: Mapping[str, str] = {}
    returns: tuple[tuple[str | None, str], ...] = ()
    entries: int = 0
    """How many parameters, results, exceptions and so on were recognised: the style that recognises most is the right one."""

    def describe_input(self, name: str) -> str:
        """The text for a parameter; its name where the docstring does not mention it."""
        return self.params.get(name, name)

    def describe_output(self, name: str) -> str:
        """The text for an output: by name if several results are named, else the last one; its name where there is none."""
        if len(self.returns) > 1 and any(returned for returned, _ in self.returns):
            return dict(self.returns).get(name, name)
        return self.returns[-1][1] if self.returns else name


EMPTY = Docstring()


def parse(text: str | None) -> Docstring:
    """The docstring of a function; an empty one when there is none.

    Every style is tried; the one that recognises most entries is right, and the first of them when two recognise as many.
    """
    if not text or not text.strip():
        return EMPTY
    clean = inspect.cleandoc(text)
    best = Docstring(*_summary(clean))
    for style in (_sphinx, _google, _numpy, _epydoc):
        found = style(clean)
        if found.entries > best.entries:
            best = found
    return best


def _summary(text: str) -> tuple[str, str]:
    """The first line, and the rest without blank lines around it."""
    first, _, rest = text.partition("\n")
    return first.strip(), rest.strip()


# --- Sphinx ":param int n: text" and Epydoc "@param n: text"

_FIELD_PARAMS = frozenset({"param", "parameter", "arg", "argument", "attribute", "key", "keyword"})
_FIELD_RETURNS = frozenset({"return", "returns", "yield", "yields"})


def _sphinx(text: str) -> Docstring:
    return _fields(text, ":")


def _epydoc(text: str) -> Docstring:
    return _fields(text, "@")


def _fields(text: str, marker: str) -> Docstring:
    """A list of fields, each from a marker at the margin to the next one."""
    head, *chunks = re.split(rf"(?m)^(?={marker})", text)
    params: dict[str, str] = {}
    returns: list[tuple[str | None, str]] = []
    rtype = False
    for chunk in chunks:
        declared, separator, body = chunk[1:].partition(":")
        words = declared.split()
        if not separator or not words:
            return EMPTY  # a stray marker: the text is of another style
        if words[0] in _FIELD_PARAMS and len(words) > 1:
            params[words[-1]] = _continued(body)
        elif words[0] in _FIELD_RETURNS:
            returns.append((None, _continued(body)))
        rtype = rtype or words[0] == "rtype"
    if rtype and not returns:
        returns.append((None, ""))
    return Docstring(*_summary(head), params, tuple(returns), len(chunks))


def _continued(text: str) -> str:
    """A first line and the lines that follow it, the latter without their common indentation."""
    first, _, rest = text.strip().partition("\n")
    return f"{first.strip()}\n{inspect.cleandoc(rest)}" if rest else first.strip()


# --- Google: "Args:" and an indented block

_GOOGLE_PARAMS = frozenset({"Arguments", "Args", "Parameters", "Params", "Attribute", "Attributes"})
_GOOGLE_RETURNS = frozenset({"Returns", "Yields"})
_GOOGLE_PLAIN = frozenset({"Example", "Examples"})
_GOOGLE_OTHER = frozenset({"Raises", "Except", "Exceptions"})
_GOOGLE_TITLES = _GOOGLE_PARAMS | _GOOGLE_RETURNS | _GOOGLE_PLAIN | _GOOGLE_OTHER
_GOOGLE_SECTION = rf"(?<=\n)({'|'.join(sorted(_GOOGLE_TITLES))}):[ \t]*(?=\n|\Z)"
_GOOGLE_TYPE = r"((?:\[[^\]]*\]|[^\s:\[])+):(?=\s|\Z)"


def _google(text: str) -> Docstring:
    head, sections = _sections(text, list(re.finditer(_GOOGLE_SECTION, text)))
    params: dict[str, str] = {}
    returns: list[tuple[str | None, str]] = []
    entries = 0
    for title, body in sections:
        block = re.split(r"(?m)^(?=\S)", body)[0]
        indent = re.match(r"\s*?([ \t]+)\S", block)
        if indent is None:
            return EMPTY  # a title with nothing below
        if title in _GOOGLE_RETURNS:
            returns.append((None, _without_type(inspect.cleandoc(block))))
        if title in _GOOGLE_RETURNS or title in _GOOGLE_PLAIN:
            entries += 1
            continue
        chunks = re.split(rf"(?m)^{indent.group(1)}(?=\S)", block)[1:]
        if any(":" not in chunk for chunk in chunks):
            return EMPTY  # prose where entries should stand
        entries += len(chunks)
        if title in _GOOGLE_PARAMS:
            params.update(_google_entry(chunk) for chunk in chunks)
    return Docstring(*_summary(head), params, tuple(returns), entries)


def _google_entry(chunk: str) -> tuple[str, str]:
    declared, _, text = chunk.partition(":")
    return declared.split("(")[0].strip(), _continued(text)


def _without_type(text: str) -> str:
    """The text of a result without the type before its colon; prose before a colon is no type."""
    match = re.match(_GOOGLE_TYPE, text)
    return _continued(text[match.end() :]) if match else text


# --- NumPy: a title, dashes of its length, and entries at the margin

_NUMPY_PARAMS = frozenset({"Parameters", "Params", "Arguments", "Args", "Other Parameters", "Attributes", "Attribute"})
_NUMPY_RETURNS = frozenset({"Returns", "Return", "Yields", "Yield"})
_NUMPY_ERRORS = frozenset({"Raises", "Raise", "Warns", "Warn"})
_NUMPY_PLAIN = frozenset(
    {"Examples", "Example", "Warnings", "Warning", "See Also", "Related", "Notes", "Note", "References", "Reference"}
)
_NUMPY_TITLES = _NUMPY_PARAMS | _NUMPY_RETURNS | _NUMPY_ERRORS | _NUMPY_PLAIN | {"Receives", "Receive"}
_NUMPY_SECTION = r"(?m)^([A-Z][A-Za-z ]*?) *\n(-+) *$"


def _numpy(text: str) -> Docstring:
    titles = [
        match for match in re.finditer(_NUMPY_SECTION, text) if match[1] in _NUMPY_TITLES and len(match[1]) == len(match[2])
    ]
    head, sections = _sections(text, titles)
    params: dict[str, str] = {}
    returns: list[tuple[str | None, str]] = []
    entries = 0
    for title, body in sections:
        found = [] if title in _NUMPY_PLAIN else list(_numpy_entries(body))
        entries += len(found) or 1
        if title in _NUMPY_PARAMS:
            params.update((declared.partition(":")[0].strip(), content) for declared, content in found)
        elif title in _NUMPY_RETURNS:
            names = (declared.partition(":")[0].strip() if ":" in declared else None for declared, _ in found)
            returns.extend(zip(names, (content for _, content in found), strict=True))
    return Docstring(*_summary(head), params, tuple(returns), entries)


def _numpy_entries(body: str) -> Iterator[tuple[str, str]]:
    """The (head, text) pairs of a section: a head at the margin, its text indented below."""
    for chunk in re.split(r"(?m)^(?=\S)", inspect.cleandoc(f"\n{body}")):
        head, _, text = chunk.partition("\n")
        if head.strip():
            yield head.strip(), inspect.cleandoc(text) if text.strip() else ""


# --- sections of both


def _sections(text: str, titles: list[re.Match[str]]) -> tuple[str, list[tuple[str, str]]]:
    """What stands before the first title, and (title, body) of each section."""
    starts = [match.start() for match in titles] + [len(text)]
    bodies = (text[match.end() : end].strip("\n") for match, end in zip(titles, starts[1:], strict=True))
    return text[: starts[0]], [(match[1], body) for match, body in zip(titles, bodies, strict=True)]
