"""An eager task's attempt: whether a control plane carries out its calls, and the page that lists them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from glidepath.authoring.governing import Controller
from glidepath.authoring.settings import SerializationSettings
from glidepath.runtime.context import current_context
from glidepath.runtime.deck import Deck
from glidepath.runtime.dynamic import settings_of_container

if TYPE_CHECKING:
    from glidepath.authoring.eager_tasks import EagerTask

DECK = "Eager Executions"
DISTRIBUTION, DESTINATION = "FLYTE_DISTRIBUTION", "FLYTE_DESTINATION"
"""Facts of an attempt whose code was fetched: the address of the archive, and where it was unpacked."""


class Listing(Controller, Protocol):
    """A controller that can show what it started."""

    def page(self) -> str:
        """A table in HTML, empty when nothing was started."""
        ...


C = TypeVar("C", bound=Listing)


def on_platform(task: EagerTask[..., Any]) -> bool:
    """Whether this process is an attempt of ``task`` on a control plane; another task may call its function, too."""
    named = os.environ.get("FLYTE_INTERNAL_EXECUTION_ID") or os.environ.get("_F_NM")
    return bool(named) and current_context().task_id.name == task.name


def settings() -> SerializationSettings:
    """The settings under which the running task was registered."""
    code = current_context().attributes
    return settings_of_container(os.environ, code.get(DISTRIBUTION, ""), code.get(DESTINATION, ""))


@contextmanager
def with_deck(opened: AbstractContextManager[C]) -> Iterator[C]:
    """A controller whose executions appear in the deck of the running task."""
    with opened as controller:
        try:
            yield controller
        finally:
            page = controller.page()
            if page:
                Deck(DECK, page)
