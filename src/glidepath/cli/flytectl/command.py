"""Commands and groups of ``flytectl``: global flags work on every level, and switches also take ``=true`` and ``=false``."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import click

from glidepath.cli.flytectl.flags import GLOBAL_FLAGS, Flag
from glidepath.cli.lazy import LazyGroup

FLAGS_KEY = "glidepath.flytectl.flags"
F = TypeVar("F", bound=Callable[..., Any])
_CONTEXT_SETTINGS = {"help_option_names": ["-h", "--help"], "max_content_width": 110}


class Switch(click.Option):
    """A flag as Go's pflag has it: ``--dryRun``, ``--dryRun=true`` or ``--dryRun=false``; it never takes the next word."""

    def __init__(self, param_decls: list[str], **settings: Any) -> None:
        settings.setdefault("type", click.BOOL)
        settings.setdefault("default", False)
        super().__init__(param_decls, **settings)

    def make_metavar(self, ctx: click.Context) -> str:
        return ""


def switch(*names: str, help: str) -> Callable[[F], F]:
    """A decorator that adds a :class:`Switch` to a command."""
    return click.option(*names, cls=Switch, help=help)


class _Global:
    """What commands and groups share: the global flags, kept in the context, and the spelling of switches."""

    def get_params(self: Any, ctx: click.Context) -> list[click.Parameter]:
        own = super().get_params(ctx)  # type: ignore[misc]
        taken = {name for parameter in own for name in parameter.opts}
        return [*own, *(option for option in _global_options() if not taken & set(option.opts))]

    def parse_args(self: Any, ctx: click.Context, args: list[str]) -> list[str]:
        switches = {name for parameter in self.get_params(ctx) if isinstance(parameter, Switch) for name in parameter.opts}
        found: list[str] = super().parse_args(ctx, _spelled_out(args, switches))  # type: ignore[misc]
        return found

    def format_options(self: Any, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Own options; the root also lists the global flags, which every command takes."""
        own = [record for parameter in self.params if (record := parameter.get_help_record(ctx))]
        if own:
            with formatter.section("Options"):
                formatter.write_dl(own)
        if isinstance(self, click.Group):
            self.format_commands(ctx, formatter)
        if ctx.parent is None:
            with formatter.section("Global flags, taken by every command"):
                formatter.write_dl([record for option in _global_options() if (record := option.get_help_record(ctx))])

    def format_epilog(self: Any, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        if ctx.parent is not None:
            formatter.write_paragraph()
            formatter.write_text(f"Global flags (-p, -d, -o, -c, --admin.*, …): {ctx.find_root().info_name} --help")


class Command(_Global, click.Command):
    """A command of ``flytectl``."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{"context_settings": _CONTEXT_SETTINGS, **settings})


class Group(_Global, LazyGroup):
    """A group of ``flytectl`` whose commands load when they are called."""

    def __init__(self, *args: Any, **settings: Any) -> None:
        super().__init__(*args, **{"context_settings": _CONTEXT_SETTINGS, "no_args_is_help": True, **settings})


def _spelled_out(args: list[str], switches: set[str]) -> list[str]:
    """Bare switches with their value: ``--force`` becomes ``--force=true``, ``-i`` becomes ``-itrue``.

    Doing it twice changes nothing: a group does it for the words of its commands too.
    """
    out: list[str] = []
    for position, word in enumerate(args):
        if word == "--":
            return [*out, *args[position:]]
        if word in switches:
            out.append(f"{word}=true" if word.startswith("--") else f"{word}true")
        else:
            out.append(word)
    return out


@cache
def _global_options() -> tuple[click.Option, ...]:
    return tuple(_option(flag) for flag in GLOBAL_FLAGS)


def _option(flag: Flag) -> click.Option:
    names = [f"global_{flag.name}".replace(".", "_").replace("-", "_").lower(), *flag.spellings]
    settings: dict[str, Any] = {"expose_value": False, "callback": _keep(flag.name), "help": flag.help, "hidden": flag.hidden}
    if flag.is_switch:
        return Switch(names, default=None, **settings)
    return click.Option(names, metavar=flag.metavar, **settings)


def _keep(name: str) -> Any:
    def keep(ctx: click.Context, parameter: click.Parameter, value: Any) -> None:
        if value is not None:
            ctx.meta.setdefault(FLAGS_KEY, {})[name] = str(value).lower() if isinstance(value, bool) else value

    return keep
