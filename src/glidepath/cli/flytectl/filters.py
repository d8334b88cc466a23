"""The filter, sort and page flags of lists, and the language of ``--filter.fieldSelector``.

Source: reference flytectl-and-admin.md A3. ``project.name=x,duration<200,name contains y,phase in (FAILED;ABORTED)``
becomes the wire's ``eq(project.name,x)+lt(duration,200)+contains(name,y)+value_in(phase,FAILED;ABORTED)``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import update_wrapper
from typing import Any, TypeVar

import click

from glidepath.cli.flytectl.command import switch
from glidepath.clients.pages import Query
from glidepath.errors import FlyteValueException

R = TypeVar("R")
_FUNCTIONS = {
    "!=": "ne",
    ">=": "gte",
    "<=": "lte",
    "=": "eq",
    ">": "gt",
    "<": "lt",
    " contains ": "contains",
    " in ": "value_in",
}
# The first operator in the text counts; of two at one place the longer.
_OPERATOR = re.compile(r"!=|>=|<=|=|>|<|\s+contains\s+|\s+in\s+")
_TERM = re.compile(r"(?:\\.|[^,])+", re.DOTALL)
_ESCAPE = re.compile(r"\\(.?)", re.DOTALL)
_INVALID = "invalid field selector: "


def to_wire(selector: str) -> str:
    """A field selector as the wire's filter expression; "" for an empty one. Raises FlyteValueException for a bad one."""
    if not selector.strip():
        return ""
    return "+".join(_term(term) for term in _terms(selector))


def _terms(selector: str) -> list[str]:
    """The selector split at commas, but not at escaped ones."""
    return [term.strip() for term in _TERM.findall(selector)]


def _term(term: str) -> str:
    match = _OPERATOR.search(term)
    if match is None or not term[: match.start()].strip() or not term[match.end() :].strip():
        raise FlyteValueException(
            f"Please add a valid field selector, not {term!r}",
            hint="write FIELD OPERATOR VALUE; operators: = != > >= < <=, ' contains ', ' in (a;b)'",
        )
    field, value = term[: match.start()].strip(), term[match.end() :].strip()
    operator = match.group() if match.group() in _FUNCTIONS else f" {match.group().strip()} "
    function = _FUNCTIONS[operator]
    if function == "value_in":
        value = value.removeprefix("(").removesuffix(")")
    return f"{function}({field},{_unescaped(value)})"


def _unescaped(value: str) -> str:
    if re.search("[=,]", _ESCAPE.sub("", value)):
        raise FlyteValueException(f"{_INVALID}unescaped character in value", where=value, hint="write \\, for , and \\= for =")

    def replace(match: re.Match[str]) -> str:
        if match.group(1) not in {"\\", ",", "="}:
            raise FlyteValueException(
                f"{_INVALID}invalid escape sequence: {match.group()}", hint="escapes are \\\\ \\, and \\="
            )
        return match.group(1)

    return _ESCAPE.sub(replace, value)


def filter_options(sort_by: str = "created_at") -> Callable[[Callable[..., R]], Callable[..., R]]:
    """A decorator: adds the ``--filter.*`` flags to a command and gives it a ``query`` keyword."""

    def decorate(function: Callable[..., R]) -> Callable[..., R]:
        def call(*args: Any, **kwargs: Any) -> R:
            limit, page = kwargs.pop("filter_limit"), kwargs.pop("filter_page")
            offset = (page - 1) * limit
            query = Query(
                filters=to_wire(kwargs.pop("filter_selector")),
                sort_key=kwargs.pop("filter_sort"),
                ascending=kwargs.pop("filter_asc"),
                page_size=limit,
                limit=limit,
                token=str(offset) if offset > 0 else "",
            )
            return function(*args, query=query, **kwargs)

        return _with_flags(update_wrapper(call, function), sort_by)

    return decorate


def _with_flags(function: Callable[..., R], sort_by: str) -> Callable[..., R]:
    sort_help = f"Field to sort by ({sort_by})." if sort_by else "Field to sort by."
    for decorate in (
        click.option("filter_page", "--filter.page", type=click.IntRange(min=1), default=1, help="Number of the page (1)."),
        switch("filter_asc", "--filter.asc", help="Smallest or oldest first."),
        click.option("filter_limit", "--filter.limit", type=click.IntRange(min=1), default=100, help="Rows of a page (100)."),
        click.option("filter_sort", "--filter.sortBy", default=sort_by, help=sort_help),
        click.option(
            "filter_selector",
            "--filter.fieldSelector",
            default="",
            help="Conditions: phase=FAILED,duration>60",
        ),
    ):
        function = decorate(function)
    return function
