"""The surroundings that flytekit hands to plug-in code as ``ctx``: files, and the parameters of the running task."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from glidepath.types.context import DataContext, current, using
from glidepath.types.file_access import FileAccessProvider


class FlyteContext:
    """``ctx`` of type transformers and of ``dispatch_execute``, over the context of conversions."""

    def __init__(self, data: DataContext) -> None:
        self.data = data

    @property
    def file_access(self) -> FileAccessProvider:
        """Reads and writes files."""
        return FileAccessProvider(self.data)

    @property
    def user_space_params(self) -> Any:
        """What ``current_context()`` gives."""
        from glidepath import current_context  # a room below this one; the package's door leads there

        return current_context()


class FlyteContextManager:
    """Where the context is found."""

    @staticmethod
    def current_context() -> FlyteContext:
        """The context of the running task; outside of any, one that works in a temporary folder."""
        return FlyteContext(current())

    @staticmethod
    @contextmanager
    def with_context(ctx: FlyteContext) -> Iterator[FlyteContext]:
        """Make ``ctx`` the current one."""
        with using(ctx.data):
            yield ctx
