"""Documentation and docstring → flyteidl's DescriptionEntity."""

from __future__ import annotations

from typing import TYPE_CHECKING

from glidepath.authoring.docstrings import Docstring
from glidepath.idl import admin

if TYPE_CHECKING:
    from glidepath.authoring.documentation import Documentation


def description_of(docs: Documentation | None, docstring: Docstring) -> admin.DescriptionEntity:
    """The description of an entity; what its docstring says goes before what ``docs`` says, part by part, as in stock."""
    found = admin.DescriptionEntity(short_description=docstring.short or (docs and docs.short_description) or "")
    if docstring.long or docs is None:
        found.long_description.format = admin.DescriptionFormat.DESCRIPTION_FORMAT_RST
        if docstring.long:
            found.long_description.value = docstring.long
    elif docs.long_description is not None:
        found.long_description.CopyFrom(docs.long_description.message())
    if docs is not None and docs.source_code is not None:
        found.source_code.link = docs.source_code.link or ""
    return found
