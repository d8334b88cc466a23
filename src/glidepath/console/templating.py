"""The templates of the pages and what they may call."""

from pathlib import Path

import jinja2

from glidepath.console import literals, views


def environment() -> jinja2.Environment:
    """Every value is escaped; a name that a page does not give is an error, not a blank."""
    found = jinja2.Environment(
        loader=jinja2.FileSystemLoader(Path(__file__).parent / "templates"),
        autoescape=True,
        trim_blocks=True,
        lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )
    found.filters["moment"] = views.moment
    found.filters["type_text"] = literals.type_text
    return found
