"""What the orchestrator hears besides the engine's own events and the reports of executors."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TypeAlias

from glidepath.admin.loading import ChildEnd
from glidepath.engine.events import Event
from glidepath.idl import core


@dataclass(frozen=True)
class Wake:
    """The store has an execution that this orchestrator does not run yet."""


@dataclass(frozen=True)
class Terminate:
    """Somebody asked to end an execution; the store says ABORTING."""

    cause: str
    principal: str


@dataclass(frozen=True)
class ChildOver:
    """The execution ``child`` that node ``uid`` launched has ended; for an array, that one of its items launched."""

    uid: str
    end: ChildEnd
    child: str


@dataclass(frozen=True)
class Answered:
    """A signal of the execution has a value."""

    signal_id: str
    value: core.Literal


@dataclass(frozen=True)
class Again:
    """Time to try postponed events again."""


@dataclass(frozen=True)
class Broken:
    """A command could not be carried out, and never will be."""

    error: Exception


@dataclass(frozen=True)
class Adopted:
    """Every execution of an earlier server has been woken."""


ToOneInProgress: TypeAlias = "Event | Terminate | ChildOver | Answered | Again | Broken"
Happening: TypeAlias = "Adopted | Wake | ToOneInProgress"
