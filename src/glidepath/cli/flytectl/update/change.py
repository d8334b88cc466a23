"""Show what a change would do, ask, and do it."""

from __future__ import annotations

import difflib
from collections.abc import Callable
from dataclasses import dataclass

import click
from google.protobuf.message import Message

from glidepath.cli.flytectl.confirm import confirmed
from glidepath.cli.output import as_yaml, document_of
from glidepath.errors import FlyteUserException, FlyteValueException


@dataclass(frozen=True)
class Change:
    """A change of one entity: how it is, how it is to be, and the words that go with it."""

    before: Message
    after: Message
    done: str
    """What to print after the change."""
    skipped: str
    """What to print instead of the change in a dry run."""


def difference(before: Message, after: Message) -> str:
    """The unified difference of two messages as YAML; "" when they are equal."""
    old, new = (as_yaml(document_of(message)).splitlines() for message in (before, after))
    return "\n".join(difflib.unified_diff(old, new, "before", "after", lineterm=""))


def carry_out(change: Change, send: Callable[[], object], *, dry_run: bool, force: bool) -> None:
    """Show the difference, ask unless ``force``, call ``send`` unless ``dry_run``.

    Raises FlyteUserException when the answer is no.
    """
    lines = difference(change.before, change.after)
    if not lines:
        click.echo("No changes detected. Skipping the update.")
        return
    click.echo(f"The following changes are to be applied.\n{lines}")
    if dry_run:
        click.echo(change.skipped)
        return
    if not force and not confirmed("Continue?"):
        raise FlyteUserException("update aborted by user", hint="nothing was changed; --force does not ask")
    send()
    click.echo(change.done)


def refuse_both(first: bool, second: bool, words: str) -> None:
    """Raise FlyteValueException when two switches that exclude each other are given. ``words``: ``activate or archive``."""
    if first and second:
        raise FlyteValueException(f"invalid state passed. Specify either {words}", hint="drop one of the two flags")
