"""Click groups whose commands load when they are called: help and completion need only the table.

group = LazyGroup("get", help="Show entities.", table={"task": Entry("mypackage.get.task:task", "List tasks.", ("tasks",))})
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import sys
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

import click


class Entry(NamedTuple):
    """Where a command lives and what its group says about it."""

    target: str
    """``module:attribute``."""
    help: str
    """One line for the group's list of commands."""
    aliases: tuple[str, ...] = ()
    """Other names under which it is found; lists do not show them."""


class LazyGroup(click.Group):
    """A group made from a table of entries; nothing is imported until a command is looked up by name."""

    def __init__(self, name: str | None = None, table: Mapping[str, Entry] | None = None, **settings: Any) -> None:
        super().__init__(name, **settings)
        self.table = dict(table or {})
        self._aliases = {alias: entry for entry in self.table.values() for alias in entry.aliases}

    def list_commands(self, ctx: click.Context) -> list[str]:
        return [*self.table, *super().list_commands(ctx)]

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        entry = self.table.get(cmd_name) or self._aliases.get(cmd_name)
        if entry is None:
            return super().get_command(ctx, cmd_name)
        module, _, attribute = entry.target.partition(":")
        command = getattr(importlib.import_module(module), attribute)
        if not isinstance(command, click.Command):
            raise TypeError(f"{entry.target} is no click command")
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> tuple[str | None, click.Command | None, list[str]]:
        """As click does, but an unknown command is answered with the nearest names and the place to look."""
        wanted = args[0] if args else ""
        if wanted and not wanted.startswith("-") and self.get_command(ctx, wanted) is None and not ctx.resilient_parsing:
            import difflib  # 1 ms, for those who mistyped

            near = difflib.get_close_matches(wanted, [*self.list_commands(ctx), *self._aliases], n=3, cutoff=0.6)
            meant = f" Did you mean {' or '.join(near)}?" if near else ""
            ctx.fail(f"No such command {wanted!r}.{meant}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table alone."""
        rows = [(name, entry.help) for name, entry in self.table.items()]
        rows += [(name, command.get_short_help_str(80)) for name, command in self.commands.items() if not command.hidden]
        if rows:
            with formatter.section("Commands"):
                formatter.write_dl(rows)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[Any]:
        """Names of commands and options, from the table alone."""
        # Loaded by click itself when a shell asks for completions; no other run needs it.
        from click.shell_completion import CompletionItem

        found = [CompletionItem(name, help=entry.help) for name, entry in self.table.items() if name.startswith(incomplete)]
        return [*found, *click.Command.shell_complete(self, ctx, incomplete)]


@contextlib.contextmanager
def uncollected(module: str) -> Iterator[None]:
    """Around the import of a module that brings hundreds more: without the search for garbage, of which there is none.

    What was loaded stays until the end, so that later searches pass it over, too. Saves a tenth of a short command. Nothing
    happens where the module is loaded already.
    """
    if module in sys.modules or not gc.isenabled():
        yield
        return
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()
