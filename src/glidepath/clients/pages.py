"""Lists of a control plane: what to ask for, a page or all pages. Tokens are opaque: what a server gives goes back as is."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from glidepath.idl import admin

_Item = TypeVar("_Item")
PAGE_SIZE = 100


@dataclass(frozen=True)
class Query:
    """Which items of a list, in which order."""

    filters: str = ""
    """The wire's filter expression: ``eq(name,x)+ne(phase,FAILED)`` (reference flytectl-and-admin.md B4)."""
    sort_key: str = "created_at"
    """A column of the listed entity; empty: the server's own order."""
    ascending: bool = False
    page_size: int = PAGE_SIZE
    """Items a request asks for."""
    limit: int | None = None
    """Items in all; None: every one."""
    token: str = ""
    """Where to start: a token of an earlier page; empty: at the beginning."""

    @property
    def sort(self) -> admin.Sort | None:
        if not self.sort_key:
            return None
        return admin.Sort(key=self.sort_key, direction=admin.Sort.ASCENDING if self.ascending else admin.Sort.DESCENDING)


FetchPage = Callable[[Query], tuple[Sequence[_Item], str]]


def items(fetch: FetchPage[_Item], query: Query) -> Iterator[_Item]:
    """All items of a list, fetched page by page as they are consumed.

    ``fetch`` gets the query of one page and returns its items and the token of the next page, empty at the end.
    """
    left = query.limit
    while left is None or left > 0:
        size = query.page_size if left is None else min(query.page_size, left)
        page, token = fetch(replace(query, page_size=size))
        yield from page if left is None else page[:left]
        if not token or not page or token == query.token:
            return
        left = None if left is None else left - len(page)
        query = replace(query, token=token)
