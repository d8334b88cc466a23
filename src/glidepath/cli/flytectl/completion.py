"""``flytectl completion``: print a script that completes commands and flags in a shell."""

from __future__ import annotations

import click
from click.shell_completion import get_completion_class

from glidepath.cli.flytectl.command import Command


@click.command(cls=Command)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print a completion script.

    \b
    source <(flytectl completion bash)
    flytectl completion fish > ~/.config/fish/completions/flytectl.fish
    """
    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    root = ctx.find_root()
    click.echo(kind(root.command, {}, root.info_name or "flytectl", "_FLYTECTL_COMPLETE").source())
