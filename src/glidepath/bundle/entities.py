"""The tasks, workflows and launch plans that modules hold in variables."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from glidepath.authoring.entity import Entity
from glidepath.authoring.references import ReferenceEntity
from glidepath.bundle.loading import LoadedModule


def entities_of(modules: Iterable[LoadedModule]) -> list[Entity[..., Any]]:
    """The entities in module variables, each once, in the order of modules and of definition; references are left out."""
    found: dict[int, Entity[..., Any]] = {}
    for loaded in modules:
        for value in list(vars(loaded.module).values()):
            if isinstance(value, Entity) and not isinstance(value, ReferenceEntity):
                found.setdefault(id(value), value)
    return list(found.values())
