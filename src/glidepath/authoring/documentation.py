"""Documentation that users declare: ``docs=Documentation(...)``, beside what the docstring says."""

from __future__ import annotations

import enum
from dataclasses import dataclass

from glidepath.idl import admin


class TextFormat(enum.Enum):
    """How a long description is written."""

    UNKNOWN = admin.DescriptionFormat.DESCRIPTION_FORMAT_UNKNOWN
    MARKDOWN = admin.DescriptionFormat.DESCRIPTION_FORMAT_MARKDOWN
    HTML = admin.DescriptionFormat.DESCRIPTION_FORMAT_HTML
    RST = admin.DescriptionFormat.DESCRIPTION_FORMAT_RST


@dataclass(frozen=True)
class Description:
    """A long description: a text or a URI, and an icon."""

    DescriptionFormat = TextFormat

    value: str | None = None
    uri: str | None = None
    icon_link: str | None = None
    format: TextFormat = TextFormat.RST

    def message(self) -> admin.Description:
        found = admin.Description(icon_link=self.icon_link or "", format=self.format.value)
        if self.value:
            found.value = self.value
        elif self.uri:
            found.uri = self.uri
        return found


@dataclass(frozen=True)
class SourceCode:
    """Where the source can be read."""

    link: str | None = None


@dataclass(frozen=True)
class Documentation:
    """What a console shows of a task or workflow: ``@task(docs=Documentation(short_description="Trains a model."))``."""

    short_description: str | None = None
    long_description: Description | None = None
    source_code: SourceCode | None = None
