"""Who carries out what the body of an eager function calls."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from contextvars import ContextVar
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from glidepath.authoring.entity import Entity


class Controller(Protocol):
    """Runs entities for one eager function. ``values`` holds every input as a Python value."""

    def result(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> Any:
        """Run an entity, wait in the caller's thread, give back what it returned. Raises why it failed."""
        ...

    async def awaited(self, entity: Entity[..., Any], values: Mapping[str, Any]) -> Any:
        """The same for a caller that awaits it, side by side with others; cancelling ends what runs."""
        ...


_current: ContextVar[Controller | None] = ContextVar("glidepath_controller", default=None)


def current_controller() -> Controller | None:
    """Who carries out calls of entities now; ``None`` outside the bodies of eager functions."""
    return _current.get()


@contextmanager
def governing(controller: Controller | None) -> Iterator[None]:
    """While this lasts, calls of entities go to ``controller``; with ``None`` they are plain calls."""
    token = _current.set(controller)
    try:
        yield
    finally:
        _current.reset(token)
