"""Pages that a task makes about its run, gathered into ``deck.html``."""

from __future__ import annotations

from collections.abc import Sequence
from html import escape

from glidepath.runtime.context import current_context

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Flyte deck</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; margin: 0 }}
nav {{ display: flex; flex-wrap: wrap; gap: 4px; padding: 8px 16px; border-bottom: 1px solid #ccc }}
nav a {{ padding: 4px 12px; border-radius: 4px; color: inherit; text-decoration: none; background: #f2f2f2 }}
section {{ padding: 16px; border-bottom: 1px solid #eee }}
</style></head><body>
<nav>{links}</nav>
{sections}
</body></html>
"""


class Deck:
    """One page of a task's deck.

    >>> deck = Deck("curve", "<p>loss</p>", auto_add_to_deck=False)
    >>> deck.append("<p>accuracy</p>").html
    '<p>loss</p>\\n<p>accuracy</p>'
    """

    def __init__(self, name: str, html: str | None = "", auto_add_to_deck: bool = True) -> None:
        self._name = name
        self._html = html or ""
        if auto_add_to_deck:
            current_context().decks.append(self)

    @property
    def name(self) -> str:
        """The title of the page."""
        return self._name

    @property
    def html(self) -> str:
        """The content of the page."""
        return self._html

    def append(self, html: str) -> Deck:
        """Add content below what is there."""
        self._html = f"{self._html}\n{html}" if self._html else html
        return self


def render(decks: Sequence[Deck]) -> str:
    """One HTML page that holds all decks."""
    links = " ".join(f'<a href="#deck-{i}">{escape(deck.name)}</a>' for i, deck in enumerate(decks))
    sections = "\n".join(f'<section id="deck-{i}">{deck.html}</section>' for i, deck in enumerate(decks))
    return _PAGE.format(links=links, sections=sections)
