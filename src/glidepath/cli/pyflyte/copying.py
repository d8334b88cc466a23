"""``--copy``, and the older flag that each command has for it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar

import click

from glidepath.bundle.files import CopyFiles

_Command = TypeVar("_Command", bound=Callable[..., Any])


def copy_option(default: CopyFiles, deprecated: str, meaning: CopyFiles) -> Callable[[_Command], _Command]:
    """``--copy all|auto|none`` as parameter ``copy``, and a hidden deprecated flag that stands for one of the values."""

    def note(ctx: click.Context, _: click.Parameter, given: bool) -> None:
        ctx.meta[deprecated] = given

    def settle(ctx: click.Context, _: click.Parameter, value: str | None) -> CopyFiles:
        if not ctx.meta[deprecated]:
            return CopyFiles(value.lower()) if value else default
        click.secho(f"The {deprecated} flag is deprecated, please use --copy {meaning.value} instead", fg="yellow", err=True)
        if value:
            raise click.BadParameter(f"Cannot use both {deprecated} and --copy flags together. Please move to --copy.")
        return meaning

    # Eager, so that the callback of --copy finds what it said.
    old = click.option(deprecated, is_flag=True, is_eager=True, expose_value=False, hidden=True, callback=note)
    new = click.option(
        "--copy",
        type=click.Choice([each.value for each in CopyFiles], case_sensitive=False),
        callback=settle,
        help="Code that goes along: every file below the root, loaded modules only, or none, since the image holds it. "
        f"[default: {default.value}]",
    )
    return lambda command: old(new(command))
